//! What a person may see of a playlist and do to it: the one place that decides. Tables
//! `playlists`, `playlist_collaborators`.
//!
//! Seeing: a public list is everybody's; an unlisted one opens to whoever names it by its UUID; a
//! private one is its owner's and theirs who take part or are asked to. Whoever has a list's owner,
//! role or invitation sees it whatever its visibility. Administrators see every list that they
//! name, and lists of others in no list. A deleted list is gone. What may not be seen looks like
//! what is not there.
//!
//! Doing: the owner everything; who takes part what the role says, where single permissions do
//! not say otherwise; everybody else who has signed in and sees the list may add and vote where it
//! is open or takes proposals. Where a list is not collaborative, nobody but its owner changes it.

use std::collections::HashMap;

use diesel::sql_types::BigInt;

use super::collaborator::{CollaboratorRole, InvitationStatus, PlaylistPermission};
use crate::account::user::UserId;
use crate::db::{Actor, Conn, Statement};
use crate::error::Result;
use crate::{closed_set, loader, row};

closed_set! {
    /// Who finds a playlist.
    PlaylistVisibility {
        /// Its owner and collaborators.
        Private = "private",
        /// Whoever has its link.
        Unlisted = "unlisted",
        /// Everyone.
        Public = "public",
    }
}

closed_set! {
    /// How people come to work on a playlist.
    CollaborationMode {
        /// Whoever sees it may add.
        Open = "open",
        /// Additions wait for approval.
        ApprovalRequired = "approval_required",
        /// Only people who were invited.
        InviteOnly = "invite_only",
    }
}

/// For whom playlists are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Somebody of whom nothing is known: what is public.
    Everybody,
    /// A person: what is theirs as well.
    Person(UserId),
    /// An administrator: whatever they name.
    Administrator(UserId),
}

impl Reader {
    /// For whom a request reads.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        match actor.user.map(UserId) {
            Some(person) if actor.administers => Self::Administrator(person),
            Some(person) if actor.reads_private => Self::Person(person),
            _ => Self::Everybody,
        }
    }

    /// For whom a request writes. Whoever may change what is theirs may do so whatever they may
    /// read of it.
    #[must_use]
    pub fn writing(actor: &Actor) -> Self {
        Self::of(&Actor { reads_private: true, ..actor.clone() })
    }

    /// The person, where there is one.
    #[must_use]
    pub fn person(self) -> Option<UserId> {
        match self {
            Self::Everybody => None,
            Self::Person(person) | Self::Administrator(person) => Some(person),
        }
    }

    /// Adds the test of what a list of playlists shows, of the playlist `pl`.
    pub fn push_listed(self, statement: &mut Statement) {
        self.push("pl.visibility = 'public'", statement);
    }

    /// Adds the test of what a key opens, of the playlist `pl`. Keys count up, so an unlisted list
    /// is not found by one.
    pub fn push_named(self, statement: &mut Statement) {
        match self {
            Self::Administrator(_) => {
                statement.push("true");
            }
            _ => self.push("pl.visibility = 'public'", statement),
        }
    }

    /// Adds the test of what opens to whoever has a link to it, or something that belongs to it, of
    /// the playlist `pl`.
    pub fn push_linked(self, statement: &mut Statement) {
        match self {
            Self::Administrator(_) => {
                statement.push("true");
            }
            _ => self.push("pl.visibility <> 'private'", statement),
        }
    }

    fn push(self, for_everybody: &'static str, statement: &mut Statement) {
        let Some(person) = self.person() else {
            statement.push(for_everybody);
            return;
        };
        statement.push("(").push(for_everybody).push(" or pl.owner_id = ").bind::<BigInt, _>(person.0);
        statement.push(
            " or exists (select from playlist_collaborators mine
            where mine.playlist_id = pl.id and mine.invitation_status in ('accepted', 'pending') and mine.user_id = ",
        );
        statement.bind::<BigInt, _>(person.0).push("))");
    }
}

row! {
    /// What decides about one person and one playlist that they may see.
    Access of "a" {
        /// The playlist's key.
        playlist_id: i64,
        /// Whose it is.
        owner_id: UserId,
        /// Who finds it.
        visibility: PlaylistVisibility,
        /// Whether others than the owner take part.
        is_collaborative: bool,
        /// How others come to.
        collaboration_mode: CollaborationMode,
        /// Whether entries are voted on.
        voting_enabled: bool,
        /// Whether the entries follow from rules.
        is_dynamic: bool,
        /// Entries one person may have in it.
        max_tracks_per_user: Option<i32>,
        /// Who asks.
        person: Option<UserId>,
        /// Whether they are an administrator.
        administers: bool,
        /// Their role, where they were ever asked to take part.
        role: Option<CollaboratorRole>,
        /// How that stands.
        invitation_status: Option<InvitationStatus>,
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
    }
}

impl Access {
    /// Whether the list is theirs.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.person == Some(self.owner_id)
    }

    /// What they are to the list; none for whoever takes no part.
    #[must_use]
    pub fn role(&self) -> Option<CollaboratorRole> {
        if self.is_owner() {
            return Some(CollaboratorRole::Owner);
        }
        self.role.filter(|_| self.invitation_status == Some(InvitationStatus::Accepted))
    }

    /// Whether they may do something.
    #[must_use]
    pub fn may(&self, permission: PlaylistPermission) -> bool {
        self.fits(permission) && self.is_granted(permission)
    }

    /// All that they may do.
    #[must_use]
    pub fn permissions(&self) -> Vec<PlaylistPermission> {
        PlaylistPermission::ALL.iter().copied().filter(|permission| self.may(*permission)).collect()
    }

    /// Whether what they add waits for somebody's approval.
    #[must_use]
    pub fn proposes(&self) -> bool {
        self.is_collaborative
            && self.collaboration_mode == CollaborationMode::ApprovalRequired
            && !self.is_granted(PlaylistPermission::Approve)
    }

    /// Entries they may have in the list; none means any number. Its owner's are not counted.
    #[must_use]
    pub fn quota(&self) -> Option<i32> {
        self.max_tracks_per_user.filter(|_| !self.is_owner())
    }

    /// Whether the list is such that anybody could do it: nobody votes where voting is off, and
    /// rules alone put entries into a smart list.
    fn fits(&self, permission: PlaylistPermission) -> bool {
        use PlaylistPermission as P;
        match permission {
            P::Vote => self.voting_enabled,
            P::AddTracks | P::RemoveTracks | P::ReorderTracks | P::LockItems | P::Approve => !self.is_dynamic,
            _ => true,
        }
    }

    fn is_granted(&self, permission: PlaylistPermission) -> bool {
        use PlaylistPermission as P;
        if permission == P::View || self.is_owner() || self.administers {
            return true;
        }
        if !self.is_collaborative || self.person.is_none() {
            return false;
        }
        if let Some(role) = self.role() {
            let single = match permission {
                P::AddTracks => self.can_add_tracks,
                P::RemoveTracks => self.can_remove_tracks,
                P::ReorderTracks => self.can_reorder_tracks,
                P::InviteOthers => self.can_invite_others,
                P::ChangeDetails => self.can_change_details,
                _ => None,
            };
            return single.unwrap_or_else(|| role.allows(permission));
        }
        self.collaboration_mode != CollaborationMode::InviteOnly && matches!(permission, P::AddTracks | P::Vote)
    }
}

/// What whoever asks may do to a playlist that is shown to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessOfPlaylist(pub i64);
loader!(AccessOfPlaylist => Access, of_playlists);

async fn of_playlists(conn: &mut Conn, keys: &[AccessOfPlaylist]) -> Result<HashMap<AccessOfPlaylist, Access>> {
    let reader = Reader::of(conn.actor());
    let rows = list(conn, keys.iter().map(|key| key.0).collect(), reader).await?;
    Ok(rows.into_iter().map(|row| (AccessOfPlaylist(row.playlist_id), row)).collect())
}

/// What somebody may do to a playlist that they may see.
///
/// # Errors
/// What the database reports.
pub async fn find(conn: &mut Conn, playlist: i64, reader: Reader) -> Result<Option<Access>> {
    Ok(list(conn, vec![playlist], reader).await?.pop())
}

async fn list(conn: &mut Conn, playlists: Vec<i64>, reader: Reader) -> Result<Vec<Access>> {
    let mut statement = Statement::new("select ");
    statement.push(Access::COLUMNS).push(
        " from (
            select pl.id as playlist_id, pl.owner_id, pl.visibility, pl.is_collaborative, pl.collaboration_mode,
                pl.voting_enabled, pl.is_dynamic, pl.max_tracks_per_user, asks.person, ",
    );
    statement.push(if matches!(reader, Reader::Administrator(_)) { "true" } else { "false" });
    statement.push(
        " as administers, c.role, c.invitation_status, c.can_add_tracks, c.can_remove_tracks, c.can_reorder_tracks,
                c.can_invite_others, c.can_change_details
            from playlists pl
            cross join (select ",
    );
    statement.bind::<diesel::sql_types::Nullable<BigInt>, _>(reader.person().map(|person| person.0)).push(
        "::bigint as person) asks
            left join playlist_collaborators c on c.playlist_id = pl.id and c.user_id = asks.person
            where pl.deleted_at is null and not pl.folder_type and pl.id = any(",
    );
    statement.keys::<BigInt, _>(playlists).push(")) a");
    statement.load(conn).await
}

/// Entries that whoever asks has in a playlist, those that wait for approval too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntriesOfReader(pub i64);
loader!(EntriesOfReader => i64, entries);

async fn entries(conn: &mut Conn, keys: &[EntriesOfReader]) -> Result<HashMap<EntriesOfReader, i64>> {
    let Some(person) = Reader::of(conn.actor()).person() else { return Ok(HashMap::new()) };
    let mut statement = Statement::new(
        "select e.playlist_id, count(*) from playlist_tracks e
        where e.status in ('active', 'proposed') and e.added_by = ",
    );
    statement.bind::<BigInt, _>(person.0).push(" and e.playlist_id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0)).push(") group by e.playlist_id");
    let rows = statement.load::<(i64, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(playlist, count)| (EntriesOfReader(playlist), count)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: UserId = UserId(1);
    const GUEST: UserId = UserId(2);

    fn list() -> Access {
        Access {
            playlist_id: 1,
            owner_id: OWNER,
            visibility: PlaylistVisibility::Public,
            is_collaborative: true,
            collaboration_mode: CollaborationMode::InviteOnly,
            voting_enabled: true,
            is_dynamic: false,
            max_tracks_per_user: Some(3),
            person: Some(GUEST),
            administers: false,
            role: None,
            invitation_status: None,
            can_add_tracks: None,
            can_remove_tracks: None,
            can_reorder_tracks: None,
            can_invite_others: None,
            can_change_details: None,
        }
    }

    fn editor() -> Access {
        Access { role: Some(CollaboratorRole::Editor), invitation_status: Some(InvitationStatus::Accepted), ..list() }
    }

    #[test]
    fn the_owner_may_do_everything_and_has_no_quota() {
        let owner = Access { person: Some(OWNER), ..list() };
        assert_eq!(owner.permissions(), PlaylistPermission::ALL);
        assert_eq!((owner.role(), owner.quota()), (Some(CollaboratorRole::Owner), None));
    }

    #[test]
    fn a_stranger_adds_where_the_list_is_open_and_nowhere_else() {
        use PlaylistPermission::{AddTracks, View, Vote};
        assert_eq!(list().permissions(), [View]);
        let open = Access { collaboration_mode: CollaborationMode::Open, ..list() };
        assert_eq!(open.permissions(), [View, AddTracks, Vote]);
        assert!(!open.proposes());
        let careful = Access { collaboration_mode: CollaborationMode::ApprovalRequired, ..list() };
        assert!(careful.may(AddTracks) && careful.proposes());
        let nobody = Access { person: None, ..open };
        assert_eq!(nobody.permissions(), [View]);
    }

    #[test]
    fn a_single_permission_beats_the_role() {
        let mut person = editor();
        assert!(person.may(PlaylistPermission::RemoveTracks) && !person.may(PlaylistPermission::InviteOthers));
        person.can_remove_tracks = Some(false);
        person.can_invite_others = Some(true);
        assert!(!person.may(PlaylistPermission::RemoveTracks) && person.may(PlaylistPermission::InviteOthers));
    }

    #[test]
    fn an_open_invitation_lets_see_and_nothing_else() {
        let asked = Access { invitation_status: Some(InvitationStatus::Pending), ..editor() };
        assert_eq!(asked.permissions(), [PlaylistPermission::View]);
        assert_eq!(asked.role(), None);
    }

    #[test]
    fn nobody_but_the_owner_changes_a_list_that_is_not_collaborative() {
        let alone = Access { is_collaborative: false, ..editor() };
        assert_eq!(alone.permissions(), [PlaylistPermission::View]);
        assert_eq!(alone.role(), Some(CollaboratorRole::Editor));
    }

    #[test]
    fn rules_alone_fill_a_smart_list_and_nobody_votes_where_voting_is_off() {
        let smart = Access { person: Some(OWNER), is_dynamic: true, voting_enabled: false, ..list() };
        for permission in [PlaylistPermission::AddTracks, PlaylistPermission::Vote, PlaylistPermission::LockItems] {
            assert!(!smart.may(permission), "{permission:?}");
        }
        assert!(smart.may(PlaylistPermission::ChangeDetails));
    }

    #[test]
    fn an_administrator_may_help_with_any_list() {
        let administrator = Access { administers: true, is_collaborative: false, ..list() };
        assert_eq!(administrator.permissions(), PlaylistPermission::ALL);
        assert_eq!(administrator.role(), None);
    }
}
