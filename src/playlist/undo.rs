//! Taking changes back: the inverse of one, or the list of an earlier version. Either is a change of
//! its own; what was done stays written down.
//!
//! Entries come back under the keys they had. Where others changed the list meanwhile, an entry goes
//! after the one that it stood after; where that one is gone, to its old place.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer};
use serde_json::{Map, Value, json};

use super::actions::{differing, refuse_locked};
use super::details;
use super::details::DetailsChanges;
use super::editing::Editing;
use super::entry::{self, Entry, NewEntry};
use super::history::{self, id_of, list, objection};
use super::order;
use crate::account::user::UserId;
use crate::catalog::track::TrackId;
use crate::collaboration::activity::{Activity, PlaylistActivityType as Type};
use crate::collaboration::collaborator::PlaylistPermission as Permission;
use crate::db::Statement;
use crate::error::{Error, Reason, Rejection, Result};

/// What is noted with a change that takes another back: the version of that one.
pub(super) const UNDOES: &str = "undoes";

impl Editing<'_> {
    /// Takes back the change that made a version.
    pub(super) async fn undo(&mut self, version: i32, path: &str) -> Result<()> {
        let change = self.change(version).await?.ok_or_else(|| not_undoable(path, "it is no longer kept"))?;
        if let Some(why) = objection(&change) {
            return Err(not_undoable(path, why));
        }
        let data = &change.activity_data;
        let first = self.steps.len();
        match change.activity_type {
            Type::ItemAdded => self.undo_addition(data, path).await,
            Type::ItemRemoved | Type::ItemsDeduped => self.undo_removal(data, path).await,
            Type::ItemMoved | Type::ItemsSorted => self.undo_move(data, path).await,
            Type::ItemUpdated => self.undo_update(data, path).await,
            Type::ItemLocked => self.undo_lock(data, false, path).await,
            Type::ItemUnlocked => self.undo_lock(data, true, path).await,
            Type::Renamed | Type::DetailsChanged => self.undo_details(change.activity_type, data, path).await,
            Type::Reverted => self.revert(version - 1, path).await,
            _ => Err(not_undoable(path, "it is of a kind that is not undone")),
        }?;
        let Some(Value::Object(step)) = self.steps.get_mut(first).map(|step| &mut step.data) else {
            return Err(not_undoable(path, "the list is already as it was before"));
        };
        step.insert(UNDOES.to_owned(), json!(version));
        let by = self.list.version + i32::try_from(first).unwrap_or(0) + 1;
        self.undone.push((version, Some(by)));
        // Taking back what took something back makes that stand again.
        let again = data.get(UNDOES).and_then(Value::as_i64).and_then(|version| i32::try_from(version).ok());
        self.undone.extend(again.map(|version| (version, None)));
        Ok(())
    }

    async fn change(&mut self, version: i32) -> Result<Option<Activity>> {
        let mut statement = Statement::new("select ");
        statement.push(Activity::COLUMNS).push(" from playlist_activities y where y.playlist_id = ");
        statement.bind::<BigInt, _>(self.key()).push(" and y.playlist_version = ").bind::<Integer, _>(version);
        statement.first(self.conn).await
    }

    async fn undo_addition(&mut self, data: &Value, path: &str) -> Result<()> {
        let ids: Vec<i64> = list(data, "items").iter().filter_map(id_of).collect();
        let entries = entry::load(self.conn, self.list.id.0, &ids).await?;
        if entries.is_empty() {
            return Err(not_undoable(path, "its entries are gone"));
        }
        self.require_own(&entries, Permission::RemoveTracks, path)?;
        refuse_locked(&entries, path)?;
        self.take_out(entries, Type::ItemRemoved, None).await
    }

    async fn undo_removal(&mut self, data: &Value, path: &str) -> Result<()> {
        self.require(Permission::AddTracks, path)?;
        let order = entry::order(self.conn, self.list.id.0).await?;
        let items = self.restorable(list(data, "items"), &order).await?;
        if items.is_empty() {
            return Err(not_undoable(path, "its entries are back already, or their tracks are gone"));
        }
        let mut wanted: Vec<i64> = order.iter().map(|(id, _)| *id).collect();
        let at = put_among(&mut wanted, &items);
        self.put_back(&order, &wanted, &items, &[]).await?;
        self.touched.extend(items.iter().filter_map(id_of));
        self.note(Type::ItemAdded, json!({ "items": items, "at_position": at }));
        Ok(())
    }

    /// Those of the removed entries that can come back, in the order of their places.
    async fn restorable(&mut self, items: &[Value], order: &[(i64, i64)]) -> Result<Vec<Value>> {
        let there: HashSet<i64> = order.iter().map(|(id, _)| *id).collect();
        let track = |item: &Value| item.get("track_id").and_then(Value::as_i64);
        let mut statement = Statement::new("select t.id from tracks t where t.id = any(");
        statement.keys::<BigInt, _>(items.iter().filter_map(track)).push(")");
        let tracks: HashSet<i64> = statement.load::<i64>(self.conn).await?.into_iter().collect();
        let is_possible = |item: &&Value| {
            id_of(item).is_some_and(|id| !there.contains(&id)) && track(item).is_some_and(|id| tracks.contains(&id))
        };
        let mut items: Vec<Value> = items.iter().filter(is_possible).cloned().collect();
        items.sort_by_key(|item| item.get("position").and_then(Value::as_i64));
        Ok(items)
    }

    /// Makes the list the wanted one, with entries that come back and without those that go.
    async fn put_back(&mut self, order: &[(i64, i64)], wanted: &[i64], items: &[Value], gone: &[i64]) -> Result<()> {
        let current: Vec<(i64, i64)> = order.iter().filter(|(id, _)| !gone.contains(id)).copied().collect();
        let keys = order::rearranged((None, None), &current, wanted)
            .ok_or_else(|| Error::internal("a list without bounds has no room"))?;
        let (new, moved): (Vec<_>, Vec<_>) = {
            let back: HashSet<i64> = items.iter().filter_map(id_of).collect();
            keys.into_iter().partition(|(id, _)| back.contains(id))
        };
        entry::rekey(self.conn, self.list.id.0, &moved).await?;
        let new: HashMap<i64, i64> = new.into_iter().collect();
        let entries: Vec<NewEntry> = items.iter().filter_map(|item| back_again(item, &new)).collect();
        entry::restore(self.conn, self.list.id.0, &entries).await?;
        self.put_in(entries.len());
        Ok(())
    }

    async fn undo_move(&mut self, data: &Value, path: &str) -> Result<()> {
        self.require(Permission::ReorderTracks, path)?;
        let ids = history::keys(data, "item_ids");
        let entries = entry::load(self.conn, self.list.id.0, &ids).await?;
        if entries.is_empty() {
            return Err(not_undoable(path, "its entries are gone"));
        }
        refuse_locked(&entries, path)?;
        let now: HashMap<i64, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
        let (places, after) = (history::keys(data, "from_positions"), list(data, "after"));
        let mut items: Vec<Value> = ids
            .iter()
            .zip(places)
            .enumerate()
            .filter(|(_, (id, _))| now.contains_key(id))
            .map(|(number, (id, place))| json!({ "item_id": id, "position": place, "after": after.get(number) }))
            .collect();
        items.sort_by_key(|item| item.get("position").and_then(Value::as_i64));
        let order = entry::order(self.conn, self.list.id.0).await?;
        let mut wanted: Vec<i64> = order.iter().map(|(id, _)| *id).filter(|id| !now.contains_key(id)).collect();
        put_among(&mut wanted, &items);
        if order.iter().map(|(id, _)| *id).eq(wanted.iter().copied()) {
            return Ok(());
        }
        self.put_back(&order, &wanted, &[], &[]).await?;
        let place = |id: &i64| wanted.iter().position(|other| other == id);
        let moved: Vec<i64> = items.iter().filter_map(id_of).collect();
        let of = |value: fn(&Entry) -> Value| -> Vec<Value> {
            moved.iter().filter_map(|id| now.get(id)).map(|entry| value(entry)).collect()
        };
        let data = json!({
            "item_ids": moved,
            "from_positions": of(|entry| json!(entry.place)),
            "after": of(|entry| json!(entry.previous)),
            "to_position": moved.first().and_then(place),
        });
        self.note(Type::ItemMoved, data);
        self.touched.extend(moved);
        Ok(())
    }

    async fn undo_update(&mut self, data: &Value, path: &str) -> Result<()> {
        let id = id_of(data).unwrap_or_default();
        let entries = entry::load(self.conn, self.list.id.0, &[id]).await?;
        let Some(entry) = entries.first() else { return Err(not_undoable(path, "its entry is gone")) };
        self.require_own(&entries, Permission::RemoveTracks, path)?;
        let now = entry.to_json();
        let (before, after) = (members(data, "before"), members(data, "after"));
        if after.iter().any(|(name, value)| now.get(name) != Some(value)) {
            return Err(not_undoable(path, "what it changed was changed again"));
        }
        if before.contains_key("track_id") {
            refuse_locked(&entries, path)?;
        }
        self.write_values(&[(id, before.clone())], &entries).await?;
        self.touched.push(id);
        self.note(Type::ItemUpdated, json!({ "item_id": id, "before": after, "after": before }));
        Ok(())
    }

    /// Gives entries other notes, clips or tracks.
    async fn write_values(&mut self, changes: &[(i64, Map<String, Value>)], entries: &[Entry]) -> Result<()> {
        let of: HashMap<i64, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
        for (id, values) in changes {
            let Some(entry) = of.get(id) else { continue };
            let mut now = entry.to_json();
            if let Value::Object(now) = &mut now {
                now.extend(values.clone());
            }
            let number = |name: &str| now.get(name).and_then(Value::as_i64).and_then(|ms| i32::try_from(ms).ok());
            let track = now.get("track_id").and_then(Value::as_i64).map_or(entry.track_id, TrackId);
            let note = now.get("note").and_then(Value::as_str).map(str::to_owned);
            let clip = (number("start_ms"), number("end_ms"));
            entry::write_values(self.conn, self.list.id.0, *id, (track, note), clip).await?;
        }
        Ok(())
    }

    async fn undo_lock(&mut self, data: &Value, locked: bool, path: &str) -> Result<()> {
        self.require(Permission::LockItems, path)?;
        let mut ids = history::keys(data, "item_ids");
        if ids.is_empty() {
            ids.extend(id_of(data));
        }
        let entries = entry::load(self.conn, self.list.id.0, &ids).await?;
        let ids: Vec<i64> = entries.iter().filter(|entry| entry.is_locked != locked).map(|entry| entry.id).collect();
        let Some(first) = ids.first().copied() else { return Ok(()) };
        entry::set_locked(self.conn, self.list.id.0, &ids, locked).await?;
        let kind = if locked { Type::ItemLocked } else { Type::ItemUnlocked };
        let data = json!({
            "item_id": first, "item_ids": ids,
            "before": { "is_locked": !locked }, "after": { "is_locked": locked },
        });
        self.note(kind, data);
        self.touched.extend(ids);
        Ok(())
    }

    async fn undo_details(&mut self, kind: Type, data: &Value, path: &str) -> Result<()> {
        self.require(Permission::ChangeDetails, path)?;
        let (before, after) = (members(data, "before"), members(data, "after"));
        let now = DetailsChanges::all(&self.list);
        if after.iter().any(|(name, value)| now.get(name) != Some(value)) {
            return Err(not_undoable(path, "what it changed was changed again"));
        }
        details::write(self.conn, self.list.id.0, &before).await?;
        self.note(kind, json!({ "before": after, "after": before }));
        self.reload().await
    }

    /// Gives the list the entries that it had after a version, in their order and with their notes,
    /// clips, tracks and locks.
    pub(super) async fn revert(&mut self, to: i32, path: &str) -> Result<()> {
        for permission in [Permission::AddTracks, Permission::RemoveTracks, Permission::ReorderTracks] {
            self.require(permission, path)?;
        }
        let range = |message: String| Rejection::new(Reason::OutOfRange, path, "version.kept", message);
        if to < 1 || to > self.list.version {
            return Err(range(format!("the list has versions 1 to {}, not {to}", self.list.version)).into());
        }
        let past = history::find(self.conn, self.list.id, to).await?;
        let past = past.ok_or_else(|| range(format!("not all changes since version {to} are kept")))?;
        let order = entry::order(self.conn, self.list.id.0).await?;
        let ids: Vec<i64> = order.iter().map(|(id, _)| *id).collect();
        let entries = entry::load(self.conn, self.list.id.0, &ids).await?;
        let wanted: HashMap<i64, &Value> = past.iter().filter_map(|item| Some((id_of(item)?, item))).collect();
        let gone: Vec<Entry> = entries.iter().filter(|entry| !wanted.contains_key(&entry.id)).cloned().collect();
        refuse_locked(&gone, path)?;
        let back = self.restorable(&past, &order).await?;
        let mut changed = Vec::new();
        for entry in &entries {
            let Some(item) = wanted.get(&entry.id) else { continue };
            let was = |name: &str| item.get(name).cloned().unwrap_or_default();
            let now = entry.to_json();
            let is = |name: &str| now.get(name).cloned().unwrap_or_default();
            let field = |name: &'static str| (name, is(name), was(name));
            let fields = [field("note"), field("start_ms"), field("end_ms"), field("track_id"), field("is_locked")];
            let (before, after) = differing(fields);
            if !after.is_empty() {
                changed.push((entry.id, before, after));
            }
        }
        let possible: HashSet<i64> = ids.iter().copied().chain(back.iter().filter_map(id_of)).collect();
        let target: Vec<i64> = past.iter().filter_map(id_of).filter(|id| possible.contains(id)).collect();
        if target == ids && changed.is_empty() {
            return Ok(());
        }
        let removed: Vec<i64> = gone.iter().map(|entry| entry.id).collect();
        if !removed.is_empty() {
            entry::delete(self.conn, self.list.id.0, &removed).await?;
            self.took_out(removed.len());
        }
        self.put_back(&order, &target, &back, &removed).await?;
        let values: Vec<_> = changed.iter().map(|(id, _, after)| (*id, after.clone())).collect();
        self.write_values(&values, &entries).await?;
        for locked in [false, true] {
            let is_so = |values: &Map<String, Value>| values.get("is_locked") == Some(&json!(locked));
            let ids: Vec<i64> = values.iter().filter(|(_, values)| is_so(values)).map(|(id, _)| *id).collect();
            if !ids.is_empty() {
                entry::set_locked(self.conn, self.list.id.0, &ids, locked).await?;
            }
        }
        let told = |(id, before, after): &(i64, Map<String, Value>, Map<String, Value>)| json!({ "item_id": id, "before": before, "after": after });
        let data = json!({
            "to_version": to,
            "removed": gone.iter().map(Entry::to_json).collect::<Vec<_>>(),
            "restored": back.iter().filter_map(id_of).collect::<Vec<_>>(),
            "order": ids,
            "changed": changed.iter().map(told).collect::<Vec<_>>(),
        });
        self.note(Type::Reverted, data);
        self.touched.extend(back.iter().filter_map(id_of));
        Ok(())
    }
}

fn members(data: &Value, name: &str) -> Map<String, Value> {
    data.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn not_undoable(path: &str, why: &str) -> Error {
    let message = format!("this change cannot be taken back: {why}");
    Rejection::new(Reason::Conflict, path, "activity.undoable", message).into()
}

/// Puts entries after those that they stood after, or to their old places; the first one's place.
fn put_among(wanted: &mut Vec<i64>, items: &[Value]) -> usize {
    let mut first = None;
    for item in items {
        let Some(id) = id_of(item) else { continue };
        let old = item.get("position").and_then(Value::as_i64).and_then(|place| usize::try_from(place).ok());
        let place = match item.get("after") {
            Some(Value::Null) => Some(0),
            Some(after) => wanted.iter().position(|other| Some(*other) == after.as_i64()).map(|place| place + 1),
            None => None,
        };
        let place = place.or(old).unwrap_or(wanted.len()).min(wanted.len());
        first = first.or(Some(place));
        wanted.insert(place, id);
    }
    first.unwrap_or(0)
}

/// A removed entry as it is to be written again.
fn back_again(item: &Value, keys: &HashMap<i64, i64>) -> Option<NewEntry> {
    let id = id_of(item)?;
    let number = |name: &str| item.get(name).and_then(Value::as_i64);
    let milliseconds = |name: &str| number(name).and_then(|ms| i32::try_from(ms).ok());
    Some(NewEntry {
        id: Some(id),
        track: TrackId(number("track_id")?),
        position: Some(*keys.get(&id)?),
        added_by: number("added_by").map(UserId),
        added_at: item.get("added_at").and_then(Value::as_str).and_then(|at| at.parse::<DateTime<Utc>>().ok()),
        note: item.get("note").and_then(Value::as_str).map(str::to_owned),
        start_ms: milliseconds("start_ms"),
        end_ms: milliseconds("end_ms"),
        is_locked: item.get("is_locked").and_then(Value::as_bool).unwrap_or(false),
    })
}
