//! Tracks that a list of names names.

use crate::catalog::track::TrackId;
use crate::catalog::track_ref;
use crate::db::Conn;
use crate::error::{Error, Reason, Rejection, Result};
use crate::graphql::playlist::input::TrackRef;

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
        checked.push(match name.read(&path(place)) {
            Ok(name) => Ok((name, id)),
            Err(Error::Invalid { message, .. }) => {
                Err(Rejection::new(Reason::Invalid, &path(place), "track.name", message))
            }
            Err(Error::Rejected(mut faults)) if !faults.is_empty() => Err(faults.remove(0)),
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
