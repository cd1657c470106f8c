//! The roots and the schema's settings.

use async_graphql::{Context, ID, Object, Result};

use super::access::{Needs, cost, requires};
use super::account::profile::MusicProfile;
use super::account::user::{User, UserLookup};
use super::account::viewer::Viewer;
use super::ahead;
use super::catalog::album::{Album, AlbumConnection, AlbumFilter, AlbumLookup, AlbumOrder};
use super::catalog::artist::{Artist, ArtistConnection, ArtistFilter, ArtistLookup, ArtistOrder, SourceRef};
use super::catalog::genre::{Genre, GenreConnection, GenreLookup};
use super::catalog::search::{ParsedQuery, SearchHit, SearchHitConnection, SearchType};
use super::catalog::source::{AlbumSource, ArtistSource, TrackSource};
use super::catalog::track::{Track, TrackConnection, TrackFilter, TrackLookup, TrackOrder};
use super::collaboration::activity::PlaylistActivity;
use super::collaboration::collaborator::PlaylistCollaborator;
use super::collaboration::vote::PlaylistItemVote;
use super::connection::{args, root};
use super::context::{self, loaders};
use super::filter::decode_id;
use super::interfaces::{Node, SourceLink, Timestamped};
use super::library::links;
use super::listening::charts::{self, RankedAlbumConnection, RankedArtistConnection, RankedTrackConnection};
use super::mutation::Mutation;
use super::operations::status::SystemStatus;
use super::playlist::item::PlaylistItem;
use super::playlist::playlist::{Playlist, PlaylistConnection, PlaylistFilter, PlaylistLookup, PlaylistOrder};
use super::query::Query;
use super::scalars::{Isrc, storable};
use super::subscription::Subscription;
use super::user_error::UserError;
use crate::account::profile::ProfileOfViewer;
use crate::account::scope::Scope;
use crate::account::user::{self, UserById, UserId};
use crate::catalog::album::{self, AlbumById, AlbumId};
use crate::catalog::artist::{self, ArtistById, ArtistId};
use crate::catalog::genre::{self, GenreById, GenreBySlug, GenreId, GenreScope};
use crate::catalog::source::{self, SourceById, SourceOf, SourceType};
use crate::catalog::source_url;
use crate::catalog::track::{self, TrackById, TrackId};
use crate::collaboration::activity::{ActivityById, ActivityId};
use crate::collaboration::collaborator::{CollaboratorById, CollaboratorId};
use crate::collaboration::vote::{VoteById, VoteId};
use crate::db::{PageRequest, page};
use crate::error::Error;
use crate::ids;
use crate::listening::statistics::StatsRange;
use crate::playlist::item::{ItemById, PlaylistItemId};
use crate::playlist::playlist::{self, PlaylistById, PlaylistId};

pub(super) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;
pub(super) type Builder = async_graphql::SchemaBuilder<Query, Mutation, Subscription>;

/// The roots, and the interfaces that only some answers show.
pub(super) fn builder() -> Builder {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .register_output_type::<Node>()
        .register_output_type::<Timestamped>()
        .register_output_type::<SourceLink>()
        .register_output_type::<UserError>()
}

/// The schema as text, in a stable order.
#[must_use]
pub fn sdl() -> String {
    let schema = builder().with_sorted_fields().with_sorted_enums().finish();
    let options = async_graphql::SDLExportOptions::new().include_specified_by().sorted_arguments();
    schema.sdl_with_options(options)
}

/// What everybody can ask for.
#[derive(Default)]
pub struct PublicQueries;

/// The most ids that one call of `nodes` takes.
const MAX_NODES: usize = 100;

/// What everybody can ask for.
#[Object]
impl PublicQueries {
    /// Anything by its global id; none when it does not exist or may not be seen.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Option<Node>> {
        let (type_name, key) = ids::decode_any(&id)?;
        load_node(ctx, &type_name, key).await
    }

    /// Several things by their global ids, in the same order; none in the place of what does not
    /// exist or may not be seen.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            let message = format!("ids holds {} ids; at most {MAX_NODES} are allowed", ids.len());
            return Err(Error::invalid("ids", message).into());
        }
        let decoded = ids
            .iter()
            .map(|id| crate::ids::decode_any(id))
            .collect::<crate::error::Result<Vec<_>>>()
            .map_err(|_| Error::invalid("ids", "one of the ids is not an id of this server"))?;
        // All of one type are one statement: their keys are collected in one poll.
        let loading = decoded.iter().map(|(type_name, key)| load_node(ctx, type_name, *key));
        futures_util::future::try_join_all(loading).await
    }

    /// Whoever calls; none when they have not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        context::viewer(ctx).cloned().map(Viewer)
    }

    /// How server and database are, for whoever runs them. Access: scope ADMIN.
    #[graphql(
        guard = "Needs::Scope(Scope::Admin)",
        directive = requires::apply(Scope::Admin),
        directive = cost::apply(100)
    )]
    async fn system_status(&self, ctx: &Context<'_>) -> Result<SystemStatus> {
        Ok(SystemStatus::of(ctx).await?)
    }

    /// A track; none when it does not exist.
    async fn track(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the track is named.")] by: TrackLookup,
    ) -> Result<Option<Track>> {
        let id = match by {
            TrackLookup::Id(id) => Some(decode_id("id", &id)?),
            TrackLookup::Source(named) => by_source(ctx, SourceOf::Track, &named).await?.map(TrackId),
            TrackLookup::Url(url) => {
                let Some(named) = source_url::recognise(&url.0) else {
                    let message = "the address is not one of a track that this server recognises";
                    return Err(Error::invalid("url", message).into());
                };
                match SourceType::from_word(named.source_type) {
                    Some(source_type) => {
                        let mut conn = context::conn(ctx).await?;
                        source::find_owner(&mut conn, SourceOf::Track, source_type, &named.source_id)
                            .await?
                            .map(TrackId)
                    }
                    None => None,
                }
            }
        };
        let Some(id) = id else { return Ok(None) };
        let mut found = ahead::tracks(loaders(ctx)?, &ctx.look_ahead(), &[id]).await?;
        Ok(found.remove(&TrackById(id)).map(Track))
    }

    /// Tracks of the catalogue; merged ones are left out.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<TrackFilter>,
        #[graphql(desc = "The order, first field first; by id without it.")] order_by: Option<Vec<TrackOrder>>,
    ) -> Result<TrackConnection> {
        let filter = super::catalog::track::compiled("filter", filter)?;
        let order = super::catalog::track::order(order_by);
        let request = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = root::<track::Track, _>(ctx, track::LIST, filter, &request).await?;
        Ok(TrackConnection::new(page, count))
    }

    /// The tracks that carry an ISRC, oldest first, at most 100. Several may: an ISRC is not unique.
    async fn tracks_by_isrc(&self, ctx: &Context<'_>, #[graphql(desc = "The code.")] isrc: Isrc) -> Result<Vec<Track>> {
        let tracks = track::list_by_isrc(&mut context::conn(ctx).await?, &isrc.0).await?;
        Ok(tracks.into_iter().map(Track).collect())
    }

    /// An artist; none when it does not exist.
    async fn artist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the artist is named.")] by: ArtistLookup,
    ) -> Result<Option<Artist>> {
        let id = match by {
            ArtistLookup::Id(id) => Some(decode_id("id", &id)?),
            ArtistLookup::MusicbrainzId(mbid) => {
                let mbid = uuid::Uuid::try_parse(&mbid.0).map_err(Error::internal)?;
                artist::find_by_mbid(&mut context::conn(ctx).await?, mbid).await?
            }
            ArtistLookup::Source(named) => by_source(ctx, SourceOf::Artist, &named).await?.map(ArtistId),
        };
        let Some(id) = id else { return Ok(None) };
        Artist::load_ahead(ctx, id)?;
        Ok(loaders(ctx)?.load_one(ArtistById(id)).await?.map(Artist))
    }

    /// Artists of the catalogue; merged ones are left out.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<ArtistFilter>,
        #[graphql(desc = "The order, first field first; by id without it.")] order_by: Option<Vec<ArtistOrder>>,
    ) -> Result<ArtistConnection> {
        let filter = super::filter::under("filter", filter.map(ArtistFilter::compile))?;
        let order = super::catalog::artist::order(order_by);
        let request = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = root::<artist::Artist, _>(ctx, artist::LIST, filter, &request).await?;
        Ok(ArtistConnection::new(page, count))
    }

    /// An album; none when it does not exist.
    async fn album(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the album is named.")] by: AlbumLookup,
    ) -> Result<Option<Album>> {
        let id = match by {
            AlbumLookup::Id(id) => Some(decode_id("id", &id)?),
            AlbumLookup::MusicbrainzId(mbid) => {
                let mbid = uuid::Uuid::try_parse(&mbid.0).map_err(Error::internal)?;
                album::find_by_mbid(&mut context::conn(ctx).await?, mbid).await?
            }
            AlbumLookup::Barcode(barcode) => album::find_by_barcode(&mut context::conn(ctx).await?, &barcode.0).await?,
            AlbumLookup::Source(named) => by_source(ctx, SourceOf::Album, &named).await?.map(AlbumId),
        };
        let Some(id) = id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(AlbumById(id)).await?.map(Album))
    }

    /// Albums of the catalogue; merged ones are left out.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<AlbumFilter>,
        #[graphql(desc = "The order, first field first; by id without it.")] order_by: Option<Vec<AlbumOrder>>,
    ) -> Result<AlbumConnection> {
        let filter = super::catalog::album::compiled("filter", filter)?;
        let order = super::catalog::album::order(order_by);
        let request = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = root::<album::Album, _>(ctx, album::LIST, filter, &request).await?;
        Ok(AlbumConnection::new(page, count))
    }

    /// A genre; none when it does not exist.
    async fn genre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the genre is named.")] by: GenreLookup,
    ) -> Result<Option<Genre>> {
        let found = match by {
            GenreLookup::Id(id) => loaders(ctx)?.load_one(GenreById(decode_id("id", &id)?)).await?,
            GenreLookup::Slug(slug) => {
                storable("slug", &slug)?;
                loaders(ctx)?.load_one(GenreBySlug(slug)).await?
            }
            GenreLookup::Name(name) => {
                storable("name", &name)?;
                genre::find_by_name(&mut context::conn(ctx).await?, &name).await?
            }
        };
        Ok(found.map(Genre))
    }

    /// Genres by name.
    async fn genres(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those right below this genre.")] parent_id: Option<ID>,
        #[graphql(desc = "Only those without a wider genre.", default)] roots_only: bool,
        #[graphql(desc = "Entries of the page, 1 to 100.", default = 100)] first: i32,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<GenreConnection> {
        let scope = match parent_id {
            Some(id) => GenreScope::Below(decode_id("parentId", &id)?),
            None if roots_only => GenreScope::Roots,
            None => GenreScope::All,
        };
        let request = PageRequest::new(&args(Some(first), after, None, None), genre::by_name())?;
        let mut conn = context::conn(ctx).await?;
        let page =
            page::load::<genre::Genre>(&mut conn, genre::LIST, |statement| scope.narrow(statement), &request).await?;
        let count = super::connection::Count::by(move |ctx| {
            let database = context::database(ctx)?.clone();
            Ok(Box::pin(async move {
                let mut conn = database.reader().await?;
                Ok(page::count(&mut conn, genre::LIST, |statement| scope.narrow(statement)).await?)
            }))
        });
        Ok(GenreConnection::new(page, count))
    }

    /// Finds tracks, artists, albums, public playlists, people and genres at once, the best
    /// first. The language of `query`: free words, "quoted phrases", `-without`, `artist:`,
    /// `album:`, `track:`, `genre:`, `label:'Blue Note'`, `year:1970-1980`, `bpm:120-130`,
    /// `key:Am`, `country:`, `isrc:`, `barcode:`, `source:`. An empty query finds everything. When
    /// the words find next to nothing, what is spelled alike is found as well.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked for.")] query: String,
        #[graphql(desc = "Only these kinds of things.")] types: Option<Vec<SearchType>>,
        #[graphql(desc = "Narrows tracks; with it, only tracks are found.")] filter: Option<TrackFilter>,
        #[graphql(desc = "Entries of the page, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<SearchHitConnection> {
        super::catalog::search::search(ctx, &query, types, filter, first, after).await
    }

    /// What the beginning of a name or title may become, the best first.
    async fn search_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far.")] prefix: String,
        #[graphql(desc = "Only these kinds of things.")] types: Option<Vec<SearchType>>,
        #[graphql(desc = "Entries, 1 to 100.", default = 8)] first: i32,
    ) -> Result<Vec<SearchHit>> {
        super::catalog::search::suggestions(ctx, &prefix, types, first).await
    }

    /// What is understood of a text in the search language, without searching.
    async fn parse_search(&self, #[graphql(desc = "The text.")] query: String) -> Result<ParsedQuery> {
        Ok(super::catalog::search::parse("query", &query)?)
    }

    /// A playlist; none when it does not exist or may not be seen.
    async fn playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the playlist is named.")] by: PlaylistLookup,
    ) -> Result<Option<Playlist>> {
        let found = match by {
            PlaylistLookup::Id(id) => {
                let id = decode_id("id", &id)?;
                super::playlist::item::load_ahead(ctx, id)?;
                loaders(ctx)?.load_one(PlaylistById(id)).await?
            }
            PlaylistLookup::Uuid(uuid) => playlist::find_by_uuid(&mut context::conn(ctx).await?, uuid).await?,
        };
        Ok(found.map(Playlist))
    }

    /// Public playlists.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn playlists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<PlaylistFilter>,
        #[graphql(desc = "The order, first field first; by id without it.")] order_by: Option<Vec<PlaylistOrder>>,
    ) -> Result<PlaylistConnection> {
        let filter = super::playlist::playlist::compiled("filter", filter)?;
        let order = super::playlist::playlist::order(order_by);
        let request = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = root::<playlist::Playlist, _>(ctx, playlist::LIST, filter, &request).await?;
        Ok(PlaylistConnection::new(page, count))
    }

    /// A person; none when the account does not exist or is closed.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the person is named.")] by: UserLookup,
    ) -> Result<Option<User>> {
        let found = match by {
            UserLookup::Id(id) => loaders(ctx)?.load_one(UserById(decode_id("id", &id)?)).await?,
            UserLookup::Username(name) => {
                storable("username", &name)?;
                user::find_by_username(&mut context::conn(ctx).await?, &name).await?
            }
        };
        Ok(found.map(User))
    }

    /// The most heard tracks of a span of time.
    async fn top_tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Week")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
        #[graphql(desc = "Only tracks of this genre or those below it.")] genre_id: Option<ID>,
    ) -> Result<RankedTrackConnection> {
        let genre: Option<GenreId> = genre_id.map(|id| decode_id("genreId", &id)).transpose()?;
        charts::top_tracks(ctx, range, genre, first).await
    }

    /// The most heard artists of a span of time.
    async fn top_artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Week")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
        #[graphql(desc = "Only artists of this genre or those below it.")] genre_id: Option<ID>,
    ) -> Result<RankedArtistConnection> {
        let genre: Option<GenreId> = genre_id.map(|id| decode_id("genreId", &id)).transpose()?;
        charts::top_artists(ctx, range, genre, first).await
    }

    /// The most heard albums of a span of time.
    async fn top_albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Week")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
        #[graphql(desc = "Only albums of this genre or those below it.")] genre_id: Option<ID>,
    ) -> Result<RankedAlbumConnection> {
        let genre: Option<GenreId> = genre_id.map(|id| decode_id("genreId", &id)).transpose()?;
        charts::top_albums(ctx, range, genre, first).await
    }
}

async fn by_source(ctx: &Context<'_>, table: SourceOf, named: &SourceRef) -> crate::error::Result<Option<i64>> {
    storable("id", &named.id)?;
    source::find_owner(&mut context::conn(ctx).await?, table, named.source_type, &named.id).await
}

async fn load_node(ctx: &Context<'_>, type_name: &str, key: i64) -> Result<Option<Node>> {
    let loaders = loaders(ctx)?;
    let source = |table| loaders.load_one(SourceById { table, id: key });
    Ok(match type_name {
        "Track" => loaders.load_one(TrackById(TrackId(key))).await?.map(|row| Node::Track(Track(row))),
        "Artist" => loaders.load_one(ArtistById(ArtistId(key))).await?.map(|row| Node::Artist(Artist(row))),
        "Album" => loaders.load_one(AlbumById(AlbumId(key))).await?.map(|row| Node::Album(Album(row))),
        "Genre" => loaders.load_one(GenreById(GenreId(key))).await?.map(|row| Node::Genre(Genre(row))),
        "TrackSource" => source(SourceOf::Track).await?.map(|row| Node::TrackSource(TrackSource(row))),
        "ArtistSource" => source(SourceOf::Artist).await?.map(|row| Node::ArtistSource(ArtistSource(row))),
        "AlbumSource" => source(SourceOf::Album).await?.map(|row| Node::AlbumSource(AlbumSource(row))),
        "User" => loaders.load_one(UserById(UserId(key))).await?.map(|row| Node::User(User(row))),
        "MusicProfile" => match context::viewer(ctx) {
            // Of all profiles the caller's own alone is there.
            Some(viewer) if viewer.may(Scope::Read) => {
                let own = loaders.load_one(ProfileOfViewer(viewer.user)).await?;
                own.filter(|profile| profile.id.0 == key).map(|row| Node::MusicProfile(MusicProfile(row)))
            }
            _ => None,
        },
        "Playlist" => loaders.load_one(PlaylistById(PlaylistId(key))).await?.map(|row| Node::Playlist(Playlist(row))),
        "PlaylistItem" => loaders
            .load_one(ItemById(PlaylistItemId(key)))
            .await?
            .map(|row| Node::PlaylistItem(PlaylistItem::from(row))),
        "PlaylistItemVote" => {
            loaders.load_one(VoteById(VoteId(key))).await?.map(|row| Node::PlaylistItemVote(PlaylistItemVote(row)))
        }
        "PlaylistCollaborator" => loaders
            .load_one(CollaboratorById(CollaboratorId(key)))
            .await?
            .map(|row| Node::PlaylistCollaborator(PlaylistCollaborator(row))),
        "PlaylistActivity" => loaders
            .load_one(ActivityById(ActivityId(key)))
            .await?
            .map(|row| Node::PlaylistActivity(PlaylistActivity(row))),
        "LibraryEntry" => links::entry(ctx, key).await?.map(Node::LibraryEntry),
        "AlbumCollectionEntry" => links::collection_entry(ctx, key).await?.map(Node::AlbumCollectionEntry),
        "ArtistFollow" => links::artist_follow(ctx, key).await?.map(Node::ArtistFollow),
        "Interaction" => links::interaction(ctx, key).await?.map(Node::Interaction),
        "PlaylistFollow" => links::playlist_follow(ctx, key).await?.map(Node::PlaylistFollow),
        _ => None,
    })
}
