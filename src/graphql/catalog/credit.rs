//! Credits of a track as a type.

use async_graphql::{Context, Object, Result};
use serde::Deserialize;

use super::artist::Artist;
use crate::catalog::artist::{ArtistById, ArtistId};
use crate::graphql::context::loaders;

/// An artist's share in a track, as printed.
#[derive(Debug, Deserialize)]
pub struct ArtistCredit {
    #[serde(default)]
    artist_id: Option<i64>,
    name: String,
    #[serde(default)]
    join_phrase: String,
    #[serde(default)]
    role: Option<String>,
}

/// An artist's share in a track, as printed.
#[Object]
impl ArtistCredit {
    /// The artist; none where the catalogue only knows the name.
    async fn artist(&self, ctx: &Context<'_>) -> Result<Option<Artist>> {
        let Some(id) = self.artist_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(ArtistById(ArtistId(id))).await?.map(Artist))
    }

    /// The name as printed on the release.
    async fn credited_as(&self) -> &str {
        &self.name
    }

    /// What stands between this name and the next, like ` feat. `; empty after the last.
    async fn join_phrase(&self) -> &str {
        &self.join_phrase
    }

    /// What they did, where it is not the usual, like `featured`.
    async fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }
}
