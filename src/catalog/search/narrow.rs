//! The filters of a search text as conditions, for each kind of thing that knows them.

use diesel::sql_types::Text;

use super::language::{ParsedQuery, RangeFilter, TextFilter};
use crate::catalog::source::SourceType;
use crate::catalog::track::{Feature, TrackFilter, TrackTest};
use crate::db::{Comparison, Filter, Statement, TextTest, ValueTest};

/// Adds: the folded column holds the folded text.
pub(super) fn push_name_match(text: &str, name: &'static str, statement: &mut Statement) {
    statement.push(name).push(" like '%' || public.music_fold(");
    statement.bind::<Text, _>(crate::db::filter::like_escape(text)).push(") || '%'");
}

/// What narrows the rows of one kind.
pub(super) enum BranchFilter {
    None,
    Track(TrackFilter),
    Artist(ParsedQuery),
    Album(ParsedQuery),
}

impl BranchFilter {
    /// Adds ` and …` for every filter.
    pub(super) fn push_and(&self, statement: &mut Statement) {
        match self {
            Self::None => {}
            Self::Track(filter) => filter.push_and(statement),
            Self::Artist(parsed) => {
                let filters = &parsed.filters;
                push_any(&filters.artist, statement, |value, statement| {
                    push_name_match(value, "t.name_folded", statement);
                });
                push_any(&filters.country, statement, |value, statement| {
                    statement.push("t.country = ").bind::<Text, _>(value.to_owned());
                });
                push_any(&filters.genre, statement, push_genre);
                push_any(&filters.source, statement, |value, statement| {
                    statement
                        .push("exists (select from artist_sources s where s.artist_id = t.id and s.source_type = ");
                    statement.bind::<Text, _>(value.to_owned()).push(")");
                });
            }
            Self::Album(parsed) => {
                let filters = &parsed.filters;
                push_any(&filters.artist, statement, |value, statement| {
                    push_name_match(value, "public.music_fold(t.artist_name)", statement);
                });
                push_any(&filters.album, statement, |value, statement| {
                    push_name_match(value, "t.title_folded", statement);
                });
                push_any(&filters.genre, statement, push_genre);
                push_any(&filters.label, statement, |value, statement| {
                    push_name_match(value, "public.music_fold(t.label)", statement);
                });
                push_any(&filters.barcode, statement, |value, statement| {
                    statement.push("t.barcode = ").bind::<Text, _>(value.to_owned());
                });
                push_any(&filters.source, statement, |value, statement| {
                    statement.push("exists (select from album_sources s where s.album_id = t.id and s.source_type = ");
                    statement.bind::<Text, _>(value.to_owned()).push(")");
                });
                let years: Vec<Filter<YearOfAlbum>> = ranges(&filters.year, year_test, YearOfAlbum);
                for filter in years {
                    filter.push_and(statement);
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
struct YearOfAlbum(ValueTest<i32>);

impl crate::db::Test for YearOfAlbum {
    fn push(&self, statement: &mut Statement) {
        self.0.push::<diesel::sql_types::Integer>("extract(year from t.release_date)::int", statement);
    }
}

fn push_genre(value: &str, statement: &mut Statement) {
    crate::db::Test::push(&TrackTest::GenreNamed(value.to_owned()), statement);
}

/// Adds the values of one filter: any of those not excluded, none of the excluded.
fn push_any(values: &[TextFilter], statement: &mut Statement, each: impl Fn(&str, &mut Statement)) {
    if values.is_empty() {
        return;
    }
    statement.rare();
    let mut is_first = true;
    for value in values.iter().filter(|value| !value.is_excluded) {
        statement.push(if is_first { " and ((" } else { ") or (" });
        is_first = false;
        each(&value.value, statement);
    }
    if !is_first {
        statement.push("))");
    }
    for value in values.iter().filter(|value| value.is_excluded) {
        statement.push(" and (");
        each(&value.value, statement);
        statement.push(") is not true");
    }
}

fn texts<T>(values: &[TextFilter], test: impl Fn(String) -> T) -> Vec<Filter<T>> {
    let wanted: Vec<Filter<T>> =
        values.iter().filter(|value| !value.is_excluded).map(|value| Filter::Is(test(value.value.clone()))).collect();
    let unwanted = values
        .iter()
        .filter(|value| value.is_excluded)
        .map(|value| Filter::Not(Box::new(Filter::Is(test(value.value.clone())))));
    let mut all = Vec::new();
    if !wanted.is_empty() {
        all.push(Filter::Any(wanted));
    }
    all.extend(unwanted);
    all
}

fn ranges<V: Copy, T>(
    values: &[RangeFilter<V>],
    bounds: impl Fn(RangeFilter<V>) -> Vec<ValueTest<V>>,
    test: impl Fn(ValueTest<V>) -> T,
) -> Vec<Filter<T>> {
    let one =
        |range: &RangeFilter<V>| Filter::All(bounds(*range).into_iter().map(|bound| Filter::Is(test(bound))).collect());
    let wanted: Vec<Filter<T>> = values.iter().filter(|range| !range.is_excluded).map(&one).collect();
    let unwanted = values.iter().filter(|range| range.is_excluded).map(|range| Filter::Not(Box::new(one(range))));
    let mut all = Vec::new();
    if !wanted.is_empty() {
        all.push(Filter::Any(wanted));
    }
    all.extend(unwanted);
    all
}

fn bounds_of<V: Copy>(range: RangeFilter<V>) -> Vec<ValueTest<V>> {
    let mut tests = Vec::new();
    if let Some(min) = range.min {
        let comparison = if range.is_min_inclusive { Comparison::Gte } else { Comparison::Gt };
        tests.push(ValueTest::Compare(comparison, min));
    }
    if let Some(max) = range.max {
        let comparison = if range.is_max_inclusive { Comparison::Lte } else { Comparison::Lt };
        tests.push(ValueTest::Compare(comparison, max));
    }
    tests
}

fn year_test(range: RangeFilter<i32>) -> Vec<ValueTest<i32>> {
    bounds_of(range)
}

/// The filters of the text as a filter on tracks.
pub(super) fn track_filter(parsed: &ParsedQuery) -> TrackFilter {
    let filters = &parsed.filters;
    let mut all = Vec::new();
    all.extend(texts(&filters.artist, TrackTest::ArtistName));
    all.extend(texts(&filters.album, TrackTest::AlbumTitle));
    all.extend(texts(&filters.track, |title| TrackTest::Title(TextTest::Contains(title))));
    all.extend(texts(&filters.genre, TrackTest::GenreNamed));
    all.extend(texts(&filters.label, TrackTest::Label));
    all.extend(texts(&filters.country, TrackTest::Country));
    all.extend(texts(&filters.isrc, |isrc| TrackTest::Isrc(TextTest::Eq(isrc))));
    all.extend(texts(&filters.barcode, TrackTest::Barcode));
    all.extend(texts(&filters.source, |word| TrackTest::Source(SourceType::from_word(&word).into_iter().collect())));
    all.extend(ranges(&filters.year, year_test, TrackTest::Year));
    all.extend(ranges(&filters.bpm, |range| bounds_of(range.rounded()), |test| TrackTest::Feature(Feature::Bpm, test)));
    let keys = |is_excluded: bool| -> Vec<(u8, u8)> {
        filters
            .key
            .iter()
            .filter(|key| key.is_excluded == is_excluded)
            .map(|key| (key.key.pitch_class(), key.key.mode() as u8))
            .collect()
    };
    let (wanted, unwanted) = (keys(false), keys(true));
    if !wanted.is_empty() {
        all.push(Filter::Is(TrackTest::Key(wanted)));
    }
    if !unwanted.is_empty() {
        all.push(Filter::Not(Box::new(Filter::Is(TrackTest::Key(unwanted)))));
    }
    Filter::All(all)
}
