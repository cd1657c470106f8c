//! Searches as SQL: one branch for each kind, each in the order of its score, cut to a page.

use std::sync::Arc;

use diesel::sql_types::{BigInt, Double, Nullable, Text};

use super::hit::SearchKind;
use super::language::ParsedQuery;
use super::narrow::{BranchFilter, push_name_match, track_filter};
use crate::catalog::track::TrackFilter;
use crate::db::{Conn, Cursor, Direction, KeyType, Nulls, Order, SortKey, Statement};
use crate::error::Result;

/// Fewer hits than this, and what is spelled alike is looked for as well.
const FEW_HITS: usize = 3;

/// A search, ready to run.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// What was typed, read.
    pub parsed: ParsedQuery,
    /// The kinds to look through.
    pub kinds: Vec<SearchKind>,
    /// A filter on tracks; when it narrows anything, only tracks are found.
    pub tracks: TrackFilter,
    /// Whether the last word is the beginning of one.
    pub is_prefix: bool,
}

/// One thing found.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// Its kind.
    pub kind: SearchKind,
    /// Its key.
    pub id: i64,
    /// How well it fits; comparable within one answer only.
    pub score: f64,
}

/// A page of hits.
#[derive(Debug, Clone)]
pub struct SearchPage {
    /// The hits with their cursors, the best first.
    pub hits: Vec<(Cursor, Hit)>,
    /// Whether there are more.
    pub has_next: bool,
    /// Whether the page is not the first.
    pub has_previous: bool,
    /// Whether what is spelled alike was looked for.
    pub is_fuzzy: bool,
}

/// Whether the second stage takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Words,
    Alike,
}

impl Stage {
    /// The order of hits; its name binds a cursor to the stage it was made in.
    fn order(self) -> Order {
        let score = match self {
            Self::Words => SortKey::new("score", "h.score", KeyType::Double),
            Self::Alike => SortKey::new("alike", "h.score", KeyType::Double),
        };
        let kind = SortKey::new("kind", "h.kind", KeyType::BigInt);
        let down = (Direction::Desc, Nulls::Last);
        Order::new(vec![(score, down.0, down.1), (kind, down.0, down.1)], "h.id", Direction::Desc)
    }
}

/// That a row of the branch holds the words.
const VECTOR_MATCH: &str = "t.search_vector @@ q.ts";

/// The free words of a search.
struct Words {
    /// As text for `to_tsquery`.
    tsquery: Option<String>,
    /// As typed, without what must not occur.
    text: String,
}

impl Words {
    fn is_empty(&self) -> bool {
        self.tsquery.is_none() && self.text.is_empty()
    }

    /// Adds what the branches compare with as `q`: computed once, not for every row.
    fn push(&self, statement: &mut Statement) {
        if self.is_empty() {
            return;
        }
        statement.push("with q as materialized (select to_tsquery('music', ");
        statement.bind::<Nullable<Text>, _>(self.tsquery.clone()).push(") as ts, public.music_fold(");
        statement.bind::<Text, _>(self.text.clone()).push(") as folded) ");
    }
}

struct Place {
    score: f64,
    rank: i64,
    id: i64,
}

/// One page of hits.
///
/// # Errors
/// `Invalid` for a cursor that is not one of a search; what the database reports.
pub async fn page(conn: &mut Conn, request: &SearchRequest, size: i32, after: Option<&str>) -> Result<SearchPage> {
    let Some(cursor) = after else {
        let words = run(conn, request, Stage::Words, size, None).await?;
        let is_complete = words.hits.len() >= FEW_HITS || words.has_next;
        if is_complete || request.alike_text().is_none() {
            return Ok(words);
        }
        return run(conn, request, Stage::Alike, size, None).await;
    };
    let (stage, values) = match Stage::Words.order().decode("after", cursor) {
        Ok(values) => (Stage::Words, values),
        Err(_) => (Stage::Alike, Stage::Alike.order().decode("after", cursor)?),
    };
    let number = |index: usize| values.get(index).cloned().flatten().unwrap_or_default();
    let place = Place {
        score: number(0).parse().unwrap_or(0.0),
        rank: number(1).parse().unwrap_or(0),
        id: number(2).parse().unwrap_or(0),
    };
    run(conn, request, stage, size, Some(place)).await
}

/// The best hits for the beginning of something, for suggestions while typing.
///
/// # Errors
/// What the database reports.
pub async fn suggest(conn: &mut Conn, request: &SearchRequest, size: i32) -> Result<SearchPage> {
    run(conn, request, Stage::Words, size, None).await
}

/// How many hits there are, those merely spelled alike not counted.
///
/// # Errors
/// What the database reports.
pub async fn count(conn: &mut Conn, request: &SearchRequest, is_fuzzy: bool) -> Result<i64> {
    let stage = if is_fuzzy { Stage::Alike } else { Stage::Words };
    let mut statement = Statement::new("select count(*) from (");
    statement.rare();
    if !request.push_union(stage, None, None, &mut statement) {
        return Ok(0);
    }
    statement.push(") h");
    Ok(statement.first::<i64>(conn).await?.unwrap_or(0))
}

async fn run(
    conn: &mut Conn,
    request: &SearchRequest,
    stage: Stage,
    size: i32,
    after: Option<Place>,
) -> Result<SearchPage> {
    let mut page = SearchPage {
        hits: Vec::new(),
        has_next: false,
        has_previous: after.is_some(),
        is_fuzzy: stage == Stage::Alike,
    };
    let limit = i64::from(size) + 1;
    let mut statement = Statement::new("select h.kind, h.id, h.score, h.score::text from (");
    if !request.push_union(stage, after.as_ref(), Some(limit), &mut statement) {
        return Ok(page);
    }
    // As a number in the text, as in every page.
    statement.push(") h order by h.score desc, h.kind desc, h.id desc limit ").push(limit.to_string());
    let mut rows = statement.load::<(i64, i64, f64, String)>(conn).await?;
    let fits = usize::try_from(size).unwrap_or_default();
    page.has_next = rows.len() > fits;
    rows.truncate(fits);
    let order = Arc::new(stage.order());
    page.hits = rows
        .into_iter()
        .filter_map(|(rank, id, score, text)| {
            let cursor = Cursor::of_key(&order, vec![Some(text), Some(rank.to_string()), Some(id.to_string())]);
            Some((cursor, Hit { kind: SearchKind::from_rank(rank)?, id, score }))
        })
        .collect();
    Ok(page)
}

/// A kind's table: what its rows are called in the branches below.
struct Branch {
    table: &'static str,
    shown: &'static str,
    name_folded: &'static str,
    popularity: &'static str,
    has_vector: bool,
}

fn branch(kind: SearchKind) -> Branch {
    match kind {
        SearchKind::Track => Branch {
            table: "tracks t",
            shown: "t.merged_into_id is null",
            name_folded: "t.title_folded",
            popularity: "t.popularity",
            has_vector: true,
        },
        SearchKind::Artist => Branch {
            table: "artists t",
            shown: "t.merged_into_id is null",
            name_folded: "t.name_folded",
            popularity: "t.popularity",
            has_vector: true,
        },
        SearchKind::Album => Branch {
            table: "albums t",
            shown: "t.merged_into_id is null",
            name_folded: "t.title_folded",
            popularity: "t.popularity",
            has_vector: true,
        },
        SearchKind::Playlist => Branch {
            table: "playlists t",
            shown: "t.visibility = 'public' and t.deleted_at is null and not t.folder_type",
            name_folded: "t.name_folded",
            popularity: "0::double precision",
            has_vector: true,
        },
        SearchKind::Genre => Branch {
            table: "genres t",
            shown: "true",
            name_folded: "public.music_fold(t.name)",
            popularity: "0::double precision",
            has_vector: false,
        },
        SearchKind::User => Branch {
            table: "users t",
            shown: "t.is_active",
            name_folded: "lower(t.username)",
            popularity: "0::double precision",
            has_vector: false,
        },
    }
}

impl SearchRequest {
    /// The free words as one text to be compared by spelling; none when there is nothing to
    /// compare or the search is for more than a name.
    fn alike_text(&self) -> Option<String> {
        let words: Vec<&str> =
            self.parsed.terms.iter().filter(|term| !term.is_excluded).map(|term| term.text.as_str()).collect();
        let text = words.join(" ");
        (text.chars().count() >= 3).then_some(text)
    }

    /// What must not occur, as text for `to_tsquery`.
    fn exclusions(&self) -> Option<String> {
        let mut excluded = self.parsed.clone();
        excluded.terms.retain(|term| term.is_excluded);
        excluded.tsquery(false)
    }

    fn words(&self) -> Words {
        let words: Vec<&str> =
            self.parsed.terms.iter().filter(|term| !term.is_excluded).map(|term| term.text.as_str()).collect();
        Words { tsquery: self.parsed.tsquery(self.is_prefix), text: words.join(" ") }
    }

    /// Adds the branches of all kinds that can match. False when there is none.
    fn push_union(&self, stage: Stage, after: Option<&Place>, limit: Option<i64>, statement: &mut Statement) -> bool {
        let words = self.words();
        let mut is_first = true;
        for kind in self.kinds.iter().copied() {
            let Some(filter) = self.filter_of(kind) else { continue };
            if is_first {
                words.push(statement);
            }
            let stages: &[Stage] = match stage {
                Stage::Words => &[Stage::Words],
                Stage::Alike => &[Stage::Words, Stage::Alike],
            };
            for part in stages {
                if !is_first {
                    statement.push(" union all ");
                }
                is_first = false;
                let part = (*part, stage == Stage::Alike);
                self.push_branch(kind, part, &words, &filter, (after, limit), statement);
            }
        }
        !is_first
    }

    fn push_branch(
        &self,
        kind: SearchKind,
        // The branch's own stage, and whether those of both stages stand in one list.
        (stage, is_mixed): (Stage, bool),
        words: &Words,
        filter: &BranchFilter,
        (after, limit): (Option<&Place>, Option<i64>),
        statement: &mut Statement,
    ) {
        let branch = branch(kind);
        let has_words = words.tsquery.is_some() && !words.text.is_empty();
        statement.push(format!("(select {}::bigint as kind, b.id, b.score from (select t.id, ", kind.rank()));
        // The score.
        match stage {
            Stage::Alike => {
                // Like a part of the name, or like the whole of it: "nirvna" is too short for the first.
                let folded = |statement: &mut Statement, function: &'static str| {
                    statement.push(function).push("(q.folded, ").push(branch.name_folded).push(")");
                };
                statement.push("greatest(");
                folded(statement, "word_similarity");
                statement.push(", ");
                folded(statement, "similarity");
                statement.push(")::double precision as score from ");
            }
            Stage::Words if has_words => {
                // Beside what is only spelled alike, every match of words comes first.
                statement.push(if is_mixed { "(1 + " } else { "(" });
                if branch.has_vector {
                    statement.push("ts_rank(t.search_vector, q.ts)");
                } else {
                    statement.push("0.5");
                }
                // A name that is the text itself comes first; among equals the better known.
                statement.push(" + case when ").push(branch.name_folded).push(" = q.folded then 1 else 0 end + 0.5 * ");
                statement.push(branch.popularity).push(")::double precision as score from ");
            }
            Stage::Words => {
                statement.push(branch.popularity).push(" as score from ");
            }
        }
        if !words.is_empty() {
            statement.push("q cross join ");
        }
        statement.push(branch.table).push(" where ").push(branch.shown);
        match stage {
            Stage::Alike => {
                statement.push(" and (q.folded <% ").push(branch.name_folded).push(" or q.folded % ");
                statement.push(branch.name_folded).push(") and not ");
                if branch.has_vector {
                    statement.push(VECTOR_MATCH);
                } else {
                    push_name_match(&words.text, branch.name_folded, statement);
                }
            }
            Stage::Words => {
                if branch.has_vector && words.tsquery.is_some() {
                    statement.push(" and ").push(VECTOR_MATCH);
                } else if !words.text.is_empty() {
                    statement.push(" and ");
                    push_name_match(&words.text, branch.name_folded, statement);
                }
            }
        }
        // The words' query holds the exclusions already; whatever is compared otherwise does not.
        if (stage == Stage::Alike || !branch.has_vector)
            && let Some(excluded) = self.exclusions()
        {
            statement.push(if branch.has_vector { " and t.search_vector" } else { " and to_tsvector('music', " });
            if !branch.has_vector {
                statement.push(branch.name_folded).push(")");
            }
            statement.push(" @@ to_tsquery('music', ").bind::<Text, _>(excluded).push(")");
        }
        filter.push_and(statement);
        statement.push(") b");
        if let Some(place) = after {
            statement.push(" where b.score <= ").bind::<Double, _>(place.score);
            statement.push(format!(" and (b.score, {}::bigint, b.id) < (", kind.rank()));
            statement.bind::<Double, _>(place.score).push(", ").bind::<BigInt, _>(place.rank).push(", ");
            statement.bind::<BigInt, _>(place.id).push(")");
        }
        if let Some(limit) = limit {
            statement.push(" order by b.score desc, b.id desc limit ").push(limit.to_string());
        }
        statement.push(")");
    }

    /// The filter on rows of a kind; none when the search cannot match that kind at all: a
    /// filter of the text that the kind does not know leaves it out.
    fn filter_of(&self, kind: SearchKind) -> Option<BranchFilter> {
        let filters = &self.parsed.filters;
        if !self.tracks.is_empty() && kind != SearchKind::Track {
            return None;
        }
        match kind {
            SearchKind::Track => Some(BranchFilter::Track(track_filter(&self.parsed).and(self.tracks.clone()))),
            SearchKind::Artist => {
                let known = filters.artist.len() + filters.country.len() + filters.genre.len() + filters.source.len();
                (known == filters.count()).then(|| BranchFilter::Artist(self.parsed.clone()))
            }
            SearchKind::Album => {
                let known = filters.artist.len()
                    + filters.album.len()
                    + filters.genre.len()
                    + filters.year.len()
                    + filters.label.len()
                    + filters.barcode.len()
                    + filters.source.len();
                (known == filters.count()).then(|| BranchFilter::Album(self.parsed.clone()))
            }
            SearchKind::Playlist | SearchKind::User | SearchKind::Genre => {
                filters.is_empty().then_some(BranchFilter::None)
            }
        }
    }
}

impl SearchRequest {
    /// Adds the tracks that match, as `select t.id …`, for the facets.
    pub(super) fn push_tracks(&self, statement: &mut Statement) -> bool {
        let only_tracks = Self { kinds: vec![SearchKind::Track], ..self.clone() };
        self.kinds.contains(&SearchKind::Track) && only_tracks.push_union(Stage::Words, None, None, statement)
    }

    /// Adds all hits of the first stage.
    pub(super) fn push_hits(&self, statement: &mut Statement) -> bool {
        self.push_union(Stage::Words, None, None, statement)
    }
}
