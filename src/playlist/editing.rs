//! An edit under way: the list whose row is locked, who edits it, and what was done so far.

use std::collections::HashMap;

use diesel::sql_types::{BigInt, Integer};
use serde_json::{Value, json};

use super::entry;
use super::item::PlaylistItemId;
use super::operation::{CALL, Edited, Placement};
use super::order;
use super::playlist::{Playlist, PlaylistId};
use crate::account::user::UserId;
use crate::catalog::track::TrackId;
use crate::catalog::track_ref::TrackRef;
use crate::collaboration::access::Access;
use crate::collaboration::activity::PlaylistActivityType;
use crate::collaboration::collaborator::{self, PlaylistPermission};
use crate::collaboration::record::{self, NewActivity};
use crate::db::{Conn, Statement};
use crate::error::{Facts, Reason, Rejection, Result};
use crate::ids;

/// Neighbours on either side that are read where a gap is used up; then more, then all.
const WINDOWS: [i64; 3] = [48, 768, i32::MAX as i64];

/// Versions that an answer names as passed over.
const MAX_PASSED: i32 = 1_000;

/// An edit under way.
pub(super) struct Editing<'e> {
    pub conn: &'e mut Conn,
    /// The row as it was when it was locked.
    pub list: Playlist,
    pub access: Access,
    pub user: UserId,
    /// The version that the client knew, where it is older than the list's.
    pub since: Option<i32>,
    pub is_strict: bool,
    pub tracks: &'e HashMap<TrackRef, TrackId>,
    /// Entries in the list now.
    pub count: i64,
    pub steps: Vec<NewActivity>,
    /// Versions whose changes were taken back, each with the version of the change that did; none
    /// for one that stands again.
    pub undone: Vec<(i32, Option<i32>)>,
    /// Entries that were added or changed.
    pub touched: Vec<i64>,
    pub skipped: Vec<i64>,
    pub added: i32,
    pub removed: i32,
}

impl Editing<'_> {
    /// The list's key.
    pub fn key(&self) -> i64 {
        self.list.id.0
    }

    /// Fails where the person may not do something.
    pub fn require(&self, permission: PlaylistPermission, path: &str) -> Result<()> {
        require(&self.access, permission, path)
    }

    /// Notes a change: the next version.
    pub fn note(&mut self, kind: PlaylistActivityType, data: Value) {
        self.steps.push(NewActivity { kind, data });
    }

    /// Takes in what was removed from the list.
    pub fn took_out(&mut self, count: usize) {
        self.count -= i64::try_from(count).unwrap_or(0);
        self.removed += i32::try_from(count).unwrap_or(0);
    }

    /// Takes in what was added to the list.
    pub fn put_in(&mut self, count: usize) {
        self.count += i64::try_from(count).unwrap_or(0);
        self.added += i32::try_from(count).unwrap_or(0);
    }

    /// The key before which everything stands that comes before a placement, and the rest after.
    /// `moved` entries are not there.
    pub async fn cut(&mut self, placement: Option<Placement>, moved: &[i64], path: &str) -> Result<i64> {
        let anchor = match placement {
            Some(Placement::Start) => return Ok(i64::MIN),
            Some(Placement::End) | None => return Ok(i64::MAX),
            Some(Placement::Position(place)) => return self.cut_at(place, moved).await,
            Some(Placement::Before(anchor) | Placement::After(anchor)) => anchor,
        };
        let is_after = matches!(placement, Some(Placement::After(_)));
        let path = format!("{path}.placement.{}", if is_after { "after" } else { "before" });
        if moved.contains(&anchor.0) {
            let message = "an entry cannot be placed relative to one that moves with it";
            return Err(Rejection::new(Reason::SelfReference, &path, "placement.other", message).into());
        }
        let mut statement =
            Statement::new("select e.position from playlist_tracks e where e.status = 'active' and e.playlist_id = ");
        statement.bind::<BigInt, _>(self.key()).push(" and e.id = ").bind::<BigInt, _>(anchor.0);
        if let Some(key) = statement.first::<i64>(self.conn).await? {
            return Ok(if is_after { key + 1 } else { key });
        }
        // It was there when the client looked: what stood next to it is where its key lies.
        let last = if self.is_strict { None } else { record::last_key_of(self.conn, self.key(), anchor.0).await? };
        match last {
            Some(key) => Ok(key.unwrap_or(i64::MAX)),
            None => Err(missing_item(&path, anchor.0).into()),
        }
    }

    async fn cut_at(&mut self, place: i32, moved: &[i64]) -> Result<i64> {
        if i64::from(place) >= self.count {
            return Ok(i64::MAX);
        }
        let mut statement =
            Statement::new("select e.position from playlist_tracks e where e.status = 'active' and e.playlist_id = ");
        statement.bind::<BigInt, _>(self.key()).push(" and e.id <> all(").keys::<BigInt, _>(moved.iter().copied());
        statement.push(") order by e.position offset ").bind::<Integer, _>(place).push(" limit 1");
        Ok(statement.first(self.conn).await?.unwrap_or(i64::MAX))
    }

    /// How many entries stand before a cut, but for `moved` ones.
    pub async fn place_of(&mut self, cut: i64, moved: &[i64]) -> Result<i64> {
        match cut {
            i64::MIN => return Ok(0),
            i64::MAX => return Ok(self.count - i64::try_from(moved.len()).unwrap_or(0)),
            _ => {}
        }
        let mut statement =
            Statement::new("select count(*) from playlist_tracks e where e.status = 'active' and e.playlist_id = ");
        statement.bind::<BigInt, _>(self.key()).push(" and e.position < ").bind::<BigInt, _>(cut);
        statement.push(" and e.id <> all(").keys::<BigInt, _>(moved.iter().copied()).push(")");
        Ok(statement.first(self.conn).await?.unwrap_or(0))
    }

    /// Sparse keys for entries that are to stand at a cut, in their order; neighbours make room
    /// where there is none. `moved` entries are not there.
    pub async fn keys_at(&mut self, cut: i64, count: usize, moved: &[i64]) -> Result<Vec<i64>> {
        let (before, after) = self.around(cut, 1, moved).await?;
        let nearest = |side: &[(i64, i64)]| side.last().map(|(_, key)| *key);
        if let Some(keys) = order::between(nearest(&before), nearest(&after), count) {
            return Ok(keys);
        }
        let news: Vec<i64> = (1..=i64::try_from(count).unwrap_or(i64::MAX)).map(|number| -number).collect();
        for window in WINDOWS {
            let (mut before, mut after) = self.around(cut, window + 1, moved).await?;
            before.reverse();
            after.reverse();
            let is_cut = |side: &[(i64, i64)]| i64::try_from(side.len()).is_ok_and(|length| length > window);
            let bounds = (
                if is_cut(&before) { Some(before.remove(0).1) } else { None },
                if is_cut(&after) { after.pop().map(|(_, key)| key) } else { None },
            );
            let ids = |side: &[(i64, i64)]| side.iter().map(|(id, _)| *id).collect::<Vec<_>>();
            let wanted = [ids(&before), news.clone(), ids(&after)].concat();
            let Some(keys) = order::rearranged(bounds, &[before, after].concat(), &wanted) else { continue };
            let keys: HashMap<i64, i64> = keys.into_iter().collect();
            let others: Vec<_> = keys.iter().filter(|(id, _)| **id > 0).map(|(id, key)| (*id, *key)).collect();
            entry::rekey(self.conn, self.list.id.0, &others).await?;
            return Ok(news.iter().filter_map(|new| keys.get(new).copied()).collect());
        }
        Err(crate::error::Error::internal("a list without bounds has no room"))
    }

    /// The nearest entries before and after a cut with their keys, each list with the nearest last.
    async fn around(&mut self, cut: i64, most: i64, moved: &[i64]) -> Result<(Vec<(i64, i64)>, Vec<(i64, i64)>)> {
        let mut statement = Statement::default();
        for (test, direction) in [("<", "desc"), (">=", "asc")] {
            statement.push(if test == "<" { "(" } else { " union all (" });
            statement
                .push("select e.id, e.position from playlist_tracks e where e.status = 'active' and e.playlist_id = ");
            statement.bind::<BigInt, _>(self.key()).push(" and e.position ").push(test).push(" ");
            statement.bind::<BigInt, _>(cut).push(" and e.id <> all(").keys::<BigInt, _>(moved.iter().copied());
            statement.push(") order by e.position ").push(direction).push(format!(" limit {most})"));
        }
        let rows = statement.load::<(i64, i64)>(self.conn).await?;
        let (mut before, mut after): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, key)| *key < cut);
        before.sort_unstable_by_key(|(_, key)| *key);
        after.sort_unstable_by_key(|(_, key)| std::cmp::Reverse(*key));
        Ok((before, after))
    }

    /// Writes down what was done, and gives the list its new version.
    pub async fn finish(mut self, call: Option<&str>, fingerprint: &str) -> Result<Edited> {
        let since = self.since.map(|since| since.max(self.list.version - MAX_PASSED));
        let rebased_over: Vec<i32> = since.map_or_else(Vec::new, |since| (since + 1..=self.list.version).collect());
        let key = self.key();
        let mut edited = Edited {
            playlist: key,
            version: self.list.version,
            items: self.touched.iter().copied().map(PlaylistItemId).collect(),
            skipped: self.skipped.iter().copied().map(PlaylistItemId).collect(),
            rebased_over,
            ..Edited::default()
        };
        let Some(first) = self.steps.first_mut() else { return Ok(edited) };
        if let (Some(_), Value::Object(data)) = (call, &mut first.data) {
            let kept = json!({
                "input": fingerprint, "items": self.touched, "skipped": self.skipped,
                "rebased_over": edited.rebased_over,
            });
            data.insert(CALL.to_owned(), kept);
        }
        let first_version = self.list.version + 1;
        edited.version += i32::try_from(self.steps.len()).unwrap_or(i32::MAX);
        let mut statement = Statement::new("update playlists set version = ");
        statement.bind::<Integer, _>(edited.version).push(", last_modified_by = ").bind::<BigInt, _>(self.user.0);
        statement.push(" where id = ").bind::<BigInt, _>(key);
        statement.execute(self.conn).await?;
        if self.access.role().is_some() && !self.access.is_owner() {
            collaborator::note_work(self.conn, key, self.user, self.added, self.removed).await?;
        }
        record::mark_undone(self.conn, key, &self.undone).await?;
        edited.activities = record::append(self.conn, key, first_version, self.user, call, self.steps).await?;
        Ok(edited)
    }
}

/// Fails where somebody may not do something to a list that they see.
pub(super) fn require(access: &Access, permission: PlaylistPermission, path: &str) -> Result<()> {
    if access.may(permission) {
        return Ok(());
    }
    let rejection = if access.is_dynamic {
        let message = "the entries of a smart playlist follow from its rules alone";
        Rejection::new(Reason::IsSmart, path, "playlist.plain", message)
    } else if access.role().is_some() && !access.is_collaborative {
        let message = "the playlist is not collaborative: its owner alone changes it";
        Rejection::new(Reason::NotCollaborative, path, "playlist.collaborative", message)
    } else {
        let needed = permission.as_str();
        let message = format!("you may not do this here; it needs the permission {}", needed.to_uppercase());
        Rejection::new(Reason::Forbidden, path, "playlist.permission", message)
            .with(Facts::Right { needed, held: access.role().map(|role| role.as_str()) })
    };
    Err(rejection.into())
}

/// An entry that is not in the list.
pub(super) fn missing_item(path: &str, item: i64) -> Rejection {
    let id = ids::encode(PlaylistItemId(item));
    Rejection::missing(path, "item.exists", id, "there is no such entry in this playlist")
}

/// The list moved on in a way that the call cannot be carried across.
pub(super) fn moved_on(path: &str, list: PlaylistId, expected: i32, current: i32, what: &str) -> Rejection {
    let message =
        format!("{what} was changed after version {expected}, which you knew; the list has version {current}");
    Rejection::new(Reason::Conflict, path, "version.current", message).with(Facts::Version {
        of: list.0,
        expected,
        current,
    })
}
