//! What each operation does to the list, in a number of statements that does not grow with it.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::details::{self, DetailsChanges};
use super::editing::{Editing, missing_item, moved_on};
use super::entry::{self, Entry, NewEntry, instant};
use super::item::{PlaylistItemId, PlaylistItemStatus};
use super::operation::{Action, AddItems, NewItem, Operation, Placement, UpdateItem, bad_clip};
use super::playlist::DuplicatePolicy;
use crate::catalog::track::TrackId;
use crate::collaboration::activity::PlaylistActivityType as Type;
use crate::collaboration::collaborator::PlaylistPermission as Permission;
use crate::collaboration::record;
use crate::error::{Error, Facts, Reason, Rejection, Result};

impl Editing<'_> {
    /// Does one operation.
    pub(super) async fn run(&mut self, operation: &Operation) -> Result<()> {
        let path = operation.path.as_str();
        match &operation.action {
            Action::Add(add) => self.add(add, path).await,
            Action::Remove { items, reason } => self.remove(items, reason.as_deref(), path).await,
            Action::Move { items, placement } => self.move_to(items, *placement, path).await,
            Action::Update(update) => self.update(update, path).await,
            Action::Lock { items, locked } => self.lock(items, *locked, path).await,
            Action::Details(changes) => self.details(changes, path).await,
            Action::Replace(items) => self.replace(items, path).await,
            Action::Undo { version } => Box::pin(self.undo(*version, path)).await,
            Action::Revert { to } => self.revert(*to, path).await,
        }
    }

    async fn add(&mut self, add: &AddItems, path: &str) -> Result<()> {
        self.require(Permission::AddTracks, path)?;
        let items: Vec<(&NewItem, TrackId)> =
            add.items.iter().filter_map(|item| Some((item, *self.tracks.get(&item.track)?))).collect();
        let policy = add.duplicates.unwrap_or(self.list.duplicate_policy);
        let items = self.without_repeats(items, policy, path).await?;
        self.check_quota(items.len(), path).await?;
        if items.is_empty() {
            return Ok(());
        }
        if self.access.proposes() {
            return self.propose(&items).await;
        }
        let cut = self.cut(add.placement, &[], path).await?;
        let at_position = self.place_of(cut, &[]).await?;
        let keys = self.keys_at(cut, items.len(), &[]).await?;
        let entries: Vec<_> =
            items.iter().zip(keys).map(|((item, track), key)| self.new_entry(item, *track, Some(key))).collect();
        let rows = entry::insert(self.conn, self.list.id.0, PlaylistItemStatus::Active, &entries).await?;
        let items = told(&entries, &rows);
        self.touched.extend(rows.iter().map(|(id, _)| *id));
        self.put_in(rows.len());
        self.note(Type::ItemAdded, json!({ "items": items, "at_position": at_position }));
        Ok(())
    }

    async fn propose(&mut self, items: &[(&NewItem, TrackId)]) -> Result<()> {
        let entries: Vec<_> = items.iter().map(|(item, track)| self.new_entry(item, *track, None)).collect();
        let rows = entry::insert(self.conn, self.list.id.0, PlaylistItemStatus::Proposed, &entries).await?;
        self.touched.extend(rows.iter().map(|(id, _)| *id));
        self.note(Type::ItemProposed, json!({ "items": told(&entries, &rows) }));
        Ok(())
    }

    fn new_entry(&self, item: &NewItem, track: TrackId, position: Option<i64>) -> NewEntry {
        NewEntry {
            id: None,
            track,
            position,
            added_by: Some(self.user),
            added_at: None,
            note: item.note.clone(),
            start_ms: item.start_ms,
            end_ms: item.end_ms,
            is_locked: false,
        }
    }

    /// What is left of new entries where a track may stand in the list once.
    async fn without_repeats<'i>(
        &mut self,
        items: Vec<(&'i NewItem, TrackId)>,
        policy: DuplicatePolicy,
        path: &str,
    ) -> Result<Vec<(&'i NewItem, TrackId)>> {
        if policy == DuplicatePolicy::Allow {
            return Ok(items);
        }
        let tracks: Vec<TrackId> = items.iter().map(|(_, track)| *track).collect();
        let there: HashMap<TrackId, i64> =
            entry::of_tracks(self.conn, self.list.id.0, &tracks).await?.into_iter().collect();
        let (mut left, mut new, mut repeats, mut skipped) = (Vec::new(), HashSet::new(), Vec::new(), Vec::new());
        for (number, (item, track)) in items.into_iter().enumerate() {
            if let Some(entry) = there.get(&track) {
                skipped.push(*entry);
                repeats.push(number);
            } else if !new.insert(track) {
                repeats.push(number);
            } else {
                left.push((item, track));
            }
        }
        skipped.sort_unstable();
        skipped.dedup();
        if let (DuplicatePolicy::Reject, Some(first)) = (policy, repeats.first()) {
            let message = match repeats.len() {
                1 => "the track is in the list already".to_owned(),
                count => format!("{count} of the tracks are in the list already, or twice among the new ones"),
            };
            let rejection = Rejection::new(Reason::Duplicate, &format!("{path}.items.{first}"), "items.new", message);
            return Err(rejection.with(Facts::Rows(skipped)).into());
        }
        self.skipped.extend(skipped);
        Ok(left)
    }

    async fn check_quota(&mut self, news: usize, path: &str) -> Result<()> {
        let Some(limit) = self.access.quota() else { return Ok(()) };
        let used = i32::try_from(entry::count_of(self.conn, self.list.id.0, self.user).await?).unwrap_or(i32::MAX);
        if news == 0 || i64::from(used) + i64::try_from(news).unwrap_or(i64::MAX) <= i64::from(limit) {
            return Ok(());
        }
        let message = format!("everybody may have {limit} entries in this list; you have {used} and add {news}");
        let rejection = Rejection::new(Reason::QuotaExceeded, &format!("{path}.items"), "items.quota", message);
        Err(rejection.with(Facts::Quota { limit, used }).into())
    }

    /// Those of the named entries that are in the list, in its order. What is gone is passed over,
    /// unless the client says that it knows the list as it is.
    async fn named(&mut self, items: &[PlaylistItemId], path: &str) -> Result<Vec<Entry>> {
        let ids: Vec<i64> = items.iter().map(|item| item.0).collect();
        let found = entry::load(self.conn, self.list.id.0, &ids).await?;
        if self.is_strict {
            let there: HashSet<i64> = found.iter().map(|entry| entry.id).collect();
            if let Some(number) = ids.iter().position(|id| !there.contains(id)) {
                return Err(missing_item(&format!("{path}.itemIds.{number}"), items[number].0).into());
            }
        }
        Ok(found)
    }

    /// Fails where somebody else's entries are among these and the person may change only their own.
    pub(super) fn require_own(&self, entries: &[Entry], permission: Permission, path: &str) -> Result<()> {
        let are_own = entries.iter().all(|entry| entry.added_by == Some(self.user));
        self.require(if are_own && !self.access.may(permission) { Permission::AddTracks } else { permission }, path)
    }

    async fn remove(&mut self, items: &[PlaylistItemId], reason: Option<&str>, path: &str) -> Result<()> {
        let entries = self.named(items, path).await?;
        self.require_own(&entries, Permission::RemoveTracks, path)?;
        refuse_locked(&entries, &format!("{path}.itemIds"))?;
        self.take_out(entries, Type::ItemRemoved, reason).await
    }

    /// Removes entries, which are in the list's order.
    pub(super) async fn take_out(&mut self, entries: Vec<Entry>, kind: Type, reason: Option<&str>) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
        entry::delete(self.conn, self.list.id.0, &ids).await?;
        self.took_out(ids.len());
        self.touched.retain(|touched| !ids.contains(touched));
        let items: Vec<Value> = entries.iter().map(Entry::to_json).collect();
        self.note(kind, json!({ "items": items, "reason": reason }));
        Ok(())
    }

    async fn move_to(&mut self, items: &[PlaylistItemId], placement: Placement, path: &str) -> Result<()> {
        self.require(Permission::ReorderTracks, path)?;
        let mut entries = self.named(items, path).await?;
        refuse_locked(&entries, &format!("{path}.itemIds"))?;
        let rank: HashMap<i64, usize> = items.iter().enumerate().rev().map(|(number, item)| (item.0, number)).collect();
        entries.sort_by_key(|entry| rank.get(&entry.id).copied());
        let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let cut = self.cut(Some(placement), &ids, path).await?;
        let to_position = self.place_of(cut, &ids).await?;
        if entries.iter().zip(to_position..).all(|(entry, place)| entry.place == place) {
            return Ok(());
        }
        let keys = self.keys_at(cut, ids.len(), &ids).await?;
        let keys: Vec<(i64, i64)> = ids.iter().copied().zip(keys).collect();
        entry::rekey(self.conn, self.list.id.0, &keys).await?;
        let from: Vec<i64> = entries.iter().map(|entry| entry.place).collect();
        let after: Vec<Option<i64>> = entries.iter().map(|entry| entry.previous).collect();
        let data = json!({ "item_ids": ids, "from_positions": from, "to_position": to_position, "after": after });
        self.note(Type::ItemMoved, data);
        self.touched.extend(ids);
        Ok(())
    }

    async fn update(&mut self, update: &UpdateItem, path: &str) -> Result<()> {
        let id = update.item.0;
        let entries = entry::load(self.conn, self.list.id.0, &[id]).await?;
        let Some(entry) = entries.first() else { return Err(missing_item(&format!("{path}.itemId"), id).into()) };
        self.require_own(&entries, Permission::RemoveTracks, path)?;
        let track = update.track.as_ref().and_then(|track| self.tracks.get(track)).copied().unwrap_or(entry.track_id);
        let note = update.note.clone().unwrap_or_else(|| entry.custom_note.clone());
        let start = update.start_ms.unwrap_or(entry.start_time_ms);
        let end = update.end_ms.unwrap_or(entry.end_time_ms);
        if let Some(fault) = bad_clip(path, start, end) {
            return Err(fault.into());
        }
        let fields = [
            ("note", json!(entry.custom_note), json!(note)),
            ("start_ms", json!(entry.start_time_ms), json!(start)),
            ("end_ms", json!(entry.end_time_ms), json!(end)),
            ("track_id", json!(entry.track_id.0), json!(track.0)),
        ];
        let (before, after) = differing(fields);
        if after.is_empty() {
            return Ok(());
        }
        if after.contains_key("track_id") {
            refuse_locked(&entries, &format!("{path}.track"))?;
        }
        self.refuse_changed(&[Type::ItemUpdated], Some(id), &after, path, "the entry").await?;
        entry::write_values(self.conn, self.list.id.0, id, (track, note), (start, end)).await?;
        self.touched.push(id);
        self.note(Type::ItemUpdated, json!({ "item_id": id, "before": before, "after": after }));
        Ok(())
    }

    /// Fails where one of these fields was changed after the version that the client knew.
    async fn refuse_changed(
        &mut self,
        kinds: &[Type],
        item: Option<i64>,
        fields: &Map<String, Value>,
        path: &str,
        what: &str,
    ) -> Result<()> {
        let Some(since) = self.since else { return Ok(()) };
        let values = record::values_since(self.conn, self.list.id.0, since, kinds, item).await?;
        let is_changed = |name: &String| values.iter().any(|value| value.get(name).is_some());
        if fields.keys().any(is_changed) {
            return Err(moved_on(path, self.list.id, since, self.list.version, what).into());
        }
        Ok(())
    }

    async fn lock(&mut self, items: &[PlaylistItemId], locked: bool, path: &str) -> Result<()> {
        self.require(Permission::LockItems, path)?;
        let entries = self.named(items, path).await?;
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

    async fn details(&mut self, changes: &DetailsChanges, path: &str) -> Result<()> {
        self.require(Permission::ChangeDetails, path)?;
        let (before, after) = changes.differences(&self.list);
        if after.is_empty() {
            return Ok(());
        }
        self.refuse_changed(&[Type::Renamed, Type::DetailsChanged], None, &after, path, "a value").await?;
        details::write(self.conn, self.list.id.0, &after).await?;
        let kind = if after.len() == 1 && after.contains_key("name") { Type::Renamed } else { Type::DetailsChanged };
        self.note(kind, json!({ "before": before, "after": after }));
        self.reload().await
    }

    /// Takes the new entries in place of all others; those of a track that is there already are
    /// kept, with who added them and when, and put where they belong.
    async fn replace(&mut self, items: &[NewItem], path: &str) -> Result<()> {
        let order: Vec<i64> = entry::order(self.conn, self.list.id.0).await?.into_iter().map(|(id, _)| id).collect();
        let there = entry::load(self.conn, self.list.id.0, &order).await?;
        let mut spare: HashMap<TrackId, Vec<i64>> = HashMap::new();
        for entry in there.iter().rev() {
            spare.entry(entry.track_id).or_default().push(entry.id);
        }
        let plain = |item: &NewItem| item.note.is_none() && item.start_ms.is_none() && item.end_ms.is_none();
        let kept: Vec<Option<i64>> = items
            .iter()
            .map(|item| {
                let track = self.tracks.get(&item.track).filter(|_| plain(item))?;
                spare.get_mut(track)?.pop()
            })
            .collect();
        let stay: HashSet<i64> = kept.iter().copied().flatten().collect();
        let gone: Vec<Entry> = there.into_iter().filter(|entry| !stay.contains(&entry.id)).collect();
        if !gone.is_empty() {
            self.require_own(&gone, Permission::RemoveTracks, path)?;
            refuse_locked(&gone, path)?;
            self.take_out(gone, Type::ItemRemoved, None).await?;
        }
        let standing: Vec<PlaylistItemId> = kept.iter().copied().flatten().map(PlaylistItemId).collect();
        let is_sorted = order.iter().filter(|id| stay.contains(id)).eq(kept.iter().flatten());
        if !is_sorted {
            self.move_to(&standing, Placement::Start, path).await?;
        }
        // What is new comes in runs, each after the entry before it.
        let mut previous = Placement::Start;
        let mut run: Vec<NewItem> = Vec::new();
        for (item, kept) in items.iter().zip(&kept) {
            match kept {
                Some(kept) => {
                    self.add_run(&mut run, previous, path).await?;
                    previous = Placement::After(PlaylistItemId(*kept));
                }
                None => run.push(item.clone()),
            }
        }
        self.add_run(&mut run, previous, path).await
    }

    async fn add_run(&mut self, run: &mut Vec<NewItem>, placement: Placement, path: &str) -> Result<()> {
        if run.is_empty() {
            return Ok(());
        }
        let items = std::mem::take(run);
        let duplicates = Some(DuplicatePolicy::Allow);
        Box::pin(self.add(&AddItems { items, placement: Some(placement), duplicates }, path)).await
    }
}

/// Fields whose value differs: as they were, and as they are to be.
pub(super) fn differing<const N: usize>(fields: [(&str, Value, Value); N]) -> (Map<String, Value>, Map<String, Value>) {
    let (mut before, mut after) = (Map::new(), Map::new());
    for (name, is, wanted) in fields {
        if is != wanted {
            before.insert(name.to_owned(), is);
            after.insert(name.to_owned(), wanted);
        }
    }
    (before, after)
}

/// New entries as they are written down.
fn told(entries: &[NewEntry], rows: &[(i64, chrono::DateTime<chrono::Utc>)]) -> Vec<Value> {
    let items = entries.iter().zip(rows).map(|(entry, (id, added_at))| {
        json!({
            "item_id": id, "track_id": entry.track.0, "added_by": entry.added_by.map(|user| user.0),
            "added_at": instant(*added_at), "note": entry.note, "start_ms": entry.start_ms, "end_ms": entry.end_ms,
        })
    });
    items.collect()
}

/// Fails where one of these is locked to its place.
pub(super) fn refuse_locked(entries: &[Entry], path: &str) -> Result<(), Error> {
    let locked: Vec<i64> = entries.iter().filter(|entry| entry.is_locked).map(|entry| entry.id).collect();
    if locked.is_empty() {
        return Ok(());
    }
    let message = match locked.len() {
        1 => "the entry is locked; unlock it first".to_owned(),
        count => format!("{count} of the entries are locked; unlock them first"),
    };
    Err(Rejection::new(Reason::Locked, path, "items.unlocked", message).with(Facts::Rows(locked)).into())
}
