//! Links to outside services as types.

use async_graphql::{Context, ID, Json, Object, Result};
use chrono::{DateTime, Utc};

use super::album::Album;
use super::artist::Artist;
use super::track::Track;
use crate::catalog::album::{AlbumById, AlbumId};
use crate::catalog::artist::{ArtistById, ArtistId};
use crate::catalog::source::{
    AlbumSourceId, ArtistSourceId, AudioQuality, Source, SourceType, SyncStatus, TrackSourceId,
};
use crate::catalog::track::{TrackById, TrackId};
use crate::error::Error;
use crate::graphql::context::loaders;
use crate::graphql::scalars::{CountryCode, Url};
use crate::ids;

fn gone(what: &str) -> Error {
    Error::NotFound(format!("the {what} is gone"))
}

macro_rules! source_type {
    (
        $(#[$doc:meta])* $name:ident, $id:ident,
        $(#[$owner_doc:meta])* $owner:ident: $owner_type:ident by $loader:ident($owner_id:ident),
        { $($extra:tt)* }
    ) => {
        $(#[$doc])*
        pub struct $name(pub Source);

        $(#[$doc])*
        #[Object]
        impl $name {
            /// Global id.
            pub async fn id(&self) -> ID {
                ids::encode($id(self.0.id)).into()
            }

            $(#[$owner_doc])*
            async fn $owner(&self, ctx: &Context<'_>) -> Result<$owner_type> {
                let found = loaders(ctx)?.load_one($loader($owner_id(self.0.owner))).await?;
                Ok($owner_type(found.ok_or_else(|| gone(stringify!($owner)))?))
            }

            /// The service.
            pub async fn source_type(&self) -> SourceType {
                self.0.source_type
            }

            /// Its id there; none for some plain addresses.
            pub async fn source_id(&self) -> Option<String> {
                self.0.source_id.clone()
            }

            /// Where it can be opened.
            pub async fn uri(&self) -> Option<Url> {
                self.0.source_uri.clone().map(Url)
            }

            /// Preferred among the links of one thing.
            pub async fn is_primary(&self) -> bool {
                self.0.is_primary
            }

            /// Whether it can be opened at all.
            pub async fn is_available(&self) -> bool {
                self.0.is_available
            }

            /// How the last exchange with the service went.
            pub async fn sync_status(&self) -> SyncStatus {
                self.0.sync_status
            }

            /// When it was last exchanged; none before the first time.
            pub async fn last_synced_at(&self) -> Option<DateTime<Utc>> {
                self.0.last_synced_at
            }

            /// What else the service said.
            pub async fn metadata(&self) -> Json<serde_json::Value> {
                Json(self.0.metadata.clone())
            }

            /// When the link was made.
            pub async fn created_at(&self) -> DateTime<Utc> {
                self.0.created_at
            }

            /// When the link last changed.
            pub async fn updated_at(&self) -> DateTime<Utc> {
                self.0.updated_at
            }

            $($extra)*
        }
    };
}

source_type! {
    /// A track on an outside service.
    TrackSource, TrackSourceId,
    /// The track.
    track: Track by TrackById(TrackId),
    {
        /// Sound quality there, where it is known.
        async fn audio_quality(&self) -> Option<AudioQuality> {
            self.0.audio_quality
        }

        /// Countries it can be opened in; none means everywhere.
        async fn available_in(&self) -> Option<Vec<CountryCode>> {
            countries(&self.0)
        }
    }
}

source_type! {
    /// An artist on an outside service.
    ArtistSource, ArtistSourceId,
    /// The artist.
    artist: Artist by ArtistById(ArtistId),
    {}
}

source_type! {
    /// An album on an outside service.
    AlbumSource, AlbumSourceId,
    /// The album.
    album: Album by AlbumById(AlbumId),
    {
        /// Countries it can be opened in; none means everywhere.
        async fn available_in(&self) -> Option<Vec<CountryCode>> {
            countries(&self.0)
        }
    }
}

fn countries(source: &Source) -> Option<Vec<CountryCode>> {
    let countries = source.available_in.as_ref()?;
    Some(countries.iter().cloned().map(CountryCode).collect())
}

/// The links of one thing of the given services, or of all.
pub(super) fn narrowed(sources: Vec<Source>, types: Option<&[SourceType]>) -> Vec<Source> {
    match types {
        Some(types) => sources.into_iter().filter(|source| types.contains(&source.source_type)).collect(),
        None => sources,
    }
}
