//! Entries of playlists as a type.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use super::playlist::Playlist;
use crate::account::user::UserById;
use crate::catalog::source::{self, SourceOf, SourceType, SourcesOf};
use crate::catalog::track::TrackById;
use crate::collaboration::vote::VotesOfItem;
use crate::db::{Direction, Filter, Nulls, Of, Page, PageArgs, PageRequest};
use crate::error::Error;
use crate::graphql::account::user::User;
use crate::graphql::ahead;
use crate::graphql::catalog::source::TrackSource;
use crate::graphql::catalog::track::{self, Track, TrackFilter};
use crate::graphql::collaboration::vote::PlaylistItemVoteConnection;
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::graphql::filter::{DateTimeFilter, IntFilter, decode_ids};
use crate::graphql::scalars::{CountryCode, to_int};
use crate::playlist::item::{
    self, ItemsOfPlaylist, PlaceOfItem, PlaylistItemOrderField, PlaylistItemStatus, PlaylistItemTest,
};
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};
use crate::{child_page, connection, ids};

/// A track in a playlist. Two entries of one track are two.
pub struct PlaylistItem {
    row: item::PlaylistItem,
    /// The place, where the page could count it off.
    place: Option<i32>,
}

impl From<item::PlaylistItem> for PlaylistItem {
    fn from(row: item::PlaylistItem) -> Self {
        Self { row, place: None }
    }
}

connection! {
    /// A page of a playlist's entries.
    PlaylistItemConnection,
    /// An entry of a playlist in a list.
    PlaylistItemEdge,
    PlaylistItem
}

/// Narrows the entries of a playlist. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct PlaylistItemFilter {
    /// Added by one of these people.
    added_by_id: Option<Vec<ID>>,
    /// When it was added.
    added_at: Option<DateTimeFilter>,
    /// Keeps its place, or not.
    is_locked: Option<bool>,
    /// Upvotes less downvotes.
    vote_score: Option<IntFilter>,
    /// Its track is open in this country by at least one working link.
    playable_in: Option<CountryCode>,
    /// Its track passes this filter.
    track: Option<TrackFilter>,
}

impl PlaylistItemFilter {
    fn compile(self) -> crate::error::Result<item::PlaylistItemFilter> {
        let mut tests = Vec::new();
        if let Some(given) = &self.added_by_id {
            tests.push(PlaylistItemTest::AddedBy(decode_ids("addedById", given)?));
        }
        if let Some(filter) = self.added_at {
            tests.extend(filter.tests().map_err(|e| e.within("addedAt"))?.into_iter().map(PlaylistItemTest::AddedAt));
        }
        tests.extend(self.is_locked.map(PlaylistItemTest::IsLocked));
        if let Some(filter) = self.vote_score {
            tests.extend(
                filter.tests().map_err(|e| e.within("voteScore"))?.into_iter().map(PlaylistItemTest::VoteScore),
            );
        }
        tests.extend(self.playable_in.map(|country| PlaylistItemTest::PlayableIn(country.0)));
        if let Some(filter) = self.track {
            let filter = track::compiled("track", Some(filter))?;
            if !filter.is_empty() {
                tests.push(PlaylistItemTest::Track(filter));
            }
        }
        Ok(Filter::All(tests.into_iter().map(Filter::Is).collect()))
    }
}

/// One field of an order of entries.
#[derive(Debug, InputObject)]
pub struct PlaylistItemOrder {
    /// What to order by.
    field: PlaylistItemOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where entries without a value stand.
    #[graphql(default)]
    nulls: Nulls,
}

/// The entries of a playlist that are asked for, and whether their places can be counted off.
fn list(
    args: &PageArgs,
    order_by: Option<Vec<PlaylistItemOrder>>,
    filter: Option<PlaylistItemFilter>,
) -> crate::error::Result<(ItemsOfPlaylist, bool)> {
    let fields: Vec<_> =
        order_by.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect();
    let filter = filter.map(PlaylistItemFilter::compile).transpose().map_err(|e| e.within("filter"))?;
    let list = ItemsOfPlaylist {
        filter: filter.unwrap_or_default(),
        reads_tracks: item::reads_tracks(&fields),
        page: PageRequest::new(args, item::order(&fields))?,
    };
    let is_counted_off = list.is_plain_front(!fields.is_empty());
    Ok((list, is_counted_off))
}

/// Has the entries of the current field's playlist loaded along with it.
///
/// # Errors
/// `Internal` when the request carries no loaders.
pub fn load_ahead(ctx: &Context<'_>, playlist: PlaylistId) -> crate::error::Result<()> {
    let loaders = loaders(ctx)?;
    if let Some(args) = ahead::front(&ctx.look_ahead(), "items")
        && let Ok((list, _)) = list(&args, None, None)
    {
        loaders.expect(Of::new(playlist.0, list));
    }
    Ok(())
}

/// A page of a playlist's entries.
pub async fn page(
    ctx: &Context<'_>,
    playlist: PlaylistId,
    args: &PageArgs,
    order_by: Option<Vec<PlaylistItemOrder>>,
    filter: Option<PlaylistItemFilter>,
) -> Result<PlaylistItemConnection> {
    let (list, is_counted_off) = list(args, order_by, filter)?;
    let (page, count) = child_page!(ctx, playlist.0, list);
    load_links(ctx, &page).await?;
    let mut connection = PlaylistItemConnection::new(page, count);
    if is_counted_off {
        for (place, edge) in (0..).zip(&mut connection.edges) {
            edge.node.place = Some(place);
        }
    }
    Ok(connection)
}

/// Loads what is asked of the entries of a page.
async fn load_links(ctx: &Context<'_>, page: &Page<item::PlaylistItem>) -> Result<()> {
    let (loaders, below) = (loaders(ctx)?, ahead::entry(ctx));
    let rows = || page.rows.iter().map(|edge| &edge.row);
    if below.field("addedBy").exists() {
        rows().filter_map(|row| row.added_by).for_each(|id| loaders.expect(UserById(id)));
    }
    let track = below.field("track");
    if track.exists() {
        let ids: Vec<_> = rows().map(|row| row.track_id).collect();
        ahead::tracks(loaders, &track, &ids).await?;
    }
    Ok(())
}

/// A track in a playlist. Two entries of one track are two.
#[Object]
impl PlaylistItem {
    /// Global id; stays the same for the life of the entry, through moves as well.
    pub async fn id(&self) -> ID {
        ids::encode(self.row.id).into()
    }

    /// The playlist it is in.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Playlist> {
        let found = loaders(ctx)?.load_one(PlaylistOfPart(self.row.playlist_id)).await?;
        Ok(Playlist(found.ok_or_else(|| Error::NotFound("the playlist is gone".to_owned()))?))
    }

    /// The track.
    async fn track(&self, ctx: &Context<'_>) -> Result<Track> {
        let found = loaders(ctx)?.load_one(TrackById(self.row.track_id)).await?;
        Ok(Track(found.ok_or_else(|| Error::NotFound("the track is gone".to_owned()))?))
    }

    /// Place in the list, counted from zero without gaps.
    async fn position(&self, ctx: &Context<'_>) -> Result<i32> {
        if let Some(place) = self.place {
            return Ok(place);
        }
        let key = PlaceOfItem { playlist: self.row.playlist_id, item: self.row.id };
        Ok(to_int(loaders(ctx)?.load_one(key).await?.unwrap_or(0)))
    }

    /// Whether it is in the list, waits for approval, or was refused.
    async fn status(&self) -> PlaylistItemStatus {
        self.row.status
    }

    /// Who added it; none when the account is closed.
    async fn added_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.row.added_by else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserById(id)).await?.map(User))
    }

    /// When it was added; moves do not change it.
    async fn added_at(&self) -> DateTime<Utc> {
        self.row.added_at
    }

    /// A note of the person who added it.
    async fn note(&self) -> Option<&str> {
        self.row.custom_note.as_deref()
    }

    /// Where playing starts, in milliseconds; none means the beginning.
    async fn start_ms(&self) -> Option<i32> {
        self.row.start_time_ms
    }

    /// Where playing ends, in milliseconds; none means the end.
    async fn end_ms(&self) -> Option<i32> {
        self.row.end_time_ms
    }

    /// Whether it keeps its place.
    async fn is_locked(&self) -> bool {
        self.row.is_locked
    }

    /// Upvotes less downvotes.
    async fn vote_score(&self) -> i32 {
        self.row.vote_count
    }

    /// Upvotes.
    async fn upvotes(&self) -> i32 {
        self.row.upvotes
    }

    /// Downvotes.
    async fn downvotes(&self) -> i32 {
        self.row.downvotes
    }

    /// The votes, the newest first.
    async fn votes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<PlaylistItemVoteConnection> {
        let page = PageRequest::new(&args(first, after, None, None), VotesOfItem::order())?;
        let (page, count) = child_page!(ctx, self.row.id.0, VotesOfItem { page });
        Ok(PlaylistItemVoteConnection::new(page, count))
    }

    /// The best link of its track; see `Track.bestSource`.
    async fn best_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Country of the listener.")] region: Option<CountryCode>,
        #[graphql(desc = "Preferred services, the most preferred first.")] prefer: Option<Vec<SourceType>>,
    ) -> Result<Option<TrackSource>> {
        // A merged track's links hang on its survivor.
        let Some(track) = loaders(ctx)?.load_one(TrackById(self.row.track_id)).await? else { return Ok(None) };
        let key = SourcesOf { table: SourceOf::Track, owner: track.id.0 };
        let sources = loaders(ctx)?.load_one(key).await?.unwrap_or_default();
        let region = region.as_ref().map(|country| country.0.as_str());
        let best = source::best(&sources, region, prefer.as_deref().unwrap_or_default());
        Ok(best.cloned().map(TrackSource))
    }
}
