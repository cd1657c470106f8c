//! Votes on entries. Table `playlist_track_votes`: one row for a person and an entry.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::BigInt;

use super::access::Reader;
use crate::account::user::UserId;
use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, id_type, loader, row};

id_type! {
    /// Key of `playlist_track_votes`.
    VoteId for "PlaylistItemVote";
}

row! {
    /// One vote.
    Vote of "v" {
        id: VoteId,
        /// The entry's key.
        playlist_track_id: i64,
        /// Who voted.
        user_id: UserId,
        /// 1 or -1.
        vote_type: i32,
        voted_at: DateTime<Utc>,
    }
}

/// A vote by key, where a key opens its playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoteById(pub VoteId);
loader!(VoteById => Vote, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[VoteById]) -> Result<HashMap<VoteById, Vote>> {
    let mut statement = Statement::new("select ");
    statement.push(Vote::COLUMNS).push(
        " from playlist_track_votes v
        join playlist_tracks e on e.id = v.playlist_track_id
        join playlists pl on pl.id = e.playlist_id
        where pl.deleted_at is null and ",
    );
    Reader::of(conn.actor()).push_named(&mut statement);
    statement.push(" and v.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0)).push(")");
    let rows = statement.load::<Vote>(conn).await?;
    Ok(rows.into_iter().map(|vote| (VoteById(vote.id), vote)).collect())
}

/// The votes on an entry, the newest first.
#[derive(Debug)]
pub struct VotesOfItem {
    /// The page asked for.
    pub page: PageRequest,
}

impl VotesOfItem {
    /// By the instant of the vote.
    #[must_use]
    pub fn order() -> Order {
        let voted = SortKey::new("voted", "v.voted_at", KeyType::Instant);
        Order::new(vec![(voted, Direction::Desc, Nulls::Last)], "v.id", Direction::Desc)
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: Vote::COLUMNS,
            tables: "playlist_track_votes v",
            condition: "v.playlist_track_id = p.parent",
        }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(VotesOfItem => Vote);
