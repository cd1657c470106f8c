//! How much of everything a world of so many users holds.

use crate::error::{Error, Result};

/// The most users a world has.
pub const MAX_USERS: u32 = 100_000;

/// Users and tracks of the three sizes that were projected.
const TRACKS: [(f64, f64); 3] = [(1_000.0, 50_000.0), (10_000.0, 200_000.0), (100_000.0, 1_000_000.0)];

/// The numbers of rows that are settled beforehand; all others follow from the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldSize {
    /// People with an account.
    pub users: u32,
    /// Tracks of the catalogue.
    pub tracks: u32,
    /// Plays, skips, likes and the rest.
    pub interactions: u64,
    /// Entries of playlists, with those proposed and rejected.
    pub playlist_entries: u64,
    /// Tracks proposed in sessions of discovery.
    pub discovery_tracks: u64,
}

impl WorldSize {
    /// The size for a number of users.
    ///
    /// Tracks lie on a line between the projected sizes when both are drawn on logarithmic scales,
    /// and go down in proportion below the smallest; the rest is so much for each user.
    ///
    /// # Errors
    /// `Setup` for a number of users below 1 or above [`MAX_USERS`].
    pub fn for_users(users: i64) -> Result<Self> {
        let Some(users) = u32::try_from(users).ok().filter(|users| (1..=MAX_USERS).contains(users)) else {
            return Err(Error::setup(format!(
                "A world of {users} users cannot be made; --users takes a number from 1 to {MAX_USERS}."
            )));
        };
        let each = u64::from(users);
        Ok(Self {
            users,
            tracks: tracks(f64::from(users)),
            interactions: 500 * each,
            playlist_entries: 100 * each,
            discovery_tracks: 200 * each,
        })
    }
}

fn tracks(users: f64) -> u32 {
    let (least, fewest) = TRACKS[0];
    if users <= least {
        return (users * fewest / least).round() as u32;
    }
    let part = usize::from(users > TRACKS[1].0);
    let ((from, low), (until, high)) = (TRACKS[part], TRACKS[part + 1]);
    let way = (users / from).ln() / (until / from).ln();
    (low * (high / low).powf(way)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projected_sizes_are_met() {
        for (users, tracks, interactions, entries, proposals) in [
            (1_000, 50_000, 500_000, 100_000, 200_000),
            (10_000, 200_000, 5_000_000, 1_000_000, 2_000_000),
            (100_000, 1_000_000, 50_000_000, 10_000_000, 20_000_000),
            (20, 1_000, 10_000, 2_000, 4_000),
            (1, 50, 500, 100, 200),
        ] {
            let size = WorldSize::for_users(users).expect("it is possible");
            let found = (size.tracks, size.interactions, size.playlist_entries, size.discovery_tracks);
            assert_eq!(found, (tracks, interactions, entries, proposals), "{users} users");
        }
    }

    #[test]
    fn more_users_have_more_of_everything() {
        let mut last = 0;
        for users in [1, 2, 500, 999, 1_000, 1_001, 5_000, 10_000, 10_001, 50_000, 99_999, 100_000] {
            let size = WorldSize::for_users(users).expect("it is possible");
            assert!(size.tracks > last, "{users} users have {} tracks, fewer have {last}", size.tracks);
            last = size.tracks;
        }
    }

    #[test]
    fn an_impossible_size_is_named() {
        for users in [0, -5, 100_001, 200_000, i64::MAX, i64::MIN] {
            let error = WorldSize::for_users(users).expect_err("it is impossible").to_string();
            assert!(error.contains(&users.to_string()) && error.contains("1 to 100000"), "{error}");
        }
    }
}
