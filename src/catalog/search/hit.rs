//! What a hit shows beside the thing itself: the matching words and where they stand.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::sql_types::{Array, BigInt, Text};

use crate::db::{Conn, Statement};
use crate::error::Result;
use crate::{closed_set, loader};

closed_set! {
    /// A kind of thing that can be searched.
    SearchKind {
        /// Tracks.
        Track = "track",
        /// Artists.
        Artist = "artist",
        /// Albums.
        Album = "album",
        /// Public playlists.
        Playlist = "playlist",
        /// People.
        User = "user",
        /// Genres.
        Genre = "genre",
    }
}

impl SearchKind {
    /// The kind's place among equal scores, larger first.
    pub(super) fn rank(self) -> i64 {
        match self {
            Self::Artist => 6,
            Self::Track => 5,
            Self::Album => 4,
            Self::Playlist => 3,
            Self::Genre => 2,
            Self::User => 1,
        }
    }

    pub(super) fn from_rank(rank: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.rank() == rank)
    }

    /// What is shown, and what each weight of the kind's `search_vector` stands for.
    fn headline(self) -> Option<(&'static str, [&'static str; 3])> {
        match self {
            Self::Track => Some(("select x.id, x.title, x.search_vector from tracks x", ["title", "artist", "album"])),
            Self::Artist => Some(("select x.id, x.name, x.search_vector from artists x", ["name", "alias", "alias"])),
            Self::Album => Some(("select x.id, x.title, x.search_vector from albums x", ["title", "artist", "label"])),
            Self::Playlist => {
                Some(("select x.id, x.name, x.search_vector from playlists x", ["name", "description", "tags"]))
            }
            Self::Genre | Self::User => None,
        }
    }
}

/// The matching words of a hit.
#[derive(Debug, Clone)]
pub struct HitDetail {
    /// The hit's name as HTML: escaped, the matching words inside `<mark>`.
    pub highlight: String,
    /// The fields that hold matching words.
    pub matched_on: Vec<String>,
}

/// The detail of one hit of one query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DetailOfHit {
    /// The query as text for `to_tsquery`.
    pub tsquery: Arc<str>,
    /// The kind of hit.
    pub kind: SearchKind,
    /// Its key.
    pub id: i64,
}
loader!(DetailOfHit => HitDetail, details);

/// Marks that no stored text holds; they become tags after escaping.
const START: char = '\u{2}';
const STOP: char = '\u{3}';

async fn details(conn: &mut Conn, keys: &[DetailOfHit]) -> Result<HashMap<DetailOfHit, HitDetail>> {
    let mut found = HashMap::new();
    // All hits of one query are one statement; a request with several queries has one for each.
    let mut queries: Vec<&Arc<str>> = keys.iter().map(|key| &key.tsquery).collect();
    queries.sort_unstable();
    queries.dedup();
    for tsquery in queries {
        let mut statement = Statement::new("with q as (select to_tsquery('music', ");
        statement.bind::<Text, _>(tsquery.to_string()).push(") as ts) ");
        let mut parts = 0;
        for kind in SearchKind::ALL {
            let Some((select, [a, b, c])) = kind.headline() else { continue };
            let ids: Vec<i64> =
                keys.iter().filter(|key| key.kind == *kind && key.tsquery == *tsquery).map(|key| key.id).collect();
            if ids.is_empty() {
                continue;
            }
            if parts > 0 {
                statement.push(" union all ");
            }
            parts += 1;
            statement.push(format!(
                "select '{kind}', h.id,
                ts_headline('music', h.name, q.ts,
                    'HighlightAll=true, StartSel=\"' || chr(2) || '\", StopSel=\"' || chr(3) || '\"'),
                array_remove(array[
                    case when ts_rank('{{0,0,0,1}}', h.search_vector, q.ts) > 0 then '{a}' end,
                    case when ts_rank('{{0,0,1,0}}', h.search_vector, q.ts) > 0 then '{b}' end,
                    case when ts_rank('{{0,1,0,0}}', h.search_vector, q.ts) > 0 then '{c}' end
                ], null)
                from q cross join ({select} where x.id = any(",
                kind = kind.as_str(),
            ));
            statement.bind::<Array<BigInt>, _>(ids).push(")) h(id, name, search_vector)");
        }
        if parts == 0 {
            continue;
        }
        for (kind, id, headline, mut matched_on) in
            statement.load::<(SearchKind, i64, String, Vec<String>)>(conn).await?
        {
            matched_on.dedup();
            let detail = HitDetail { highlight: to_html(&headline), matched_on };
            found.insert(DetailOfHit { tsquery: tsquery.clone(), kind, id }, detail);
        }
    }
    Ok(found)
}

fn to_html(headline: &str) -> String {
    let mut html = String::with_capacity(headline.len() + 16);
    for character in headline.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            START => html.push_str("<mark>"),
            STOP => html.push_str("</mark>"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_highlight_is_safe_html() {
        assert_eq!(to_html("a\u{2}<b>\u{3} & c"), "a<mark>&lt;b&gt;</mark> &amp; c");
    }
}
