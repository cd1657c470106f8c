//! Links to outside services. Tables `track_sources`, `artist_sources`, `album_sources`.

use std::collections::HashMap;

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{BigInt, Text};

use crate::db::{Columns, Conn, ReadRow, Statement};
use crate::error::Result;
use crate::{closed_set, id_type, loader};

id_type! {
    /// Key of `track_sources`.
    TrackSourceId for "TrackSource";
    /// Key of `artist_sources`.
    ArtistSourceId for "ArtistSource";
    /// Key of `album_sources`.
    AlbumSourceId for "AlbumSource";
}

closed_set! {
    /// An outside service that music is gathered from.
    SourceType {
        /// Spotify.
        Spotify = "spotify",
        /// YouTube and YouTube Music.
        Youtube = "youtube",
        /// SoundCloud.
        Soundcloud = "soundcloud",
        /// Bandcamp.
        Bandcamp = "bandcamp",
        /// Deezer.
        Deezer = "deezer",
        /// Apple Music and iTunes.
        AppleMusic = "apple_music",
        /// Tidal.
        Tidal = "tidal",
        /// Mixcloud.
        Mixcloud = "mixcloud",
        /// Jamendo.
        Jamendo = "jamendo",
        /// MusicBrainz.
        Musicbrainz = "musicbrainz",
        /// Discogs.
        Discogs = "discogs",
        /// Last.fm.
        Lastfm = "lastfm",
        /// ListenBrainz.
        Listenbrainz = "listenbrainz",
        /// Genius.
        Genius = "genius",
        /// A plain web address.
        DirectUrl = "direct_url",
        /// A file that a person uploaded.
        Upload = "upload",
        /// Anything else.
        Other = "other",
    }
}

closed_set! {
    /// How the last exchange with the service went.
    SyncStatus {
        /// The link is known to work.
        Active = "active",
        /// The last check failed; it may work again.
        Failed = "failed",
        /// The service has removed it.
        Removed = "removed",
    }
}

closed_set! {
    /// Sound quality in steps that compare across services.
    AudioQuality {
        /// Up to 128 kbit/s.
        Low = "low",
        /// About 160 to 256 kbit/s.
        Medium = "medium",
        /// 320 kbit/s.
        High = "high",
        /// Nothing lost against the master.
        Lossless = "lossless",
    }
}

/// One link of a track, an artist or an album to an outside service.
#[derive(Debug, Clone)]
pub struct Source {
    /// Key in its table.
    pub id: i64,
    /// Key of the track, artist or album.
    pub owner: i64,
    /// The service.
    pub source_type: SourceType,
    /// The thing's id there; absent for some plain addresses.
    pub source_id: Option<String>,
    /// Where it can be opened.
    pub source_uri: Option<String>,
    /// Preferred among the links of one thing.
    pub is_primary: bool,
    /// Whether it can be opened at all.
    pub is_available: bool,
    /// How the last exchange went.
    pub sync_status: SyncStatus,
    /// When it was last exchanged.
    pub last_synced_at: Option<chrono::DateTime<chrono::Utc>>,
    /// What else the service said.
    pub metadata: serde_json::Value,
    /// When the link was made.
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// When it last changed.
    pub updated_at: chrono::DateTime<chrono::Utc>,
    /// Countries it is open in, ISO 3166-1 alpha-2; none means everywhere. Not kept for artists.
    pub available_in: Option<Vec<String>>,
    /// Sound quality. Tracks only.
    pub audio_quality: Option<AudioQuality>,
}

impl ReadRow for Source {
    fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self> {
        Ok(Self {
            id: columns.take()?,
            owner: columns.take()?,
            source_type: columns.take()?,
            source_id: columns.take()?,
            source_uri: columns.take()?,
            is_primary: columns.take()?,
            is_available: columns.take()?,
            sync_status: columns.take()?,
            last_synced_at: columns.take()?,
            metadata: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
            available_in: columns.take()?,
            audio_quality: columns.take()?,
        })
    }
}

/// Which of the three tables a link is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceOf {
    /// `track_sources`
    Track,
    /// `artist_sources`
    Artist,
    /// `album_sources`
    Album,
}

impl SourceOf {
    fn table(self) -> &'static str {
        match self {
            Self::Track => "track_sources s",
            Self::Artist => "artist_sources s",
            Self::Album => "album_sources s",
        }
    }

    fn owner(self) -> &'static str {
        match self {
            Self::Track => "s.track_id",
            Self::Artist => "s.artist_id",
            Self::Album => "s.album_id",
        }
    }

    fn push_columns(self, statement: &mut Statement) {
        statement.push("s.id, ").push(self.owner());
        statement.push(
            ", s.source_type, s.source_id, s.source_uri, s.is_primary, s.is_available, s.sync_status,
            s.last_synced_at, s.source_extra_metadata, s.created_at, s.updated_at, ",
        );
        statement.push(match self {
            Self::Track => "s.available_in, s.audio_quality",
            Self::Album => "s.available_in, null::text",
            Self::Artist => "null::text[], null::text",
        });
    }
}

/// The links of one thing, primary ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourcesOf {
    /// Which table.
    pub table: SourceOf,
    /// The track's, artist's or album's key.
    pub owner: i64,
}
loader!(SourcesOf => Vec<Source>, of_owners);

/// Links that one thing shows at most.
const MAX_SOURCES: i64 = 100;

async fn of_owners(conn: &mut Conn, keys: &[SourcesOf]) -> Result<HashMap<SourcesOf, Vec<Source>>> {
    let mut found: HashMap<SourcesOf, Vec<Source>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    // At most three turns: one for each table, whatever the number of keys.
    for table in [SourceOf::Track, SourceOf::Artist, SourceOf::Album] {
        let owners: Vec<i64> = keys.iter().filter(|key| key.table == table).map(|key| key.owner).collect();
        if owners.is_empty() {
            continue;
        }
        let mut statement = Statement::new("select l.* from unnest(");
        statement.keys::<BigInt, _>(owners);
        statement.push(") as p(parent) cross join lateral (select ");
        table.push_columns(&mut statement);
        statement.push(" from ").push(table.table()).push(" where ").push(table.owner());
        statement.push(" = p.parent order by s.is_primary desc, s.source_type, s.id limit ");
        statement.push(MAX_SOURCES.to_string()).push(") l");
        for source in statement.load::<Source>(conn).await? {
            found.entry(SourcesOf { table, owner: source.owner }).or_default().push(source);
        }
    }
    Ok(found)
}

/// One link by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceById {
    /// Which table.
    pub table: SourceOf,
    /// Its key there.
    pub id: i64,
}
loader!(SourceById => Source, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[SourceById]) -> Result<HashMap<SourceById, Source>> {
    let mut found = HashMap::new();
    for table in [SourceOf::Track, SourceOf::Artist, SourceOf::Album] {
        let ids: Vec<i64> = keys.iter().filter(|key| key.table == table).map(|key| key.id).collect();
        if ids.is_empty() {
            continue;
        }
        let mut statement = Statement::new("select ");
        table.push_columns(&mut statement);
        statement.push(" from ").push(table.table()).push(" where s.id = any(");
        statement.keys::<BigInt, _>(ids).push(")");
        for source in statement.load::<Source>(conn).await? {
            found.insert(SourceById { table, id: source.id }, source);
        }
    }
    Ok(found)
}

/// The key of the thing that an outside id belongs to, merged rows followed to their survivor.
///
/// # Errors
/// What the database reports.
pub async fn find_owner(
    conn: &mut Conn,
    table: SourceOf,
    source_type: SourceType,
    source_id: &str,
) -> Result<Option<i64>> {
    let mut statement = Statement::new("select coalesce(o.merged_into_id, o.id) from ");
    statement.push(table.table()).push(match table {
        SourceOf::Track => " join tracks o on o.id = s.track_id",
        SourceOf::Artist => " join artists o on o.id = s.artist_id",
        SourceOf::Album => " join albums o on o.id = s.album_id",
    });
    statement.push(" where s.source_type = ").bind::<Text, _>(source_type.as_str().to_owned());
    statement.push(" and s.source_id = ").bind::<Text, _>(source_id.to_owned());
    statement.first(conn).await
}

/// The best link for a caller: open in the region and known to work, then the caller's
/// preferred services in their order, then the primary one, then quality. `None` rather than a
/// dead link.
#[must_use]
pub fn best<'s>(sources: &'s [Source], region: Option<&str>, prefer: &[SourceType]) -> Option<&'s Source> {
    sources.iter().filter(|source| source.is_playable(region)).min_by_key(|source| {
        let preference = prefer.iter().position(|wanted| *wanted == source.source_type);
        (preference.unwrap_or(usize::MAX), !source.is_primary, std::cmp::Reverse(source.audio_quality), source.id)
    })
}

impl Source {
    /// Whether the link works, in the given country when there is one.
    #[must_use]
    pub fn is_playable(&self, region: Option<&str>) -> bool {
        self.is_available && self.sync_status == SyncStatus::Active && self.is_open_in(region)
    }

    /// Whether the link is open in the given country.
    #[must_use]
    pub fn is_open_in(&self, region: Option<&str>) -> bool {
        match (&self.available_in, region) {
            (Some(countries), Some(region)) => countries.iter().any(|country| country == region),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: i64, source_type: SourceType) -> Source {
        Source {
            id,
            owner: 1,
            source_type,
            source_id: Some(id.to_string()),
            source_uri: None,
            is_primary: false,
            is_available: true,
            sync_status: SyncStatus::Active,
            last_synced_at: None,
            metadata: serde_json::Value::Null,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            available_in: None,
            audio_quality: None,
        }
    }

    #[test]
    fn the_best_source_is_open_then_preferred_then_primary_then_good() {
        let mut closed = source(1, SourceType::Spotify);
        closed.available_in = Some(vec!["US".to_owned()]);
        closed.audio_quality = Some(AudioQuality::Lossless);
        let mut primary = source(2, SourceType::Youtube);
        primary.is_primary = true;
        let mut good = source(3, SourceType::Deezer);
        good.audio_quality = Some(AudioQuality::High);
        let plain = source(4, SourceType::Deezer);
        let all = [closed, primary, good, plain];
        let best_id = |region, prefer: &[SourceType]| best(&all, region, prefer).map(|source| source.id);
        assert_eq!(best_id(Some("FR"), &[]), Some(2));
        assert_eq!(best_id(Some("US"), &[SourceType::Spotify]), Some(1));
        assert_eq!(best_id(Some("FR"), &[SourceType::Spotify, SourceType::Deezer]), Some(3));
    }

    #[test]
    fn a_dead_link_is_never_the_best() {
        let mut dead = source(1, SourceType::Youtube);
        dead.sync_status = SyncStatus::Removed;
        assert!(best(&[dead], None, &[]).is_none());
    }
}
