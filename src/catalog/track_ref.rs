//! How a track is named by somebody who may not know its id. Tables `tracks`, `track_sources`.

use std::collections::HashMap;

use diesel::sql_types::{BigInt, Text};

use super::source::SourceType;
use super::source_url;
use super::track::TrackId;
use crate::db::{Conn, Statement};
use crate::error::Result;

/// A name of a track.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TrackRef {
    /// Its key.
    Id(TrackId),
    /// Its id at an outside service.
    Source(SourceType, String),
    /// An address at an outside service.
    Url(String),
    /// A recording code; of several tracks that carry it the most popular one.
    Isrc(String),
}

/// The tracks that are named, merged ones followed to their survivor; what names nothing is left
/// out. A statement for each kind of name at most.
///
/// # Errors
/// What the database reports.
pub async fn resolve(conn: &mut Conn, names: &[&TrackRef]) -> Result<HashMap<TrackRef, TrackId>> {
    let (mut ids, mut codes, mut services, mut outside) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut named: HashMap<(String, String), Vec<TrackRef>> = HashMap::new();
    for &name in names {
        let source = match name {
            TrackRef::Id(id) => {
                ids.push(id.0);
                None
            }
            TrackRef::Isrc(code) => {
                codes.push(code.clone());
                None
            }
            TrackRef::Source(service, id) => Some((service.as_str().to_owned(), id.clone())),
            TrackRef::Url(url) => {
                source_url::recognise(url).map(|source| (source.source_type.to_owned(), source.source_id))
            }
        };
        if let Some(source) = source {
            services.push(source.0.clone());
            outside.push(source.1.clone());
            named.entry(source).or_default().push(name.clone());
        }
    }
    let mut found = HashMap::new();
    if !ids.is_empty() {
        let mut statement =
            Statement::new("select t.id, coalesce(t.merged_into_id, t.id) from tracks t where t.id = any(");
        statement.keys::<BigInt, _>(ids).push(")");
        let rows = statement.load::<(TrackId, TrackId)>(conn).await?;
        found.extend(rows.into_iter().map(|(id, track)| (TrackRef::Id(id), track)));
    }
    if !services.is_empty() {
        let mut statement = Statement::new(
            "select s.source_type, s.source_id, coalesce(t.merged_into_id, t.id)
            from track_sources s join tracks t on t.id = s.track_id
            where (s.source_type, s.source_id) in (select * from unnest(",
        );
        statement.keys::<Text, _>(services).push(", ").keys::<Text, _>(outside).push("))");
        for (service, id, track) in statement.load::<(String, String, TrackId)>(conn).await? {
            let names = named.remove(&(service, id)).unwrap_or_default();
            found.extend(names.into_iter().map(|name| (name, track)));
        }
    }
    if !codes.is_empty() {
        let mut statement = Statement::new(
            "select distinct on (t.isrc) t.isrc, t.id from tracks t where t.merged_into_id is null and t.isrc = any(",
        );
        statement.keys::<Text, _>(codes).push(") order by t.isrc, t.popularity desc, t.id");
        let rows = statement.load::<(String, TrackId)>(conn).await?;
        found.extend(rows.into_iter().map(|(code, track)| (TrackRef::Isrc(code), track)));
    }
    Ok(found)
}
