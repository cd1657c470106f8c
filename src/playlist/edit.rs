//! Changing a playlist: one call, one transaction, consecutive versions; all of it, or nothing.
//!
//! The row of the playlist is locked first, and nothing else is waited for while it is: the tracks
//! that a call names are looked up before. Then whether the person may, then the operations, then
//! the new version and what was done. Locks are taken in the order playlist, entries,
//! collaborators, activities. A call with a name is done once for each person and list; when it
//! comes again it gets the answer of the first time.

use std::collections::HashMap;

use diesel::sql_types::{BigInt, Nullable, Text};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::editing::{Editing, moved_on, require};
use super::operation::{Action, CALL, Concurrency, Edit, Edited, Operation};
use super::playlist::{FolderId, Playlist};
use crate::account::user::UserId;
use crate::catalog::track::TrackId;
use crate::catalog::track_ref::{self, TrackRef};
use crate::collaboration::access::{self, Reader};
use crate::collaboration::activity::{Activity, PlaylistActivityType};
use crate::collaboration::collaborator::PlaylistPermission;
use crate::collaboration::feed::Named;
use crate::collaboration::record;
use crate::db::{Conn, Database, Statement, Tries};
use crate::error::{Error, Reason, Rejection, Result};
use crate::ids;

/// Does what a call asks for.
///
/// # Errors
/// `Rejected` with what the caller can mend, and then nothing was done; `Unavailable` when others
/// stood in its way again and again.
pub async fn apply(database: &Database, user: UserId, mut edit: Edit) -> Result<Edited> {
    edit.check()?;
    let fingerprint = fingerprint(&edit.operations);
    let mut conn = database.conn().await?;
    let tracks = tracks(&mut conn, &edit.operations).await?;
    let mut tries = Tries::default();
    loop {
        let mut transaction = conn.begin().await?;
        let outcome = once(&mut transaction, user, &edit, &tracks, &fingerprint).await;
        let outcome = transaction.end(outcome).await;
        if let Some(edited) = tries.settled(outcome).await? {
            return Ok(edited);
        }
    }
}

/// What a call asks for, in short: equal for equal calls.
fn fingerprint(operations: &[Operation]) -> String {
    Sha256::digest(format!("{operations:?}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tracks that operations name.
async fn tracks(conn: &mut Conn, operations: &[Operation]) -> Result<HashMap<TrackRef, TrackId>> {
    let named: Vec<(String, &TrackRef)> = operations.iter().flat_map(Operation::tracks).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<&TrackRef> = named.iter().map(|(_, name)| *name).collect();
    let found = track_ref::resolve(conn, &names).await?;
    let missing = named.iter().filter(|(_, name)| !found.contains_key(name)).map(|(path, name)| {
        let (field, id) = match name {
            TrackRef::Id(id) => ("id", ids::encode(*id)),
            TrackRef::Source(service, id) => ("source", format!("{}:{id}", service.as_str())),
            TrackRef::Url(url) => ("url", url.clone()),
            TrackRef::Isrc(code) => ("isrc", code.clone()),
        };
        Rejection::missing(&format!("{path}.{field}"), "track.exists", id, "there is no such track")
    });
    let missing: Vec<Rejection> = missing.collect();
    if missing.is_empty() { Ok(found) } else { Err(Error::Rejected(missing)) }
}

async fn once(
    conn: &mut Conn,
    user: UserId,
    edit: &Edit,
    tracks: &HashMap<TrackRef, TrackId>,
    fingerprint: &str,
) -> Result<Edited> {
    let reader = Reader::writing(conn.actor());
    let missing = || Rejection::missing("id", "playlist.exists", edit.given_id.clone(), "there is no such playlist");
    let list = lock(conn, edit, reader).await?.ok_or_else(missing)?;
    if let Some(call) = &edit.call {
        let before = record::of_call(conn, list.id.0, user, call).await?;
        if !before.is_empty() {
            return replay(before, fingerprint);
        }
    }
    let access = access::find(conn, list.id.0, reader).await?.ok_or_else(missing)?;
    let since = carried_from(conn, &list, edit).await?;
    let is_strict = edit.concurrency.is_strict;
    let mut editing = Editing::new(conn, list, access, user, tracks);
    (editing.since, editing.is_strict) = (since, is_strict);
    for operation in &edit.operations {
        editing.run(operation).await?;
    }
    editing.finish(edit.call.as_deref(), fingerprint).await
}

/// The row of the playlist that is named, locked until the transaction ends.
async fn lock(conn: &mut Conn, edit: &Edit, reader: Reader) -> Result<Option<Playlist>> {
    let mut statement = Statement::new("select ");
    statement
        .push(Playlist::COLUMNS)
        .push(" from playlists pl where pl.deleted_at is null and not pl.folder_type and ");
    edit.named.push(reader, &mut statement);
    statement.push(" for no key update of pl");
    statement.first(conn).await
}

/// The answer of the first time.
fn replay(before: Vec<Activity>, fingerprint: &str) -> Result<Edited> {
    let input = before.first().and_then(|first| first.activity_data.pointer(&format!("/{CALL}/input")));
    if input.and_then(Value::as_str) != Some(fingerprint) {
        let message = "you have used this name for another call on this playlist; take a new one for each";
        return Err(Rejection::new(Reason::AlreadyExists, "clientMutationId", "call.same", message).into());
    }
    Edited::replayed(before).ok_or_else(|| Error::internal("a call that was written down cannot be read"))
}

/// The version that the call is carried on from; none when it is the list's.
async fn carried_from(conn: &mut Conn, list: &Playlist, edit: &Edit) -> Result<Option<i32>> {
    const PATH: &str = "concurrency.expectedVersion";
    let Some(expected) = edit.concurrency.expected_version else { return Ok(None) };
    if expected > list.version {
        let message = format!("the list has version {}, and never had {expected}", list.version);
        return Err(Rejection::new(Reason::OutOfRange, PATH, "version.known", message).into());
    }
    if expected == list.version {
        return Ok(None);
    }
    if edit.concurrency.is_strict && record::has_moved_on(conn, list.id.0, expected, list.version).await? {
        return Err(moved_on(PATH, list.id, expected, list.version, "the list").into());
    }
    Ok(Some(expected))
}

/// A playlist that is to be made.
#[derive(Debug, Clone)]
pub struct NewPlaylist {
    /// Name, text and settings, and then its first entries.
    pub operations: Vec<Operation>,
    /// The folder it is put into.
    pub folder: Option<FolderId>,
    /// The client's name of the call.
    pub call: Option<String>,
}

/// Makes a playlist. Its name is required; it is private unless said otherwise.
///
/// # Errors
/// `Rejected` with what the caller can mend, and then nothing was made.
pub async fn create(database: &Database, user: UserId, new: NewPlaylist) -> Result<Edited> {
    let NewPlaylist { operations, folder, call } = new;
    let named = Named::Key(0);
    let mut edit = Edit { named, given_id: String::new(), operations, concurrency: Concurrency::default(), call };
    let names = |operation: &Operation| matches!(&operation.action, Action::Details(details) if details.name.is_some());
    if !edit.operations.first().is_some_and(names) {
        let message = "a playlist needs a name, of 1 to 255 characters";
        return Err(Rejection::new(Reason::Required, "details.name", "name.some", message).into());
    }
    edit.check()?;
    let fingerprint = fingerprint(&edit.operations);
    let mut conn = database.conn().await?;
    let tracks = tracks(&mut conn, &edit.operations).await?;
    let mut tries = Tries::default();
    loop {
        let mut transaction = conn.begin().await?;
        let outcome = create_once(&mut transaction, user, &edit, folder, &tracks, &fingerprint).await;
        let outcome = transaction.end(outcome).await;
        if let Some(edited) = tries.settled(outcome).await? {
            return Ok(edited);
        }
    }
}

async fn create_once(
    conn: &mut Conn,
    user: UserId,
    edit: &Edit,
    folder: Option<FolderId>,
    tracks: &HashMap<TrackRef, TrackId>,
    fingerprint: &str,
) -> Result<Edited> {
    if let Some(call) = &edit.call {
        // Two of one name at once: the second waits, and finds what the first one made.
        let mut statement = Statement::new("select true from (select pg_advisory_xact_lock(hashtextextended(");
        statement.bind::<Text, _>(call.clone()).push(", ").bind::<BigInt, _>(user.0).push("))) once");
        statement.execute(conn).await?;
        if let Some(playlist) = record::created_by_call(conn, user, call).await? {
            return replay(record::of_call(conn, playlist, user, call).await?, fingerprint);
        }
    }
    if let Some(folder) = folder {
        require_folder(conn, user, folder).await?;
    }
    let mut statement =
        Statement::new("insert into playlists as pl (name, owner_id, parent_id, last_modified_by) values (' ', ");
    statement.bind::<BigInt, _>(user.0).push(", ").bind::<Nullable<BigInt>, _>(folder.map(|folder| folder.0));
    statement.push(", ").bind::<BigInt, _>(user.0).push(") returning ").push(Playlist::COLUMNS);
    let mut list: Playlist =
        statement.first(conn).await?.ok_or_else(|| Error::internal("a playlist that was made has no row"))?;
    let reader = Reader::writing(conn.actor());
    let access = access::find(conn, list.id.0, reader).await?;
    let access = access.ok_or_else(|| Error::internal("a playlist that was made has no owner"))?;
    require(&access, PlaylistPermission::ChangeDetails, "details")?;
    // The first change makes the first version.
    list.version = 0;
    let mut editing = Editing::new(conn, list, access, user, tracks);
    for operation in &edit.operations {
        editing.run(operation).await?;
    }
    if let Some(first) = editing.steps.first_mut() {
        first.kind = PlaylistActivityType::Created;
        if let Value::Object(data) = &mut first.data {
            data.insert("before".to_owned(), json!({}));
        }
    }
    editing.finish(edit.call.as_deref(), fingerprint).await
}

async fn require_folder(conn: &mut Conn, user: UserId, folder: FolderId) -> Result<()> {
    let mut statement = Statement::new(
        "select pl.id from playlists pl where pl.folder_type and pl.deleted_at is null and pl.owner_id = ",
    );
    statement.bind::<BigInt, _>(user.0).push(" and pl.id = ").bind::<BigInt, _>(folder.0).push(" for share");
    match statement.first::<i64>(conn).await? {
        Some(_) => Ok(()),
        None => {
            let message = "you have no such folder";
            Err(Rejection::missing("folderId", "folder.exists", ids::encode(folder), message).into())
        }
    }
}

impl<'e> Editing<'e> {
    fn new(
        conn: &'e mut Conn,
        list: Playlist,
        access: access::Access,
        user: UserId,
        tracks: &'e HashMap<TrackRef, TrackId>,
    ) -> Self {
        Self {
            conn,
            count: i64::from(list.track_count),
            list,
            access,
            user,
            since: None,
            is_strict: false,
            tracks,
            steps: Vec::new(),
            undone: Vec::new(),
            touched: Vec::new(),
            skipped: Vec::new(),
            added: 0,
            removed: 0,
        }
    }

    /// Reads the list and what the person may do to it anew, after one of both was changed.
    pub(super) async fn reload(&mut self) -> Result<()> {
        let mut statement = Statement::new("select ");
        statement.push(Playlist::COLUMNS).push(" from playlists pl where pl.id = ").bind::<BigInt, _>(self.key());
        let version = self.list.version;
        if let Some(list) = statement.first::<Playlist>(self.conn).await? {
            self.list = Playlist { version, ..list };
        }
        let reader = Reader::writing(self.conn.actor());
        if let Some(access) = access::find(self.conn, self.key(), reader).await? {
            self.access = access;
        }
        Ok(())
    }
}
