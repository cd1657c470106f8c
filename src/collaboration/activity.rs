//! What was done to a playlist, one row for each change. Table `playlist_activities`.
//!
//! `playlist_version` is the version that the change made: unique in one playlist, without gaps.
//! `activity_data` holds what is needed to tell the change and to take it back:
//!
//! | type | keys of `activity_data` |
//! | --- | --- |
//! | `item_added`, `item_proposed` | `items: [{item_id, track_id, added_by, added_at, note, start_ms, end_ms}]`, `at_position` |
//! | `item_removed` | `items`, with `position`, `key`, `after` and `is_locked` as well; `reason` |
//! | `item_moved` | `item_ids`, `from_positions`, `after`, `to_position` |
//! | `reverted` | `to_version`, `removed` like `items` above, `restored`, `order` before, `changed: [{item_id, before, after}]` |
//! | `item_updated` | `item_id`, `before`, `after` |
//! | `item_locked`, `item_unlocked` | `item_ids`, `item_id` of the first, `before`, `after` |
//! | `renamed`, `details_changed`, `created` | `before`, `after` |
//! | `collaborator_joined`, `collaborator_invited`, `collaborator_updated`, `collaborator_removed` | `user_id`, `before`, `after` |
//! | `ownership_transferred` | `user_id` of the new owner, `before`, `after` |
//! | `vote_cast` | `item_id`, `user_id`, `value`, `new_score` |
//! | `commented` | `text`, `item_id`, `at_ms`, `reply_to` |
//!
//! Positions in it are dense places counted from zero, as people saw them; `after` names the entry
//! that stood before each, and `key` is its sparse key. The first change of a call that has a name
//! holds what a repeat answers: `call: {input, items, skipped, rebased_over}`; a change that takes
//! another back holds its version: `undoes`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Text};

use super::access::Reader;
use crate::account::user::UserId;
use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `playlist_activities`.
    ActivityId for "PlaylistActivity";
}

closed_set! {
    /// A kind of change of a playlist.
    PlaylistActivityType {
        /// The playlist was made.
        Created = "created",
        /// It got another name.
        Renamed = "renamed",
        /// Text, cover, tags or settings changed.
        DetailsChanged = "details_changed",
        /// Entries were added.
        ItemAdded = "item_added",
        /// Entries were removed.
        ItemRemoved = "item_removed",
        /// Entries were moved.
        ItemMoved = "item_moved",
        /// An entry's note, clip or track changed.
        ItemUpdated = "item_updated",
        /// Entries were locked to their place.
        ItemLocked = "item_locked",
        /// Entries were unlocked.
        ItemUnlocked = "item_unlocked",
        /// Entries were proposed.
        ItemProposed = "item_proposed",
        /// A proposed entry was approved.
        ItemApproved = "item_approved",
        /// A proposed entry was refused.
        ItemRejected = "item_rejected",
        /// The list was sorted.
        ItemsSorted = "items_sorted",
        /// Repeats were removed.
        ItemsDeduped = "items_deduped",
        /// Somebody voted.
        VoteCast = "vote_cast",
        /// Somebody was invited.
        CollaboratorInvited = "collaborator_invited",
        /// Somebody joined.
        CollaboratorJoined = "collaborator_joined",
        /// A role or permission changed.
        CollaboratorUpdated = "collaborator_updated",
        /// Somebody left or was removed.
        CollaboratorRemoved = "collaborator_removed",
        /// The playlist got another owner.
        OwnershipTransferred = "ownership_transferred",
        /// The rules of a smart playlist changed.
        RulesChanged = "rules_changed",
        /// A smart playlist was evaluated anew.
        SmartRefreshed = "smart_refreshed",
        /// A share link was made.
        Shared = "shared",
        /// A share link was taken back.
        ShareRevoked = "share_revoked",
        /// Somebody commented.
        Commented = "commented",
        /// The list went back to an earlier version.
        Reverted = "reverted",
        /// The playlist was deleted.
        Deleted = "deleted",
        /// The playlist was restored.
        Restored = "restored",
        /// A track in it was merged with another.
        TrackMerged = "track_merged",
    }
}

row! {
    /// One change.
    Activity of "y" {
        id: ActivityId,
        /// The playlist's key.
        playlist_id: i64,
        /// Who did it; none when the account is gone.
        user_id: Option<UserId>,
        /// What kind of change.
        activity_type: PlaylistActivityType,
        /// The change itself; see the table above.
        activity_data: serde_json::Value,
        /// The version it made.
        playlist_version: i32,
        /// The version of the change that took this one back.
        undone_by_version: Option<i32>,
        created_at: DateTime<Utc>,
    }
}

/// A change by key, where a key opens its playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActivityById(pub ActivityId);
loader!(ActivityById => Activity, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[ActivityById]) -> Result<HashMap<ActivityById, Activity>> {
    let mut statement = Statement::new("select ");
    statement.push(Activity::COLUMNS).push(
        " from playlist_activities y join playlists pl on pl.id = y.playlist_id
        where pl.deleted_at is null and ",
    );
    Reader::of(conn.actor()).push_named(&mut statement);
    statement.push(" and y.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0)).push(")");
    let rows = statement.load::<Activity>(conn).await?;
    Ok(rows.into_iter().map(|row| (ActivityById(row.id), row)).collect())
}

/// The change that made one version of a playlist already shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActivityOfVersion {
    /// The playlist's key.
    pub playlist: i64,
    /// The version.
    pub version: i32,
}
loader!(ActivityOfVersion => Activity, of_versions);

async fn of_versions(conn: &mut Conn, keys: &[ActivityOfVersion]) -> Result<HashMap<ActivityOfVersion, Activity>> {
    let mut statement = Statement::new("select ");
    statement.push(Activity::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.playlist)).push(", ");
    statement.keys::<Integer, _>(keys.iter().map(|key| key.version));
    statement.push(
        ") as k(playlist_id, version)
        join playlist_activities y on y.playlist_id = k.playlist_id and y.playlist_version = k.version",
    );
    let rows = statement.load::<Activity>(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| (ActivityOfVersion { playlist: row.playlist_id, version: row.playlist_version }, row))
        .collect())
}

/// The changes of a playlist, the newest first.
#[derive(Debug)]
pub struct ActivitiesOfPlaylist {
    /// Only changes after this version.
    pub after_version: Option<i32>,
    /// Only these kinds.
    pub types: Option<Vec<PlaylistActivityType>>,
    /// Only changes of this person.
    pub by: Option<UserId>,
    /// The page asked for.
    pub page: PageRequest,
}

impl ActivitiesOfPlaylist {
    /// By version, the newest first.
    #[must_use]
    pub fn order() -> Order {
        let version = SortKey::new("version", "y.playlist_version", KeyType::BigInt);
        Order::new(vec![(version, Direction::Desc, Nulls::Last)], "y.id", Direction::Desc)
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: Activity::COLUMNS,
            tables: "playlist_activities y",
            condition: "y.playlist_id = p.parent",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        if let Some(version) = self.after_version {
            statement.push(" and y.playlist_version > ").bind::<Integer, _>(version);
        }
        if let Some(types) = &self.types {
            let words: Vec<String> = types.iter().map(|kind| kind.as_str().to_owned()).collect();
            statement.push(" and y.activity_type = any(").bind::<Array<Text>, _>(words).push(")");
        }
        if let Some(user) = self.by {
            statement.push(" and y.user_id = ").bind::<BigInt, _>(user.0);
        }
    }
}

child_list!(ActivitiesOfPlaylist => Activity);

/// Notes that playlists were handed from one person to another, each as the change that made the
/// version given with it. Within the transaction that handed them over.
///
/// # Errors
/// What the database reports.
pub async fn note_transfers(conn: &mut Conn, changed: &[(i64, i32)], from: UserId, to: UserId) -> Result<()> {
    let (playlists, versions): (Vec<i64>, Vec<i32>) = changed.iter().copied().unzip();
    let data = serde_json::json!({
        "user_id": to.0, "before": { "owner_id": from.0 }, "after": { "owner_id": to.0 },
    });
    let mut statement = Statement::new(
        "insert into playlist_activities (playlist_id, playlist_version, user_id, activity_type, activity_data)
         select changed.playlist, changed.version, ",
    );
    statement.bind::<BigInt, _>(from.0).push(", 'ownership_transferred', ");
    statement.bind::<Jsonb, _>(data).push(" from unnest(");
    statement.bind::<Array<BigInt>, _>(playlists).push(", ");
    statement.bind::<Array<Integer>, _>(versions).push(") as changed (playlist, version)");
    statement.execute(conn).await.map(drop)
}
