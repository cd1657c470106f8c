//! How a track is named by somebody who may not know its id, as an input.

use async_graphql::{ID, OneofObject};

use super::artist::SourceRef;
use crate::catalog::track::TrackId;
use crate::catalog::track_ref;
use crate::db::Conn;
use crate::error::{Error, Reason, Rejection, Result};
use crate::graphql::filter::decode_id;
use crate::graphql::scalars::{Isrc, Url, storable};

/// How a track is named by somebody who may not know its id: by exactly one of these.
#[derive(Debug, OneofObject)]
pub enum TrackRef {
    /// Its global id.
    Id(ID),
    /// Its id at an outside service.
    Source(SourceRef),
    /// Its address at an outside service.
    Url(Url),
    /// Its ISRC; of several tracks that carry it the most popular one.
    Isrc(Isrc),
}

impl TrackRef {
    /// The name as the catalogue knows it.
    ///
    /// # Errors
    /// `Invalid` when it can name no track.
    pub fn named(self) -> Result<track_ref::TrackRef> {
        Ok(match self {
            Self::Id(id) => track_ref::TrackRef::Id(decode_id("id", &id)?),
            Self::Source(source) => {
                storable("id", &source.id)?;
                track_ref::TrackRef::Source(source.source_type, source.id)
            }
            Self::Url(url) => track_ref::TrackRef::Url(url.0),
            Self::Isrc(isrc) => track_ref::TrackRef::Isrc(isrc.0),
        })
    }
}

/// The tracks that a list of names names, each a track or why it is none; `argument` holds the list,
/// and `field` is the name's place in an entry, where it has one.
///
/// # Errors
/// What the database reports.
pub async fn resolve(
    conn: &mut Conn,
    argument: &str,
    field: Option<&str>,
    names: Vec<TrackRef>,
) -> Result<Vec<Result<TrackId, Rejection>>> {
    let path = |place: usize| match field {
        Some(field) => format!("{argument}.{place}.{field}"),
        None => format!("{argument}.{place}"),
    };
    let mut checked = Vec::with_capacity(names.len());
    for (place, name) in names.into_iter().enumerate() {
        let id = if let TrackRef::Id(id) = &name { Some(id.0.clone()) } else { None };
        checked.push(match name.named() {
            Ok(name) => Ok((name, id)),
            Err(Error::Invalid { message, .. }) => {
                Err(Rejection::new(Reason::Invalid, &path(place), "track.name", message))
            }
            Err(error) => return Err(error),
        });
    }
    let wanted: Vec<&track_ref::TrackRef> = checked.iter().flatten().map(|(name, _)| name).collect();
    let found = track_ref::resolve(conn, &wanted).await?;
    let outcome = checked.into_iter().enumerate().map(|(place, name)| {
        let (name, id) = name?;
        let missing = || {
            let (path, message) = (path(place), "there is no such track");
            match id {
                Some(id) => Rejection::missing(&path, "track.exists", id, message),
                None => Rejection::new(Reason::NotFound, &path, "track.exists", message),
            }
        };
        found.get(&name).copied().ok_or_else(missing)
    });
    Ok(outcome.collect())
}
