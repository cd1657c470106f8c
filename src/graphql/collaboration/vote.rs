//! Votes as a type.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::account::user::UserById;
use crate::collaboration::vote;
use crate::error::Error;
use crate::graphql::account::user::User;
use crate::graphql::context::loaders;
use crate::graphql::playlist::item::PlaylistItem;
use crate::playlist::item::{ItemOfPart, PlaylistItemId};
use crate::{connection, ids};

/// One person's vote on one entry of a playlist.
pub struct PlaylistItemVote(pub vote::Vote);

impl From<vote::Vote> for PlaylistItemVote {
    fn from(row: vote::Vote) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of votes.
    PlaylistItemVoteConnection,
    /// A vote in a list.
    PlaylistItemVoteEdge,
    PlaylistItemVote
}

/// One person's vote on one entry of a playlist.
#[Object]
impl PlaylistItemVote {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The entry.
    async fn item(&self, ctx: &Context<'_>) -> Result<PlaylistItem> {
        let key = ItemOfPart(PlaylistItemId(self.0.playlist_track_id));
        let found = loaders(ctx)?.load_one(key).await?;
        Ok(found.ok_or_else(|| Error::NotFound("the entry is gone".to_owned()))?.into())
    }

    /// Who voted; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(ctx)?.load_one(UserById(self.0.user_id)).await?.map(User))
    }

    /// 1 for, -1 against.
    async fn value(&self) -> i32 {
        self.0.vote_type
    }

    /// When the vote was cast or last changed.
    async fn voted_at(&self) -> DateTime<Utc> {
        self.0.voted_at
    }
}
