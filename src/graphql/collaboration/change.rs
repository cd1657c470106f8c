//! What an activity changed, by kind.

use async_graphql::{Context, ID, Json, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::account::user::{UserById, UserId};
use crate::catalog::track::{TrackById, TrackId};
use crate::collaboration::activity::{Activity, PlaylistActivityType as Type};
use crate::graphql::account::user::User;
use crate::graphql::catalog::track::Track;
use crate::graphql::context::loaders;
use crate::graphql::playlist::item::PlaylistItem;
use crate::graphql::scalars::to_int;
use crate::playlist::item::{ItemOfPart, PlaylistItemId};
use crate::{connection, ids};

/// What a change did.
#[derive(Union)]
pub enum PlaylistChange {
    ItemsAdded(ItemsAdded),
    ItemsRemoved(ItemsRemoved),
    ItemsMoved(ItemsMoved),
    ItemChanged(ItemChanged),
    DetailsChanged(DetailsChanged),
    CollaboratorChanged(CollaboratorChanged),
    VoteChanged(VoteChanged),
    CommentPosted(CommentPosted),
    PlaylistReverted(PlaylistReverted),
}

impl PlaylistChange {
    /// The change that an activity's data tells.
    #[must_use]
    pub fn of(activity: &Activity) -> Self {
        let data = activity.activity_data.clone();
        match activity.activity_type {
            Type::ItemAdded | Type::ItemProposed | Type::ItemApproved => Self::ItemsAdded(ItemsAdded(data)),
            Type::ItemRemoved | Type::ItemRejected | Type::ItemsDeduped => Self::ItemsRemoved(ItemsRemoved(data)),
            Type::ItemMoved | Type::ItemsSorted => Self::ItemsMoved(ItemsMoved {
                item_ids: list(&data, "item_ids").iter().filter_map(Value::as_i64).map(item_id).collect(),
                from_positions: list(&data, "from_positions").iter().filter_map(int_of).collect(),
                to_position: int(&data, "to_position").unwrap_or(0),
            }),
            Type::ItemUpdated | Type::ItemLocked | Type::ItemUnlocked | Type::TrackMerged => {
                Self::ItemChanged(ItemChanged(data))
            }
            Type::VoteCast => Self::VoteChanged(VoteChanged(data)),
            Type::Commented => Self::CommentPosted(CommentPosted(data)),
            Type::Reverted => Self::PlaylistReverted(PlaylistReverted {
                to_version: int(&data, "to_version").unwrap_or(0),
                restored: to_int(i64::try_from(list(&data, "restored").len()).unwrap_or(i64::MAX)),
                removed: to_int(i64::try_from(list(&data, "removed").len()).unwrap_or(i64::MAX)),
            }),
            Type::CollaboratorInvited
            | Type::CollaboratorJoined
            | Type::CollaboratorUpdated
            | Type::CollaboratorRemoved
            | Type::OwnershipTransferred => Self::CollaboratorChanged(CollaboratorChanged(data)),
            Type::Created
            | Type::Renamed
            | Type::DetailsChanged
            | Type::RulesChanged
            | Type::SmartRefreshed
            | Type::Shared
            | Type::ShareRevoked
            | Type::Deleted
            | Type::Restored => Self::DetailsChanged(DetailsChanged {
                before: Json(member(&data, "before")),
                after: Json(member(&data, "after")),
            }),
        }
    }
}

fn member(data: &Value, name: &str) -> Value {
    data.get(name).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::default()))
}

fn list<'v>(data: &'v Value, name: &str) -> &'v [Value] {
    data.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn int_of(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|value| i32::try_from(value).ok())
}

fn int(data: &Value, name: &str) -> Option<i32> {
    data.get(name).and_then(int_of)
}

fn text(data: &Value, name: &str) -> Option<String> {
    data.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn item_id(key: i64) -> ID {
    ids::encode(PlaylistItemId(key)).into()
}

async fn user(ctx: &Context<'_>, data: &Value, name: &str) -> Result<Option<User>> {
    let Some(id) = data.get(name).and_then(Value::as_i64) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(UserById(UserId(id))).await?.map(User))
}

async fn standing_item(ctx: &Context<'_>, key: Option<i64>) -> Result<Option<PlaylistItem>> {
    let Some(key) = key else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(ItemOfPart(PlaylistItemId(key))).await?.map(PlaylistItem::from))
}

/// Entries came into the list.
pub struct ItemsAdded(Value);

/// Entries came into the list.
#[Object]
impl ItemsAdded {
    /// The entries that are still in the list.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistItem>> {
        let keys = list(&self.0, "items").iter().filter_map(|item| item.get("item_id")?.as_i64());
        let keys: Vec<ItemOfPart> = keys.map(|key| ItemOfPart(PlaylistItemId(key))).collect();
        let mut found = loaders(ctx)?.load_many(keys.clone()).await?;
        Ok(keys.iter().filter_map(|key| found.remove(key)).map(PlaylistItem::from).collect())
    }

    /// The first entry's place, counted from zero.
    async fn at_position(&self) -> i32 {
        int(&self.0, "at_position").unwrap_or(0)
    }
}

/// Entries left the list.
pub struct ItemsRemoved(Value);

/// Entries left the list.
#[Object]
impl ItemsRemoved {
    /// The entries as they were.
    async fn removed(&self) -> Vec<HistoricalItem> {
        list(&self.0, "items").iter().cloned().map(HistoricalItem).collect()
    }

    /// Why, as the person wrote it.
    async fn reason(&self) -> Option<String> {
        text(&self.0, "reason")
    }
}

/// An entry as it once was.
pub struct HistoricalItem(Value);

impl From<Value> for HistoricalItem {
    fn from(entry: Value) -> Self {
        Self(entry)
    }
}

connection! {
    /// A page of a playlist's entries as they once were.
    HistoricalItemConnection,
    /// An entry as it once was, in a list.
    HistoricalItemEdge,
    HistoricalItem
}

/// An entry as it once was.
#[Object]
impl HistoricalItem {
    /// Global id of the entry.
    async fn item_id(&self) -> ID {
        item_id(self.0.get("item_id").and_then(Value::as_i64).unwrap_or_default())
    }

    /// The track; none when it is gone from the catalogue.
    async fn track(&self, ctx: &Context<'_>) -> Result<Option<Track>> {
        let Some(id) = self.0.get("track_id").and_then(Value::as_i64) else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(TrackById(TrackId(id))).await?.map(Track))
    }

    /// Its place then, counted from zero.
    async fn position(&self) -> i32 {
        int(&self.0, "position").unwrap_or(0)
    }

    /// Who had added it.
    async fn added_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user(ctx, &self.0, "added_by").await
    }

    /// When it had been added.
    async fn added_at(&self) -> Option<DateTime<Utc>> {
        text(&self.0, "added_at")?.parse().ok()
    }

    /// Whether the entry is in the list now.
    async fn still_present(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(standing_item(ctx, self.0.get("item_id").and_then(Value::as_i64)).await?.is_some())
    }
}

/// The list got the entries of an earlier version.
#[derive(SimpleObject)]
pub struct PlaylistReverted {
    /// The version.
    to_version: i32,
    /// How many entries came back.
    restored: i32,
    /// How many entries went.
    removed: i32,
}

/// Entries went to another place.
#[derive(SimpleObject)]
pub struct ItemsMoved {
    /// The entries, in their new order.
    item_ids: Vec<ID>,
    /// Their places before, counted from zero.
    from_positions: Vec<i32>,
    /// The first one's place after, counted from zero.
    to_position: i32,
}

/// Something about one entry changed.
pub struct ItemChanged(Value);

/// Something about one entry changed.
#[Object]
impl ItemChanged {
    /// Global id of the entry.
    async fn item_id(&self) -> ID {
        item_id(self.0.get("item_id").and_then(Value::as_i64).unwrap_or_default())
    }

    /// The entry, while it is in the list.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<PlaylistItem>> {
        standing_item(ctx, self.0.get("item_id").and_then(Value::as_i64)).await
    }

    /// What changed, as it was.
    async fn before(&self) -> Json<Value> {
        Json(member(&self.0, "before"))
    }

    /// What changed, as it became.
    async fn after(&self) -> Json<Value> {
        Json(member(&self.0, "after"))
    }
}

/// Name, text or settings of the playlist changed.
#[derive(SimpleObject)]
pub struct DetailsChanged {
    /// What changed, as it was.
    before: Json<Value>,
    /// What changed, as it became.
    after: Json<Value>,
}

/// Somebody came, left, or may do something else now.
pub struct CollaboratorChanged(Value);

/// Somebody came, left, or may do something else now.
#[Object]
impl CollaboratorChanged {
    /// The person; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user(ctx, &self.0, "user_id").await
    }

    /// Role and permissions before; none for somebody new.
    async fn before(&self) -> Option<Json<Value>> {
        self.0.get("before").filter(|value| !value.is_null()).cloned().map(Json)
    }

    /// Role and permissions after; none for somebody who left.
    async fn after(&self) -> Option<Json<Value>> {
        self.0.get("after").filter(|value| !value.is_null()).cloned().map(Json)
    }
}

/// Somebody voted.
pub struct VoteChanged(Value);

/// Somebody voted.
#[Object]
impl VoteChanged {
    /// Global id of the entry.
    async fn item_id(&self) -> ID {
        item_id(self.0.get("item_id").and_then(Value::as_i64).unwrap_or_default())
    }

    /// Who voted; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user(ctx, &self.0, "user_id").await
    }

    /// 1 for, -1 against, 0 when the vote was taken back.
    async fn value(&self) -> i32 {
        int(&self.0, "value").unwrap_or(0)
    }

    /// The entry's score after it.
    async fn new_score(&self) -> i32 {
        int(&self.0, "new_score").unwrap_or(0)
    }
}

/// Somebody wrote something.
pub struct CommentPosted(Value);

/// Somebody wrote something.
#[Object]
impl CommentPosted {
    /// The text.
    async fn text(&self) -> String {
        text(&self.0, "text").unwrap_or_default()
    }

    /// The entry it is about, while it is in the list.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<PlaylistItem>> {
        standing_item(ctx, self.0.get("item_id").and_then(Value::as_i64)).await
    }

    /// The place in the track it is about, in milliseconds.
    async fn at_ms(&self) -> Option<i32> {
        int(&self.0, "at_ms")
    }

    /// Version of the comment it answers.
    async fn reply_to_version(&self) -> Option<i32> {
        int(&self.0, "reply_to")
    }
}

/// An English sentence that tells a change.
#[must_use]
pub fn summary(actor: &str, activity: &Activity) -> String {
    let data = &activity.activity_data;
    let tracks = |name: &str| match list(data, name).len() {
        1 => "a track".to_owned(),
        count => format!("{count} tracks"),
    };
    let what = match activity.activity_type {
        Type::Created => "made the playlist".to_owned(),
        Type::Renamed => match data.pointer("/after/name").and_then(Value::as_str) {
            Some(name) => format!("renamed it to “{name}”"),
            None => "renamed it".to_owned(),
        },
        Type::DetailsChanged => "changed its details".to_owned(),
        Type::ItemAdded => format!("added {}", tracks("items")),
        Type::ItemRemoved => format!("removed {}", tracks("items")),
        Type::ItemMoved => format!("moved {}", tracks("item_ids")),
        Type::ItemUpdated => "edited an entry".to_owned(),
        Type::ItemLocked => "locked an entry".to_owned(),
        Type::ItemUnlocked => "unlocked an entry".to_owned(),
        Type::ItemProposed => format!("proposed {}", tracks("items")),
        Type::ItemApproved => format!("approved {}", tracks("items")),
        Type::ItemRejected => format!("declined {}", tracks("items")),
        Type::ItemsSorted => "sorted the list".to_owned(),
        Type::ItemsDeduped => format!("removed {} that stood there twice", tracks("items")),
        Type::VoteCast => match int(data, "value") {
            Some(1) => "voted for a track".to_owned(),
            Some(-1) => "voted against a track".to_owned(),
            _ => "took a vote back".to_owned(),
        },
        Type::CollaboratorInvited => "invited somebody".to_owned(),
        Type::CollaboratorJoined => "joined".to_owned(),
        Type::CollaboratorUpdated => "changed what somebody may do".to_owned(),
        Type::CollaboratorRemoved => "removed somebody".to_owned(),
        Type::OwnershipTransferred => "handed the playlist over".to_owned(),
        Type::RulesChanged => "changed the rules".to_owned(),
        Type::SmartRefreshed => "brought the list up to date".to_owned(),
        Type::Shared => "made a link to share".to_owned(),
        Type::ShareRevoked => "took the shared link back".to_owned(),
        Type::Commented => "commented".to_owned(),
        Type::Reverted => "went back to an earlier version".to_owned(),
        Type::Deleted => "deleted the playlist".to_owned(),
        Type::Restored => "restored the playlist".to_owned(),
        Type::TrackMerged => "merged a track with another".to_owned(),
    };
    format!("{actor} {what}")
}
