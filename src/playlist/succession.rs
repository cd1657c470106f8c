//! What becomes of a person's playlists when their account ends: somebody else gets them, or they
//! end as well.

use diesel::sql_types::BigInt;

use crate::account::accounts::Accounts;
use crate::account::change;
use crate::account::user::UserId;
use crate::account::viewer::Viewer;
use crate::collaboration::{activity, collaborator};
use crate::db::{Conn, Database, Statement};
use crate::error::{Reason, Rejection, Result};
use crate::ids;
use crate::secrets::Secret;

const HEIR: &str = "transferPlaylistsTo";

/// Ends the caller's account. Their playlists go to the heir, or end with it.
///
/// # Errors
/// `Rejected` when the password is wrong, the heir is nobody or the caller, or the caller is the
/// last administrator; `Throttled` after several wrong passwords.
pub async fn close_account(
    database: &Database,
    accounts: &Accounts,
    viewer: &Viewer,
    password: &Secret,
    heir: Option<UserId>,
) -> Result<()> {
    if heir == Some(viewer.user) {
        let message = "you cannot hand your playlists to yourself";
        return Err(Rejection::new(Reason::SelfReference, HEIR, "heir.other", message).into());
    }
    accounts.confirm(database, viewer, password).await?;
    let mut conn = database.conn().await?;
    let mut transaction = conn.begin().await?;
    let outcome = close(&mut transaction, viewer, heir).await;
    transaction.end(outcome).await
}

async fn close(conn: &mut Conn, viewer: &Viewer, heir: Option<UserId>) -> Result<()> {
    if let Some(heir) = heir {
        hand_over(conn, viewer.user, heir).await?;
    }
    remove_all(conn, viewer.user).await?;
    change::delete(conn, viewer).await
}

/// Hands every playlist and folder that is not deleted to another person, as a change of its own.
async fn hand_over(conn: &mut Conn, from: UserId, to: UserId) -> Result<()> {
    // Nobody closes the heir's account meanwhile.
    let mut statement = Statement::new("select true from users where is_active and id = ");
    statement.bind::<BigInt, _>(to.0).push(" for share");
    if statement.first::<bool>(conn).await?.is_none() {
        return Err(Rejection::missing(HEIR, "user.exists", ids::encode(to), "there is no such person").into());
    }
    // What was deleted goes with its owner; a folder stays for what lies in it.
    let mut statement =
        Statement::new("delete from playlists where deleted_at is not null and not folder_type and owner_id = ");
    statement.bind::<BigInt, _>(from.0);
    statement.execute(conn).await?;
    let mut statement = Statement::new("update playlists p set owner_id = ");
    statement.bind::<BigInt, _>(to.0).push(", version = version + 1, last_modified_by = null where p.owner_id = ");
    statement.bind::<BigInt, _>(from.0).push(" returning p.id, p.version");
    let changed: Vec<(i64, i32)> = statement.load(conn).await?;
    collaborator::remove_owner(conn, changed.iter().map(|(id, _)| *id).collect(), to).await?;
    activity::note_transfers(conn, &changed, from, to).await
}

/// Ends every playlist of a person that is left.
async fn remove_all(conn: &mut Conn, owner: UserId) -> Result<()> {
    let mut statement = Statement::new("delete from playlists where owner_id = ");
    statement.bind::<BigInt, _>(owner.0);
    statement.execute(conn).await.map(drop)
}
