//! When a play counts as a listen, and when two reports tell of one play. Nothing here reads a clock
//! or a table.
//!
//! Source: Last.fm and ListenBrainz count half of the track or four minutes, whichever is less, of
//! tracks longer than 30 seconds; Navidrome `core/scrobbler/play_tracker.go` does the same.

use chrono::{DateTime, Duration, Utc};

/// A play of so long counts whatever the track's length, in milliseconds.
pub const FOUR_MINUTES_MS: i64 = 240_000;

/// Tracks that are not longer never count, in milliseconds.
pub const SHORT_TRACK_MS: i64 = 30_000;

/// Whether a play counts as a listen: half of the track or four minutes of it were heard, and the
/// track is longer than 30 seconds. Of a track of unknown length four minutes have to be heard.
/// All times in milliseconds.
#[must_use]
pub fn counts(played_ms: i64, track_ms: Option<i64>) -> bool {
    match track_ms {
        Some(track_ms) => track_ms > SHORT_TRACK_MS && (played_ms >= FOUR_MINUTES_MS || played_ms * 2 >= track_ms),
        None => played_ms >= FOUR_MINUTES_MS,
    }
}

/// Whether a play counts that an outside service tells of without saying how long it was: the
/// service counted it, by rules like ours; only a track that is too short never counts.
#[must_use]
pub fn counts_as_told(track_ms: Option<i64>) -> bool {
    track_ms.is_none_or(|track_ms| track_ms > SHORT_TRACK_MS)
}

/// How far apart two plays of a track that different services tell of have to begin to be two: half
/// of what has to be heard at most, `min(length, four minutes) / 2`.
#[must_use]
pub fn same_play_within(track_ms: Option<i64>) -> Duration {
    Duration::milliseconds(track_ms.unwrap_or(FOUR_MINUTES_MS).clamp(0, FOUR_MINUTES_MS) / 2)
}

/// A report of a play, as far as it decides whether it tells of the same play as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report<O> {
    /// Who tells of it.
    pub origin: O,
    /// When the play began.
    pub at: DateTime<Utc>,
}

/// Whether two reports of plays of one track tell of one play. One service tells of each play once,
/// so from one service only the very same instant is one play, and a quick repeat is a repeat; two
/// services tell of one play a little apart.
#[must_use]
pub fn is_same_play<O: PartialEq>(one: Report<O>, other: Report<O>, track_ms: Option<i64>) -> bool {
    if one.origin == other.origin { one.at == other.at } else { (one.at - other.at).abs() < same_play_within(track_ms) }
}

/// How far a client's clock may run ahead.
pub const MOST_AHEAD: Duration = Duration::minutes(5);

/// The instant of an event as a client tells it: one that lies a little ahead is now, since clocks
/// differ. None when it lies further ahead, or before October 2002, when the first service of the
/// kind began (ListenBrainz `api_tools.py`).
#[must_use]
pub fn plausible(told: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    const EARLIEST: i64 = 1_033_430_400;
    if told.timestamp() < EARLIEST || told > now + MOST_AHEAD { None } else { Some(told.min(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_track_or_four_minutes_count_and_short_tracks_never_do() {
        for (played_ms, track_ms, expected) in [
            // A track of 29, 30 and 31 seconds, heard to the end.
            (29_000, Some(29_000), false),
            (30_000, Some(30_000), false),
            (30_001, Some(30_001), true),
            (31_000, Some(31_000), true),
            // 49, 50 and 51 % of 200 seconds.
            (98_000, Some(200_000), false),
            (99_999, Some(200_000), false),
            (100_000, Some(200_000), true),
            (102_000, Some(200_000), true),
            // Half of an odd length is not rounded down.
            (100_000, Some(200_001), false),
            (100_001, Some(200_001), true),
            // 239, 240 and 241 seconds of an hour.
            (239_000, Some(3_600_000), false),
            (239_999, Some(3_600_000), false),
            (240_000, Some(3_600_000), true),
            (241_000, Some(3_600_000), true),
            // Eight minutes are where both meet.
            (239_999, Some(480_000), false),
            (240_000, Some(480_000), true),
            // No length is known.
            (239_999, None, false),
            (240_000, None, true),
            // Nothing was heard.
            (0, None, false),
            (0, Some(60_000), false),
            // Longer than the track, as when it was played again from the middle.
            (500_000, Some(60_000), true),
            (500_000, Some(20_000), false),
        ] {
            assert_eq!(counts(played_ms, track_ms), expected, "{played_ms} ms of {track_ms:?}");
        }
    }

    #[test]
    fn what_a_service_counted_counts_unless_the_track_is_short() {
        for (track_ms, expected) in [(None, true), (Some(30_000), false), (Some(30_001), true)] {
            assert_eq!(counts_as_told(track_ms), expected, "{track_ms:?}");
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn two_services_tell_of_one_play_and_one_service_of_two() {
        let noon = at("2026-01-01T12:00:00Z");
        for (track_ms, apart_ms, from_two, from_one) in [
            // Three minutes: one and a half apart are two plays.
            (Some(180_000), 0, true, true),
            (Some(180_000), 1, true, false),
            (Some(180_000), 89_999, true, false),
            (Some(180_000), 90_000, false, false),
            // An hour counts as four minutes.
            (Some(3_600_000), 119_999, true, false),
            (Some(3_600_000), 120_000, false, false),
            (None, 119_999, true, false),
            (None, 120_000, false, false),
        ] {
            for sign in [1, -1] {
                let later = noon + Duration::milliseconds(sign * apart_ms);
                let told = |origin, at| Report { origin, at };
                let two = is_same_play(told("a", noon), told("b", later), track_ms);
                let one = is_same_play(told("a", noon), told("a", later), track_ms);
                assert_eq!((two, one), (from_two, from_one), "{apart_ms} ms apart, {track_ms:?}");
            }
        }
    }

    #[test]
    fn midnight_parts_no_play() {
        let before = Report { origin: "a", at: at("2026-01-31T23:59:30Z") };
        let after = Report { origin: "b", at: at("2026-02-01T00:00:30Z") };
        assert!(is_same_play(before, after, Some(180_000)));
    }

    #[test]
    fn a_clock_may_run_a_little_ahead() {
        let now = at("2026-01-01T12:00:00Z");
        for (told, expected) in [
            ("2026-01-01T11:59:59Z", Some("2026-01-01T11:59:59Z")),
            ("2026-01-01T12:05:00Z", Some("2026-01-01T12:00:00Z")),
            ("2026-01-01T12:05:01Z", None),
            ("2002-10-01T00:00:00Z", Some("2002-10-01T00:00:00Z")),
            ("2002-09-30T23:59:59Z", None),
            ("1970-01-01T00:00:00Z", None),
        ] {
            assert_eq!(plausible(at(told), now), expected.map(at), "{told}");
        }
    }
}
