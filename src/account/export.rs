//! Everything that is kept of a person, for that person: one document, made by one statement.

use diesel::sql_types::BigInt;
use serde_json::Value;

use super::accounts::Accounts;
use super::user::{self, UserId};
use crate::db::{Conn, Statement};
use crate::error::{Error, Result};

/// A section of the document, and the rows it holds. `$1` is the person; hashes, tokens and what
/// belongs to others stay out.
const SECTIONS: [(&str, &str); 13] = [
    (
        "account",
        "select username, is_active, is_admin, default_language, default_categories, default_engines, last_login,
           created_at, updated_at
         from users where id = $1",
    ),
    ("profile", "select * from user_music_profiles where user_id = $1"),
    ("library", "select * from user_library where user_id = $1 order by id"),
    ("albums", "select * from user_album_collections where user_id = $1 order by id"),
    ("followedArtists", "select * from user_artist_follows where user_id = $1 order by id"),
    ("followedPlaylists", "select * from playlist_follows where user_id = $1 order by id"),
    ("interactions", "select * from user_interactions where user_id = $1 order by created_at, id"),
    ("discoverySessions", "select * from discovery_sessions where user_id = $1 order by id"),
    (
        "discoverySessionTracks",
        "select t.* from discovery_session_tracks t join discovery_sessions s on s.id = t.session_id
         where s.user_id = $1 order by t.session_id, t.id",
    ),
    (
        "playlists",
        "select p.uuid, p.name, p.description, p.visibility, p.tags, p.is_collaborative, p.version, p.deleted_at,
           p.created_at, p.updated_at, (
             select coalesce(jsonb_agg(jsonb_build_object('trackId', i.track_id, 'addedAt', i.added_at) order by i.position), '[]')
             from playlist_tracks i where i.playlist_id = p.id
           ) as items
         from playlists p where p.owner_id = $1 order by p.id",
    ),
    ("votes", "select * from playlist_track_votes where user_id = $1 order by id"),
    ("collaborations", "select * from playlist_collaborators where user_id = $1 order by id"),
    (
        "activities",
        "select id, playlist_id, activity_type, activity_data, playlist_version, created_at
         from playlist_activities where user_id = $1 order by created_at, id",
    ),
];

/// The document. Within a transaction, in which the audit trail notes that it was given out.
///
/// # Errors
/// `Timeout` when it is more than the time limit allows; what the database reports.
pub async fn of(conn: &mut Conn, accounts: &Accounts, user: UserId) -> Result<Value> {
    let mut noted = Statement::new("select audit.note_export(");
    noted.bind::<BigInt, _>(user.0).push(")::text");
    noted.execute(conn).await?;
    let mut statement = Statement::new("select jsonb_build_object(");
    for (number, (name, rows)) in SECTIONS.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        statement.push(format!("{comma}'{name}', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ("));
        let mut parts = rows.split("$1");
        statement.push(parts.next().unwrap_or_default());
        for part in parts {
            statement.bind::<BigInt, _>(user.0).push(part);
        }
        statement.push(") r)");
    }
    statement.push(")").private();
    let document: Option<Value> = statement.first(conn).await?;
    let mut document = document.ok_or_else(|| Error::internal("a statement without a table gave no row"))?;
    let email = accounts.open_email(user::kept_email(conn, user).await?)?;
    if let Some(account) = document.pointer_mut("/account/0") {
        account["email"] = email.into();
    }
    Ok(document)
}
