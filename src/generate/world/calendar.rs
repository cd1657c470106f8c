//! Instants and days as numbers: seconds and days since 1970-01-01, all in UTC.

use std::fmt::Write as _;

use super::chance::Chance;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Full months of life before the month in which the world ends.
pub(super) const MONTHS_BACK: i64 = 24;

/// Year, month and day of a day number (Howard Hinnant's `civil_from_days`).
pub(super) fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * day_of_year + 2) / 153;
    let month = if part < 10 { part + 3 } else { part - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * part + 2) / 5 + 1)
}

/// The number of a day (Howard Hinnant's `days_from_civil`).
pub(super) fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Writes a day as `2026-11-22`.
pub(super) fn write_day(text: &mut String, day: i64) {
    let (year, month, day) = civil(day);
    // Writing to a string cannot fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
}

/// Writes an instant as `2026-11-22 18:30:05+00`.
pub(super) fn write_instant(text: &mut String, at: i64) {
    write_day(text, at.div_euclid(DAY));
    let second = at.rem_euclid(DAY);
    let _ = write!(text, " {:02}:{:02}:{:02}+00", second / 3_600, second / 60 % 60, second % 60);
}

/// A month in which something can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    /// First second.
    pub start: i64,
    /// The second after the last one; in the last month the end of the world.
    pub end: i64,
    /// Year and number of the month, for the name of a part.
    pub year: i64,
    pub number: i64,
}

/// The months of a world that ends with the beginning of the day `until`, with so many before the
/// last one.
pub(super) fn months(until: i64, back: i64) -> Vec<Month> {
    let (year, number, _) = civil(until - 1);
    (0..=back)
        .rev()
        .map(|back| {
            let count = year * 12 + number - 1 - back;
            let (year, number) = (count.div_euclid(12), count.rem_euclid(12) + 1);
            let next = count + 1;
            let end = day_of(next.div_euclid(12), next.rem_euclid(12) + 1, 1).min(until);
            Month { start: day_of(year, number, 1) * DAY, end: end * DAY, year, number }
        })
        .collect()
}

/// Saturday or Sunday.
pub(super) fn is_weekend(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    matches!((day + 3).rem_euclid(7), 5 | 6)
}

/// How much music each hour of a person's day hears, on workdays and on the weekend.
const WORKDAY: [f64; 24] = [
    6.0, 3.0, 1.5, 1.0, 1.0, 2.0, 8.0, 18.0, 20.0, 14.0, 12.0, 12.0, 14.0, 14.0, 13.0, 14.0, 18.0, 26.0, 32.0, 36.0,
    38.0, 36.0, 26.0, 14.0,
];
const WEEKEND: [f64; 24] = [
    16.0, 10.0, 6.0, 3.0, 1.5, 1.0, 2.0, 4.0, 10.0, 18.0, 24.0, 26.0, 26.0, 26.0, 26.0, 27.0, 30.0, 34.0, 40.0, 46.0,
    50.0, 50.0, 42.0, 28.0,
];

/// The heaviest hour of both.
const PEAK: f64 = 50.0;

/// An instant between two others at which people listen: evenings and weekends more than nights.
///
/// `zone` is how many hours the person's clock is ahead of UTC.
pub(super) fn listening_instant(chance: &mut Chance, from: i64, until: i64, zone: i64) -> i64 {
    let mut at = from;
    // Drawn and kept by the weight of the hour; the last draw stands whatever it is.
    for _ in 0..16 {
        at = chance.between(from, until - 1);
        let local = at + zone * 3_600;
        let hours = if is_weekend(local.div_euclid(DAY)) { &WEEKEND } else { &WORKDAY };
        if chance.unit() * PEAK < hours[(local.rem_euclid(DAY) / 3_600) as usize] {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::world::chance::Subject;

    #[test]
    fn days_and_dates_are_one() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(day_of(2000, 2, 29), 11_016);
        for day in (-200_000..60_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(day_of(year, month, of_month), day);
        }
        let mut text = String::new();
        write_instant(&mut text, 1_700_000_000);
        assert_eq!(text, "2023-11-14 22:13:20+00");
    }

    #[test]
    fn months_end_with_the_world() {
        let all = months(day_of(2026, 11, 22), MONTHS_BACK);
        assert_eq!(all.len(), 25);
        assert_eq!((all[0].year, all[0].number), (2024, 11));
        assert_eq!(all[24].end, day_of(2026, 11, 22) * DAY);
        assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
        // The first of a month belongs to the month before: the world has ended when it begins.
        assert_eq!(months(day_of(2026, 11, 1), 2).last().map(|month| month.number), Some(10));
    }

    #[test]
    fn people_listen_in_the_evening_and_on_weekends() {
        let mut chance = Chance::of(1, Subject::Month, 0);
        let (mut evening, mut night, mut weekend) = (0, 0, 0);
        let from = day_of(2026, 6, 1) * DAY;
        for _ in 0..10_000 {
            let at = listening_instant(&mut chance, from, from + 28 * DAY, 0);
            assert!((from..from + 28 * DAY).contains(&at));
            let hour = at.rem_euclid(DAY) / 3_600;
            evening += i32::from((18..22).contains(&hour));
            night += i32::from((2..6).contains(&hour));
            weekend += i32::from(is_weekend(at.div_euclid(DAY)));
        }
        assert!(evening > 8 * night && evening > 3_000, "{evening} {night}");
        assert!(weekend > 10_000 / 3, "{weekend}");
    }
}
