//! Reads the values of filters: ranges of numbers, countries, keys.

use super::query::RangeFilter;

/// Years that a filter may name.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;
/// Tempos that a filter may name, in beats per minute; the stored ones are below 1000.
const MAX_BPM: f64 = 1000.0;

/// A range that was read, and whether its ends had to be turned round.
pub(super) type Read<T> = Option<(RangeFilter<T>, bool)>;

/// Years: bounds are made inclusive, so that `>1970` starts at 1971.
pub(super) fn years(text: &str) -> Read<i32> {
    let (mut range, is_swapped) = range(text, year)?;
    if !range.is_min_inclusive {
        range.min = range.min.map(|year| year + 1);
        range.is_min_inclusive = true;
    }
    if !range.is_max_inclusive {
        range.max = range.max.map(|year| year - 1);
        range.is_max_inclusive = true;
    }
    let is_known = |year: Option<i32>| year.is_none_or(|year| YEARS.contains(&year));
    (is_known(range.min) && is_known(range.max)).then_some((range, is_swapped))
}

/// Beats per minute.
pub(super) fn tempos(text: &str) -> Read<f64> {
    range(text, |text| tempo(text).map(|bpm| (bpm, bpm)))
}

/// `X`, `X-Y`, `X..Y`, `X-`, `-Y`, `>X`, `>=X`, `<Y`, `<=Y`; `point` gives the first and the last
/// number that one end stands for (a decade stands for ten).
fn range<T: PartialOrd + Copy>(text: &str, point: impl Fn(&str) -> Option<(T, T)>) -> Read<T> {
    let text = text.trim();
    let open = |min, max, is_inclusive: bool| {
        let range = RangeFilter {
            min,
            max,
            is_min_inclusive: is_inclusive || min.is_none(),
            is_max_inclusive: is_inclusive || max.is_none(),
            is_excluded: false,
        };
        Some((range, false))
    };
    if let Some(end) = text.strip_prefix(">=").or_else(|| text.strip_prefix('≥')) {
        return open(Some(point(end)?.0), None, true);
    }
    if let Some(end) = text.strip_prefix("<=").or_else(|| text.strip_prefix('≤')) {
        return open(None, Some(point(end)?.1), true);
    }
    if let Some(end) = text.strip_prefix('>') {
        return open(Some(point(end)?.1), None, false);
    }
    if let Some(end) = text.strip_prefix('<') {
        return open(None, Some(point(end)?.0), false);
    }
    let Some((left, right)) = text.split_once("..").or_else(|| text.split_once(['-', '–'])) else {
        let (first, last) = point(text)?;
        return open(Some(first), Some(last), true);
    };
    match (left.trim(), right.trim()) {
        ("", "") => None,
        ("", right) => open(None, Some(point(right)?.1), true),
        (left, "") => open(Some(point(left)?.0), None, true),
        (left, right) => {
            let (left, right) = (point(left)?, point(right)?);
            let is_swapped = left.0 > right.0;
            let (low, high) = if is_swapped { (right, left) } else { (left, right) };
            // The end of a decade may lie before that of the year it starts with: 1970s-1975.
            let last = if low.1 > high.1 { low.1 } else { high.1 };
            let (range, _) = open(Some(low.0), Some(last), true)?;
            Some((range, is_swapped))
        }
    }
}

/// A year, or the first and last year of a decade: `1970s`, `70s` (30s to 90s are of the last
/// century, 00s to 20s of this one).
fn year(text: &str) -> Option<(i32, i32)> {
    let text = text.trim();
    let Some(decade) = text.strip_suffix(['s', 'S']) else {
        let year = digits(text, 4)?;
        return YEARS.contains(&year).then_some((year, year));
    };
    let decade = decade.trim_end_matches(['\'', '’']);
    let first = match (decade.len(), digits(decade, 4)?) {
        (2, short) if short < 30 => 2000 + short,
        (2, short) => 1900 + short,
        (4, first) => first,
        _ => return None,
    };
    (first % 10 == 0 && YEARS.contains(&first)).then_some((first, first + 9))
}

fn tempo(text: &str) -> Option<f64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole, 4)?;
    digits(fraction, 4)?;
    text.parse().ok().filter(|bpm| (0.0..=MAX_BPM).contains(bpm))
}

fn digits(text: &str, max_length: usize) -> Option<i32> {
    let is_number = (1..=max_length).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// ISO 3166-1 alpha-2 by its shape, upper-case; the two longer codes people write are turned.
pub(super) fn country(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    match code.as_str() {
        "USA" => Some("US".to_owned()),
        "UK" => Some("GB".to_owned()),
        _ => (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends<T: Copy>(read: &Read<T>) -> Option<(Option<T>, Option<T>, bool)> {
        read.as_ref().map(|(range, is_swapped)| (range.min, range.max, *is_swapped))
    }

    #[test]
    fn years_are_written_in_many_ways() {
        for (text, min, max, is_swapped) in [
            ("1970", Some(1970), Some(1970), false),
            ("1970-1980", Some(1970), Some(1980), false),
            ("1970..1980", Some(1970), Some(1980), false),
            ("1970–1980", Some(1970), Some(1980), false),
            ("1980-1970", Some(1970), Some(1980), true),
            ("1970-", Some(1970), None, false),
            ("-1980", None, Some(1980), false),
            ("..1980", None, Some(1980), false),
            (">1970", Some(1971), None, false),
            (">=1970", Some(1970), None, false),
            ("<1980", None, Some(1979), false),
            ("<=1980", None, Some(1980), false),
            ("1970s", Some(1970), Some(1979), false),
            ("70s", Some(1970), Some(1979), false),
            ("00s", Some(2000), Some(2009), false),
            ("60s-70s", Some(1960), Some(1979), false),
            ("1970s-1975", Some(1970), Some(1979), false),
            (">70s", Some(1980), None, false),
            ("<70s", None, Some(1969), false),
        ] {
            assert_eq!(ends(&years(text)), Some((min, max, is_swapped)), "{text}");
        }
    }

    #[test]
    fn what_is_no_year_is_refused() {
        for text in ["", "-", "..", "abc", "19700", "0", "1975s", "1970-80-90", ">", "1970.5", ">9999", "<1", "٧٠s"] {
            assert_eq!(ends(&years(text)), None, "{text}");
        }
    }

    #[test]
    fn tempos_may_have_fractions_and_keep_strict_bounds() {
        let range = tempos(">120.5").map(|(range, _)| range);
        assert_eq!(range.and_then(|range| range.min), Some(120.5));
        assert_eq!(range.map(|range| range.is_min_inclusive), Some(false));
        assert_eq!(ends(&tempos("120-130")), Some((Some(120.0), Some(130.0), false)));
        for text in ["1e3", "nan", "inf", "1001", "1.", ".5", "120bpm", "1970s"] {
            assert_eq!(ends(&tempos(text)), None, "{text}");
        }
    }

    #[test]
    fn a_whole_tempo_stands_for_what_rounds_to_it() {
        let rounded = tempos("128").map(|(range, _)| range.rounded());
        assert_eq!(rounded.and_then(|range| range.min), Some(127.5));
        assert_eq!(rounded.map(|range| range.is_max_inclusive), Some(false));
    }
}
