//! What will be asked below a thing, loaded along with it: each level of a query costs the database
//! and the server as much as some of its statements.
//!
//! Only a key is needed for that, so it begins before the thing itself is known. What comes is kept
//! by the loaders and told only to fields that ask for it, under the same keys: a thing that is not
//! there or may not be seen has no fields. A failure here is the failure of whoever asks later.

use std::collections::HashMap;

use async_graphql::{Context, Lookahead, Value};

use crate::catalog::album::{AlbumById, AlbumId, ArtistOfAlbum};
use crate::catalog::source::{SourceOf, SourcesOf};
use crate::catalog::track::{AlbumOfTrack, ArtistOfTrack, TrackById, TrackId};
use crate::catalog::{album, track};
use crate::db::{Key, Loaded, Loaders, PageArgs};
use crate::graphql::connection::args;

/// What is asked of each entry of a connection.
pub fn entry<'c>(ctx: &'c Context<'_>) -> Lookahead<'c> {
    let list = ctx.look_ahead();
    let nodes = list.field("nodes");
    if nodes.exists() { nodes } else { list.field("edges").field("node") }
}

/// The arguments of a list below, when it is asked for once and by nothing but its number of
/// entries.
pub fn front(below: &Lookahead<'_>, list: &str) -> Option<PageArgs> {
    let fields = below.field(list).selection_fields();
    let [field] = fields.as_slice() else { return None };
    let mut first = None;
    // What is wrong with an argument is told by the field itself.
    for (name, value) in field.arguments().ok()? {
        match (name.as_str(), value) {
            ("first", Value::Number(number)) => first = Some(i32::try_from(number.as_i64()?).ok()?),
            (_, Value::Null) => {}
            _ => return None,
        }
    }
    Some(args(first, None, None, None))
}

/// Tracks, with what is asked of them below.
///
/// # Errors
/// What the tracks' batch failed with.
pub async fn tracks(
    loaders: &Loaders,
    below: &Lookahead<'_>,
    ids: &[TrackId],
) -> Loaded<HashMap<TrackById, track::Track>> {
    if below.field("sources").exists() {
        ids.iter().for_each(|id| loaders.expect(SourcesOf { table: SourceOf::Track, owner: id.0 }));
    }
    let found = loaders.load_many(ids.iter().copied().map(TrackById));
    let artists = links(loaders, below, "artist", ids, ArtistOfTrack);
    let albums = links(loaders, below, "album", ids, AlbumOfTrack);
    futures_util::join!(found, artists, albums).0
}

/// Albums, with what is asked of them below.
///
/// # Errors
/// What the albums' batch failed with.
pub async fn albums(
    loaders: &Loaders,
    below: &Lookahead<'_>,
    ids: &[AlbumId],
) -> Loaded<HashMap<AlbumById, album::Album>> {
    let found = loaders.load_many(ids.iter().copied().map(AlbumById));
    futures_util::join!(found, links(loaders, below, "artist", ids, ArtistOfAlbum)).0
}

async fn links<I: Copy, K: Key<Value = ()>>(
    loaders: &Loaders,
    below: &Lookahead<'_>,
    field: &str,
    ids: &[I],
    key: impl Fn(I) -> K,
) {
    if below.field(field).exists() {
        // The field asks again for what did not come, and tells why.
        let _ = loaders.load_many(ids.iter().copied().map(key)).await;
    }
}
