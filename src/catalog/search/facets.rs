//! Counts beside the hits: how many of each kind, genre, decade, source and key.

use super::sql::SearchRequest;
use crate::db::{Conn, Statement};
use crate::error::Result;

/// Tracks that facets are counted over at most; beyond, they are those of the first this many.
const MAX_COUNTED: &str = "10000";
/// Values that one facet shows at most.
const MAX_VALUES: &str = "20";

/// How often one value occurs among the hits.
#[derive(Debug, Clone)]
pub struct Facet {
    /// Which facet: `type`, `genre`, `decade`, `source` or `key`.
    pub facet: String,
    /// The value.
    pub key: String,
    /// Hits with it.
    pub count: i64,
}

/// The facets of a search, each by count; genres, decades, sources and keys count tracks.
///
/// # Errors
/// What the database reports.
pub async fn facets(conn: &mut Conn, request: &SearchRequest) -> Result<Vec<Facet>> {
    let mut statement = Statement::new("with hits as materialized (select h.kind from (");
    statement.rare();
    if !request.push_hits(&mut statement) {
        return Ok(Vec::new());
    }
    statement.push(") h limit ").push(MAX_COUNTED).push("), found as materialized (");
    let mut tracks = Statement::default();
    if request.push_tracks(&mut tracks) {
        statement.push("select t.* from (");
        request.push_tracks(&mut statement);
        statement.push(") h join tracks t on t.id = h.id limit ").push(MAX_COUNTED);
    } else {
        statement.push("select t.* from tracks t where false");
    }
    statement.push(
        "), counted(facet, key, n) as (
            select 'type', case h.kind when 6 then 'ARTIST' when 5 then 'TRACK' when 4 then 'ALBUM'
                when 3 then 'PLAYLIST' when 2 then 'GENRE' else 'USER' end, count(*)
            from hits h group by 2
            union all
            select 'genre', g.slug, count(*)
            from found t cross join jsonb_array_elements_text(t.genres) as g(slug) group by 2
            union all
            select 'decade', (extract(year from t.release_date)::int / 10 * 10)::text || 's', count(*)
            from found t where t.release_date is not null group by 2
            union all
            select 'source', upper(s.source_type), count(distinct s.track_id)
            from found t join track_sources s on s.track_id = t.id group by 2
            union all
            select 'key', (t.audio_features->>'key') || ':' || (t.audio_features->>'mode'), count(*)
            from found t where t.audio_features ?& array['key', 'mode'] group by 2
        )
        select r.facet, r.key, r.n from (
            select c.*, row_number() over (partition by c.facet order by c.n desc, c.key) as place from counted c
        ) r where r.place <= ",
    );
    statement.push(MAX_VALUES).push(" order by r.facet, r.place");
    let rows = statement.load::<(String, String, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(facet, key, count)| Facet { facet, key, count }).collect())
}
