//! A list as it once was: the changes since are taken back one by one, the newest first.
//! Tables `playlist_activities`, `playlist_tracks`.
//!
//! Pure but for the reads: what a change holds is enough to take it back exactly, since places in it
//! are those of the list right before or after it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::sql_types::{BigInt, Integer};
use serde_json::{Map, Value, json};

use super::playlist::PlaylistId;
use crate::collaboration::activity::{Activity, PlaylistActivityType as Type};
use crate::collaboration::collaborator::PlaylistPermission as Permission;
use crate::db::{Conn, Statement};
use crate::error::Result;
use crate::loader;

/// Entries of a list at some time, in order: each as it is written down with a removal.
pub type Past = Vec<Value>;

/// The entries of a playlist as they stood after a version; there are none to be told when the changes
/// since are no longer all kept, or the list never had that version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntriesAt {
    /// The playlist.
    pub playlist: PlaylistId,
    /// The version, from 0.
    pub version: i32,
}
loader!(EntriesAt => Arc<Past>, entries_at);

type Row = (PlaylistId, i32, i32, Option<Value>, Option<Value>);

/// One statement, so that the entries and the changes are of one instant.
async fn entries_at(conn: &mut Conn, keys: &[EntriesAt]) -> Result<HashMap<EntriesAt, Arc<Past>>> {
    let mut statement = Statement::new(
        "select pl.id, k.version, pl.version,
            (
                select jsonb_agg(jsonb_build_object(
                    'item_id', e.id, 'track_id', e.track_id, 'added_by', e.added_by, 'added_at', e.added_at,
                    'note', e.custom_note, 'start_ms', e.start_time_ms, 'end_ms', e.end_time_ms,
                    'is_locked', e.is_locked) order by e.position)
                from playlist_tracks e where e.playlist_id = pl.id and e.status = 'active'
            ),
            (
                select jsonb_agg(jsonb_build_array(y.activity_type, y.activity_data) order by y.playlist_version desc)
                from playlist_activities y where y.playlist_id = pl.id and y.playlist_version > k.version
            )
        from unnest(",
    );
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.playlist.0)).push(", ");
    statement.keys::<Integer, _>(keys.iter().map(|key| key.version));
    statement
        .push(") k (playlist, version) join playlists pl on pl.id = k.playlist and k.version between 0 and pl.version");
    let mut found = HashMap::new();
    for (playlist, version, current, entries, changes) in statement.load::<Row>(conn).await? {
        let members = |list: Option<Value>| match list {
            Some(Value::Array(members)) => members,
            _ => Vec::new(),
        };
        let (mut past, changes) = (members(entries), members(changes));
        if i32::try_from(changes.len()).ok() != Some(current - version) {
            continue;
        }
        for change in &changes {
            let kind = change.get(0).and_then(Value::as_str).and_then(Type::from_word);
            if let (Some(kind), Some(data)) = (kind, change.get(1)) {
                step_back(&mut past, kind, data);
            }
        }
        number(&mut past);
        found.insert(EntriesAt { playlist, version }, Arc::new(past));
    }
    Ok(found)
}

/// The entries of one playlist after a version.
///
/// # Errors
/// What the database reports.
pub(super) async fn find(conn: &mut Conn, playlist: PlaylistId, version: i32) -> Result<Option<Arc<Past>>> {
    let key = EntriesAt { playlist, version };
    Ok(entries_at(conn, &[key]).await?.remove(&key))
}

/// The entry that a value of an activity is about.
pub(super) fn id_of(entry: &Value) -> Option<i64> {
    entry.get("item_id")?.as_i64()
}

/// A list of a change's data.
pub(super) fn list<'d>(data: &'d Value, name: &str) -> &'d [Value] {
    data.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The keys in a list of a change's data.
pub(super) fn keys(data: &Value, name: &str) -> Vec<i64> {
    list(data, name).iter().filter_map(Value::as_i64).collect()
}

/// Takes one change back.
fn step_back(past: &mut Past, kind: Type, data: &Value) {
    match kind {
        Type::ItemAdded | Type::ItemApproved => {
            let added: HashSet<i64> = list(data, "items").iter().filter_map(id_of).collect();
            past.retain(|entry| id_of(entry).is_none_or(|id| !added.contains(&id)));
        }
        Type::ItemRemoved | Type::ItemsDeduped => {
            let items = list(data, "items").iter().cloned();
            let places = list(data, "items").iter().map(|item| item.get("position").and_then(Value::as_i64));
            put_back(past, items.zip(places).filter_map(|(item, place)| Some((place?, item))).collect());
        }
        Type::ItemMoved | Type::ItemsSorted => {
            let moved = keys(data, "item_ids");
            let of: HashSet<i64> = moved.iter().copied().collect();
            let (mut gone, left): (HashMap<i64, Value>, Past) =
                std::mem::take(past).into_iter().fold((HashMap::new(), Vec::new()), |(mut gone, mut left), entry| {
                    match id_of(&entry).filter(|id| of.contains(id)) {
                        Some(id) => drop(gone.insert(id, entry)),
                        None => left.push(entry),
                    }
                    (gone, left)
                });
            *past = left;
            let places = keys(data, "from_positions");
            let back = moved.iter().zip(places).filter_map(|(id, place)| Some((place, gone.remove(id)?)));
            put_back(past, back.collect());
        }
        Type::ItemUpdated => {
            let values = data.get("before").and_then(Value::as_object).cloned().unwrap_or_default();
            let item = id_of(data);
            past.iter_mut().filter(|entry| id_of(entry) == item).for_each(|entry| set(entry, &values));
        }
        Type::ItemLocked | Type::ItemUnlocked => {
            let mut locked = keys(data, "item_ids");
            locked.extend(id_of(data));
            let value = json!(kind == Type::ItemUnlocked);
            for entry in past.iter_mut().filter(|entry| id_of(entry).is_some_and(|id| locked.contains(&id))) {
                set(entry, &Map::from_iter([("is_locked".to_owned(), value.clone())]));
            }
        }
        Type::Reverted => {
            let now = std::mem::take(past).into_iter().chain(list(data, "removed").iter().cloned());
            let mut all: HashMap<i64, Value> = now.filter_map(|entry| Some((id_of(&entry)?, entry))).collect();
            *past = keys(data, "order").iter().filter_map(|id| all.remove(id)).collect();
            for changed in list(data, "changed") {
                let values = changed.get("before").and_then(Value::as_object).cloned().unwrap_or_default();
                past.iter_mut().filter(|entry| id_of(entry) == id_of(changed)).for_each(|entry| set(entry, &values));
            }
        }
        _ => {}
    }
}

/// Puts entries at the places that they had, the first one first.
fn put_back(past: &mut Past, mut entries: Vec<(i64, Value)>) {
    entries.sort_by_key(|(place, _)| *place);
    for (place, entry) in entries {
        let place = usize::try_from(place).unwrap_or(0).min(past.len());
        past.insert(place, entry);
    }
}

fn set(entry: &mut Value, values: &Map<String, Value>) {
    if let Value::Object(entry) = entry {
        entry.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Gives every entry its place.
fn number(past: &mut Past) {
    for (place, entry) in past.iter_mut().enumerate() {
        set(entry, &Map::from_iter([("position".to_owned(), json!(place))]));
    }
}

/// Why a change cannot be taken back, whatever the list holds; none when it can.
#[must_use]
pub fn objection(change: &Activity) -> Option<&'static str> {
    if change.undone_by_version.is_some() {
        return Some("it has been taken back already");
    }
    match change.activity_type {
        Type::ItemAdded
        | Type::ItemRemoved
        | Type::ItemsDeduped
        | Type::ItemMoved
        | Type::ItemsSorted
        | Type::ItemUpdated
        | Type::ItemLocked
        | Type::ItemUnlocked
        | Type::Renamed
        | Type::DetailsChanged
        | Type::Reverted => None,
        Type::Created => Some("a playlist is not unmade but deleted"),
        Type::VoteCast => Some("a vote is taken back by voting 0"),
        Type::Commented => Some("what was said stays said"),
        Type::ItemProposed | Type::ItemApproved | Type::ItemRejected => Some("proposals are decided, not undone"),
        Type::CollaboratorInvited
        | Type::CollaboratorJoined
        | Type::CollaboratorUpdated
        | Type::CollaboratorRemoved
        | Type::OwnershipTransferred => Some("who takes part is changed, not undone"),
        Type::RulesChanged | Type::SmartRefreshed => Some("the entries follow from the rules"),
        Type::Shared | Type::ShareRevoked => Some("links are made and revoked, not undone"),
        Type::Deleted | Type::Restored => Some("playlists are deleted and restored, not undone"),
        Type::TrackMerged => Some("tracks are merged and parted in the catalogue"),
    }
}

/// What taking a change of this kind back needs; people remove what they have added themselves.
#[must_use]
pub fn needed_to_undo(kind: Type, is_own: bool) -> &'static [Permission] {
    match kind {
        Type::ItemAdded | Type::ItemUpdated if is_own => &[Permission::AddTracks],
        Type::ItemAdded | Type::ItemUpdated => &[Permission::RemoveTracks],
        Type::ItemRemoved | Type::ItemsDeduped => &[Permission::AddTracks],
        Type::ItemMoved | Type::ItemsSorted => &[Permission::ReorderTracks],
        Type::ItemLocked | Type::ItemUnlocked => &[Permission::LockItems],
        Type::Reverted => &[Permission::AddTracks, Permission::RemoveTracks, Permission::ReorderTracks],
        _ => &[Permission::ChangeDetails],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(now: &[i64], kind: Type, data: Value) -> Vec<i64> {
        let mut past: Past = now.iter().map(|id| json!({ "item_id": id })).collect();
        step_back(&mut past, kind, &data);
        past.iter().filter_map(id_of).collect()
    }

    #[test]
    fn each_kind_of_change_is_taken_back() {
        let item = |id: i64, place: i64| json!({ "item_id": id, "position": place });
        assert_eq!(back(&[1, 2, 3], Type::ItemAdded, json!({ "items": [item(2, 0)] })), [1, 3]);
        assert_eq!(back(&[2], Type::ItemRemoved, json!({ "items": [item(3, 2), item(1, 0)] })), [1, 2, 3]);
        let moved = json!({ "item_ids": [3, 1], "from_positions": [2, 0] });
        assert_eq!(back(&[3, 1, 2], Type::ItemMoved, moved), [1, 2, 3]);
        let reverted = json!({ "removed": [item(9, 0)], "restored": [1], "order": [9, 2] });
        assert_eq!(back(&[1, 2], Type::Reverted, reverted), [9, 2]);
        assert_eq!(back(&[1, 2], Type::VoteCast, json!({})), [1, 2]);
    }
}
