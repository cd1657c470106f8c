//! The page: what a request for a signed-in person's own library asks of the database.

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer};
use searxng_cool_music::catalog::track::Track;
use searxng_cool_music::db::{Actor, Statement};

use super::Side;

/// Entries of a page.
pub const SIZE: i64 = 50;

type Entry = ((i64, i64, Option<i32>, Option<String>), (bool, i32, Option<DateTime<Utc>>, DateTime<Utc>));

/// What came back, to be compared.
#[derive(Debug, PartialEq)]
pub struct Page {
    entries: Vec<Entry>,
    titles: Vec<String>,
}

/// Looks the token up, reads the newest entries, then their tracks: a connection for each, as a
/// request has it.
pub async fn of(side: &Side, user: i64) -> Result<Page> {
    look_up(side, user).await?;
    let pool = side.pool.acting(Actor { user: side.has_wall.then_some(user), ..Actor::default() });

    let mut statement = Statement::new(
        "select l.id, l.track_id, l.rating, l.notes, l.is_favorite, l.play_count, l.last_played_at, l.added_at
         from user_library l where l.user_id = ",
    );
    statement.bind::<BigInt, _>(user).push(" order by l.added_at desc, l.id desc limit ");
    statement.bind::<BigInt, _>(SIZE + 1);
    if side.has_wall {
        statement.private();
    }
    let entries: Vec<Entry> = statement.load(&mut pool.conn().await?).await?;

    let mut statement = Statement::new("select ");
    statement.push(Track::COLUMNS).push(" from tracks t where t.id = any(");
    statement.keys::<BigInt, _>(entries.iter().map(|entry| entry.0.1)).push(")");
    let tracks: Vec<Track> = statement.load(&mut pool.conn().await?).await?;
    let mut titles: Vec<String> = tracks.into_iter().map(|track| track.title).collect();
    titles.sort_unstable();
    Ok(Page { entries, titles })
}

/// The token's session. A generated world has none, so both sides look for one that is not there.
async fn look_up(side: &Side, user: i64) -> Result<()> {
    let mut statement = if side.has_wall {
        Statement::new("select auth.session_holder(")
    } else {
        Statement::new(
            "select u.is_admin from users u join auth.sessions s on s.user_id = u.id
             where u.is_active and s.ended_at is null and s.token_version = u.token_version and s.id = ",
        )
    };
    statement.bind::<BigInt, _>(user);
    statement.push(if side.has_wall { ", " } else { " and u.id = " }).bind::<BigInt, _>(user);
    statement.push(if side.has_wall { ", " } else { " and u.token_version = " }).bind::<Integer, _>(0);
    if side.has_wall {
        statement.push(")");
    }
    let _: Option<Option<bool>> = statement.first(&mut side.pool.conn().await?).await?;
    Ok(())
}
