//! People who work on a playlist beside its owner. Table `playlist_collaborators`.
//!
//! A role gives permissions; each of the five `can_…` columns, where it is set, overrides the
//! role's default.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer};

use super::access::Reader;
use crate::account::user::UserId;
use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `playlist_collaborators`.
    CollaboratorId for "PlaylistCollaborator";
}

closed_set! {
    /// What a person is to a playlist.
    CollaboratorRole {
        /// Made it, or was handed it; may do everything.
        Owner = "owner",
        /// May do everything but transfer and delete.
        Admin = "admin",
        /// May change the entries.
        Editor = "editor",
        /// May look and vote.
        Viewer = "viewer",
    }
}

closed_set! {
    /// How an invitation stands.
    InvitationStatus {
        /// Not answered yet.
        Pending = "pending",
        /// The person takes part.
        Accepted = "accepted",
        /// The person said no.
        Declined = "declined",
        /// It was taken back.
        Revoked = "revoked",
        /// It was not answered in time.
        Expired = "expired",
    }
}

closed_set! {
    /// One thing that may be done to a playlist.
    PlaylistPermission {
        /// See it.
        View = "view",
        /// Add entries.
        AddTracks = "add_tracks",
        /// Remove entries.
        RemoveTracks = "remove_tracks",
        /// Move entries.
        ReorderTracks = "reorder_tracks",
        /// Invite others.
        InviteOthers = "invite_others",
        /// Change name, text and settings.
        ChangeDetails = "change_details",
        /// Vote on entries.
        Vote = "vote",
        /// Lock entries to their place.
        LockItems = "lock_items",
        /// Approve what others propose.
        Approve = "approve",
        /// Hand it to another owner.
        Transfer = "transfer",
        /// Delete it.
        Delete = "delete",
    }
}

row! {
    /// One collaborator.
    Collaborator of "c" {
        id: CollaboratorId,
        /// The playlist's key.
        playlist_id: i64,
        /// The person.
        user_id: UserId,
        /// Their role.
        role: CollaboratorRole,
        /// Overrides the role: adding.
        can_add_tracks: Option<bool>,
        /// Overrides the role: removing.
        can_remove_tracks: Option<bool>,
        /// Overrides the role: moving.
        can_reorder_tracks: Option<bool>,
        /// Overrides the role: inviting.
        can_invite_others: Option<bool>,
        /// Overrides the role: details.
        can_change_details: Option<bool>,
        /// Who invited them.
        invited_by: Option<UserId>,
        /// How the invitation stands.
        invitation_status: InvitationStatus,
        /// Entries they added so far.
        tracks_added: i32,
        /// Entries they removed so far.
        tracks_removed: i32,
        invited_at: DateTime<Utc>,
        joined_at: Option<DateTime<Utc>>,
        last_active_at: Option<DateTime<Utc>>,
    }
}

impl Collaborator {
    /// What the collaborator may do: the role's permissions with the overrides applied. Nothing
    /// before the invitation is accepted.
    #[must_use]
    pub fn permissions(&self) -> Vec<PlaylistPermission> {
        use PlaylistPermission as P;
        if self.invitation_status != InvitationStatus::Accepted {
            return Vec::new();
        }
        let overridden = |permission: P| match permission {
            P::AddTracks => self.can_add_tracks,
            P::RemoveTracks => self.can_remove_tracks,
            P::ReorderTracks => self.can_reorder_tracks,
            P::InviteOthers => self.can_invite_others,
            P::ChangeDetails => self.can_change_details,
            _ => None,
        };
        P::ALL
            .iter()
            .copied()
            .filter(|permission| overridden(*permission).unwrap_or_else(|| self.role.allows(*permission)))
            .collect()
    }
}

impl CollaboratorRole {
    /// Whether the role by itself gives a permission.
    #[must_use]
    pub fn allows(self, permission: PlaylistPermission) -> bool {
        use PlaylistPermission as P;
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(permission, P::Transfer | P::Delete),
            Self::Editor => {
                matches!(permission, P::View | P::AddTracks | P::RemoveTracks | P::ReorderTracks | P::Vote)
            }
            Self::Viewer => matches!(permission, P::View | P::Vote),
        }
    }
}

/// A collaborator by key, where a key opens their playlist; an open invitation to the invited alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollaboratorById(pub CollaboratorId);
loader!(CollaboratorById => Collaborator, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[CollaboratorById]) -> Result<HashMap<CollaboratorById, Collaborator>> {
    let mut statement = Statement::new("select ");
    statement.push(Collaborator::COLUMNS).push(
        " from playlist_collaborators c join playlists pl on pl.id = c.playlist_id
        where pl.deleted_at is null and ",
    );
    let reader = Reader::of(conn.actor());
    reader.push_named(&mut statement);
    match reader.person() {
        Some(person) => {
            statement
                .push(" and (c.invitation_status = 'accepted' or (c.invitation_status = 'pending' and c.user_id = ");
            statement.bind::<BigInt, _>(person.0).push("))")
        }
        None => statement.push(" and c.invitation_status = 'accepted'"),
    };
    statement.push(" and c.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0)).push(")");
    let rows = statement.load::<Collaborator>(conn).await?;
    Ok(rows.into_iter().map(|row| (CollaboratorById(row.id), row)).collect())
}

/// The people who work on a playlist, in the order they joined. Open invitations are between
/// the people they concern, so only accepted ones are listed.
#[derive(Debug)]
pub struct CollaboratorsOfPlaylist {
    /// The page asked for.
    pub page: PageRequest,
}

impl CollaboratorsOfPlaylist {
    /// By the instant of joining.
    #[must_use]
    pub fn order() -> Order {
        let joined = SortKey::nullable("joined", "c.joined_at", KeyType::Instant);
        Order::new(vec![(joined, Direction::Asc, Nulls::Last)], "c.id", Direction::Asc)
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: Collaborator::COLUMNS,
            tables: "playlist_collaborators c",
            condition: "c.playlist_id = p.parent and c.invitation_status = 'accepted'",
        }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(CollaboratorsOfPlaylist => Collaborator);

/// Forgets that the new owner of these playlists took part in them: an owner has no row.
///
/// # Errors
/// What the database reports.
pub async fn remove_owner(conn: &mut Conn, playlists: Vec<i64>, owner: UserId) -> Result<()> {
    let mut statement = Statement::new("delete from playlist_collaborators where user_id = ");
    statement.bind::<BigInt, _>(owner.0).push(" and playlist_id = any(");
    statement.keys::<BigInt, _>(playlists).push(")");
    statement.execute(conn).await.map(drop)
}

/// Notes what somebody who takes part has done.
///
/// # Errors
/// What the database reports.
pub async fn note_work(conn: &mut Conn, playlist: i64, user: UserId, added: i32, removed: i32) -> Result<()> {
    let mut statement =
        Statement::new("update playlist_collaborators set last_active_at = now(), tracks_added = tracks_added + ");
    statement.bind::<Integer, _>(added).push(", tracks_removed = tracks_removed + ").bind::<Integer, _>(removed);
    statement
        .push(" where playlist_id = ")
        .bind::<BigInt, _>(playlist)
        .push(" and user_id = ")
        .bind::<BigInt, _>(user.0);
    statement.execute(conn).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor() -> Collaborator {
        Collaborator {
            id: CollaboratorId(1),
            playlist_id: 1,
            user_id: UserId(1),
            role: CollaboratorRole::Editor,
            can_add_tracks: None,
            can_remove_tracks: None,
            can_reorder_tracks: None,
            can_invite_others: None,
            can_change_details: None,
            invited_by: None,
            invitation_status: InvitationStatus::Accepted,
            tracks_added: 0,
            tracks_removed: 0,
            invited_at: DateTime::UNIX_EPOCH,
            joined_at: None,
            last_active_at: None,
        }
    }

    #[test]
    fn an_override_beats_the_role() {
        let mut person = editor();
        person.can_remove_tracks = Some(false);
        person.can_invite_others = Some(true);
        let permissions = person.permissions();
        assert!(!permissions.contains(&PlaylistPermission::RemoveTracks));
        assert!(permissions.contains(&PlaylistPermission::InviteOthers));
        assert!(permissions.contains(&PlaylistPermission::AddTracks));
    }

    #[test]
    fn an_open_invitation_gives_nothing() {
        let mut person = editor();
        person.invitation_status = InvitationStatus::Pending;
        assert!(person.permissions().is_empty());
    }
}
