//! Playlists as a type.

use async_graphql::{Context, ID, InputObject, Json, Object, OneofObject, Result, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::item::{self, PlaylistItemConnection, PlaylistItemFilter, PlaylistItemOrder};
use crate::account::user::UserById;
use crate::collaboration::access::{AccessOfPlaylist, EntriesOfReader};
use crate::collaboration::activity::{ActivitiesOfPlaylist, PlaylistActivityType};
use crate::collaboration::collaborator::{CollaboratorRole, CollaboratorsOfPlaylist, PlaylistPermission};
use crate::db::{Direction, Filter, Nulls, PageRequest};
use crate::graphql::access::cost;
use crate::graphql::account::user::User;
use crate::graphql::catalog::artist::words_of;
use crate::graphql::collaboration::activity::PlaylistActivityConnection;
use crate::graphql::collaboration::change::HistoricalItemConnection;
use crate::graphql::collaboration::collaborator::PlaylistCollaboratorConnection;
use crate::graphql::connection::args;
use crate::graphql::context::{loaders, reader};
use crate::graphql::filter::{DateTimeFilter, StringFilter, StringListFilter, bounded, decode_id, decode_ids};
use crate::graphql::library::follow::{self, PlaylistFollow, PlaylistFollowConnection};
use crate::graphql::library::links;
use crate::graphql::scalars::{Long, Url, to_int};
use crate::playlist::item::{ItemOfPart, PlaylistItemId};
use crate::playlist::playlist::{
    self, CollaborationMode, DuplicatePolicy, MetadataOfPlaylist, PlaylistById, PlaylistOrderField, PlaylistTest,
    PlaylistVisibility,
};
use crate::{child_page, connection, ids};

/// A list of tracks that people keep, share and edit together.
pub struct Playlist(pub playlist::Playlist);

impl From<playlist::Playlist> for Playlist {
    fn from(row: playlist::Playlist) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of playlists.
    PlaylistConnection,
    /// A playlist in a list.
    PlaylistEdge,
    Playlist
}

/// How a playlist is named: by exactly one of these.
#[derive(OneofObject)]
pub enum PlaylistLookup {
    /// Its global id; to strangers it opens public playlists alone.
    Id(ID),
    /// Its UUID, as in links; opens unlisted playlists, too.
    Uuid(Uuid),
}

/// Narrows a list of playlists. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct PlaylistFilter {
    /// All of these hold.
    and: Option<Vec<PlaylistFilter>>,
    /// At least one of these holds. A single filter in place of the list counts as a list of one.
    or: Option<Vec<PlaylistFilter>>,
    /// This does not hold.
    not: Option<Box<PlaylistFilter>>,
    /// Name, accents and case aside.
    name: Option<StringFilter>,
    /// Of one of these owners.
    owner_id: Option<Vec<ID>>,
    /// One of these visibilities.
    visibility: Option<Vec<PlaylistVisibility>>,
    /// Worked on by several people, or not.
    is_collaborative: Option<bool>,
    /// Made by rules, or not.
    is_smart: Option<bool>,
    /// Tags.
    tags: Option<StringListFilter>,
    /// Holds one of these tracks.
    contains_track_id: Option<Vec<ID>>,
    /// When it last changed.
    updated_at: Option<DateTimeFilter>,
}

impl PlaylistFilter {
    fn compile(self) -> crate::error::Result<playlist::PlaylistFilter> {
        let mut all = Vec::new();
        for part in self.and.unwrap_or_default() {
            all.push(part.compile()?);
        }
        if let Some(parts) = self.or {
            all.push(Filter::Any(parts.into_iter().map(Self::compile).collect::<Result<_, _>>()?));
        }
        if let Some(part) = self.not {
            all.push(Filter::Not(Box::new(part.compile()?)));
        }
        let mut tests = Vec::new();
        if let Some(filter) = self.name {
            tests.extend(filter.tests().map_err(|e| e.within("name"))?.into_iter().map(PlaylistTest::Name));
        }
        if let Some(given) = &self.owner_id {
            tests.push(PlaylistTest::Owner(decode_ids("ownerId", given)?));
        }
        if let Some(values) = self.visibility {
            bounded("visibility", values.len())?;
            tests.push(PlaylistTest::Visibility(values));
        }
        tests.extend(self.is_collaborative.map(PlaylistTest::IsCollaborative));
        tests.extend(self.is_smart.map(PlaylistTest::IsSmart));
        if let Some(filter) = self.tags {
            tests.extend(filter.tests().map_err(|e| e.within("tags"))?.into_iter().map(PlaylistTest::Tags));
        }
        if let Some(given) = &self.contains_track_id {
            tests.push(PlaylistTest::ContainsTrack(decode_ids("containsTrackId", given)?));
        }
        if let Some(filter) = self.updated_at {
            tests.extend(filter.tests().map_err(|e| e.within("updatedAt"))?.into_iter().map(PlaylistTest::UpdatedAt));
        }
        all.extend(tests.into_iter().map(Filter::Is));
        Ok(Filter::All(all))
    }
}

/// The filter under the argument's name as the room knows it.
pub fn compiled(argument: &str, filter: Option<PlaylistFilter>) -> crate::error::Result<playlist::PlaylistFilter> {
    crate::graphql::filter::under(argument, filter.map(PlaylistFilter::compile))
}

/// One field of an order of playlists.
#[derive(Debug, InputObject)]
pub struct PlaylistOrder {
    /// What to order by.
    field: PlaylistOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where playlists without a value stand; every field has one.
    #[graphql(default)]
    nulls: Nulls,
}

/// The order that the given fields make; by id without any.
pub fn order(given: Option<Vec<PlaylistOrder>>) -> crate::db::Order {
    let fields: Vec<_> =
        given.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect();
    playlist::order(&fields)
}

/// Entries that somebody has in a playlist, and may have.
#[derive(SimpleObject)]
pub struct ContributionQuota {
    /// Entries they may have; none means any number, as for the owner.
    limit: Option<i32>,
    /// Entries they have, those that wait for approval too.
    used: i32,
    /// Entries they may still add; none means any number.
    remaining: Option<i32>,
}

/// A list of tracks that people keep, share and edit together.
#[Object]
impl Playlist {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Stable name in links.
    async fn uuid(&self) -> Uuid {
        self.0.uuid
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// A text about it.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Cover picture.
    async fn cover_url(&self) -> Option<Url> {
        self.0.cover_url.clone().map(Url)
    }

    /// Words to find it by.
    async fn tags(&self) -> Vec<String> {
        words_of(&self.0.tags.parse())
    }

    /// Whose it is; none when the account is closed.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(ctx)?.load_one(UserById(self.0.owner_id)).await?.map(User))
    }

    /// Who finds it.
    async fn visibility(&self) -> PlaylistVisibility {
        self.0.visibility
    }

    /// Whether others work on it.
    async fn is_collaborative(&self) -> bool {
        self.0.is_collaborative
    }

    /// How people come to work on it.
    async fn collaboration_mode(&self) -> CollaborationMode {
        self.0.collaboration_mode
    }

    /// Entries one person may have in it; none means any number.
    async fn max_tracks_per_user(&self) -> Option<i32> {
        self.0.max_tracks_per_user
    }

    /// Whether entries are voted on.
    async fn voting_enabled(&self) -> bool {
        self.0.voting_enabled
    }

    /// What happens when a track is added that is there already.
    async fn duplicate_policy(&self) -> DuplicatePolicy {
        self.0.duplicate_policy
    }

    /// Grows by one with every change: snapshot id, ETag and subscription cursor in one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who changed it last.
    async fn last_modified_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.last_modified_by else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserById(id)).await?.map(User))
    }

    /// The entries, in the list's order unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<PlaylistItemOrder>>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<PlaylistItemFilter>,
    ) -> Result<PlaylistItemConnection> {
        let args = args(first, after, last, before);
        item::page(ctx, self.0.id, &args, order_by, filter).await
    }

    /// The list as it stood after a version. All changes since have to be kept.
    #[graphql(directive = cost::apply(5))]
    async fn items_at(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version, from 0.")] version: i32,
        #[graphql(desc = "Entries of the page, 1 to 100.", default = 100)] first: i32,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<HistoricalItemConnection> {
        super::history::items_at(ctx, self.0.id, version, args(Some(first), after, None, None)).await
    }

    /// One entry of this playlist by its id.
    async fn item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry's global id.")] id: ID,
    ) -> Result<Option<item::PlaylistItem>> {
        let id: PlaylistItemId = decode_id("id", &id)?;
        let found = loaders(ctx)?.load_one(ItemOfPart(id)).await?;
        Ok(found.filter(|found| found.playlist_id == self.0.id).map(item::PlaylistItem::from))
    }

    /// Number of entries.
    async fn track_count(&self) -> i32 {
        self.0.track_count
    }

    /// Length of all entries, in milliseconds; tracks of unknown length count nothing.
    async fn total_duration_ms(&self) -> Long {
        Long(self.0.total_duration_ms)
    }

    /// People who work on it beside its owner, in the order they joined.
    async fn collaborators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<PlaylistCollaboratorConnection> {
        let page = PageRequest::new(&args(first, after, None, None), CollaboratorsOfPlaylist::order())?;
        let (page, count) = child_page!(ctx, self.0.id.0, CollaboratorsOfPlaylist { page });
        Ok(PlaylistCollaboratorConnection::new(page, count))
    }

    /// What was done to it, the newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only changes after this version.")] after_version: Option<i32>,
        #[graphql(desc = "Only these kinds of change.")] types: Option<Vec<PlaylistActivityType>>,
        #[graphql(desc = "Only changes of this person.")] by: Option<ID>,
    ) -> Result<PlaylistActivityConnection> {
        let by = by.map(|id| decode_id("by", &id)).transpose()?;
        if let Some(types) = &types {
            bounded("types", types.len())?;
        }
        let page = PageRequest::new(&args(first, after, last, before), ActivitiesOfPlaylist::order())?;
        let list = ActivitiesOfPlaylist { after_version, types, by, page };
        let (page, count) = child_page!(ctx, self.0.id.0, list);
        Ok(PlaylistActivityConnection::new(page, count))
    }

    /// People who follow it, the last first; only those whose history is public.
    async fn followers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<PlaylistFollowConnection> {
        follow::followers_of(ctx, self.0.id, &args(first, after, None, None)).await
    }

    /// How the caller follows it; none when they do not, and for whoever has not signed in.
    async fn viewer_follow(&self, ctx: &Context<'_>) -> Result<Option<PlaylistFollow>> {
        links::follow_of_playlist(ctx, self.0.id).await
    }

    /// People who follow it, all of them.
    async fn follower_count(&self) -> i32 {
        self.0.follower_count
    }

    /// Times it was played.
    async fn play_count(&self) -> i32 {
        self.0.play_count
    }

    /// Likes.
    async fn like_count(&self) -> i32 {
        self.0.like_count
    }

    /// Times it was shared.
    async fn share_count(&self) -> i32 {
        self.0.share_count
    }

    /// The playlist it was copied from, while that one is there and opens to the caller.
    async fn copied_from(&self, ctx: &Context<'_>) -> Result<Option<Playlist>> {
        let Some(id) = self.0.copied_from_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(PlaylistById(id)).await?.map(Playlist))
    }

    /// What the caller may do here; the view alone for whoever has not signed in.
    async fn viewer_permissions(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistPermission>> {
        Ok(loaders(ctx)?.load_one(AccessOfPlaylist(self.0.id.0)).await?.map_or_else(Vec::new, |a| a.permissions()))
    }

    /// What the caller is to the list; none for whoever takes no part.
    async fn viewer_role(&self, ctx: &Context<'_>) -> Result<Option<CollaboratorRole>> {
        Ok(loaders(ctx)?.load_one(AccessOfPlaylist(self.0.id.0)).await?.and_then(|access| access.role()))
    }

    /// How many entries the caller has here and may have; none for whoever has not signed in.
    async fn viewer_quota(&self, ctx: &Context<'_>) -> Result<Option<ContributionQuota>> {
        if reader(ctx)?.person().is_none() {
            return Ok(None);
        }
        let loaders = loaders(ctx)?;
        let (access, used) = futures_util::join!(
            loaders.load_one(AccessOfPlaylist(self.0.id.0)),
            loaders.load_one(EntriesOfReader(self.0.id.0))
        );
        let (limit, used) = (access?.and_then(|access| access.quota()), to_int(used?.unwrap_or(0)));
        Ok(Some(ContributionQuota { limit, used, remaining: limit.map(|limit| (limit - used).max(0)) }))
    }

    /// What sources said beside.
    pub async fn metadata(&self, ctx: &Context<'_>) -> Result<Json<serde_json::Value>> {
        Ok(Json(loaders(ctx)?.load_one(MetadataOfPlaylist(self.0.id)).await?.unwrap_or_default()))
    }

    /// When it was made.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    pub async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it was last played; none when it never was.
    async fn last_played_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_played_at
    }
}
