//! Mutations of accounts.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::profile::{MusicProfileInput, MusicProfilePayload};
use super::token::{AuthPayload, BooleanPayload, IssueTokenInput, TokenPayload, UserPayload};
use crate::account::api_token::{self, ApiTokenId};
use crate::account::change::Changes;
use crate::account::profile;
use crate::account::scope::Scope;
use crate::account::sign_in::Registration;
use crate::account::user::{self, UserById, UserId};
use crate::error::Rejection;
use crate::graphql::access::{Needs, requires};
use crate::graphql::context::{accounts, address, database, loaders, require_viewer};
use crate::graphql::filter::decode_id;
use crate::graphql::scalars::{LanguageTag, SecretText};
use crate::playlist::succession;

/// What somebody registers with.
#[derive(InputObject)]
pub struct RegisterInput {
    /// A name to sign in with and to be shown by: 2 to 80 of a to z, 0 to 9, dot, underscore and
    /// hyphen, unlike any that is there.
    username: String,
    /// An e-mail address, at most 254 characters.
    email: String,
    /// A password, 8 characters at least and 512 bytes at most.
    password: SecretText,
    /// The language they use; English without it.
    language: Option<LanguageTag>,
}

/// What somebody signs in with.
#[derive(InputObject)]
pub struct LoginInput {
    /// Name or e-mail address, whatever the case.
    username_or_email: String,
    /// The password.
    password: SecretText,
}

/// What of one's account is to change; what is left out stays.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Another name, with the rules of `register`.
    username: Option<String>,
    /// Another e-mail address.
    email: Option<String>,
    /// Another language.
    language: Option<LanguageTag>,
}

/// Mutations of accounts.
#[derive(Default)]
pub struct AccountMutations;

/// Mutations of accounts.
#[Object]
impl AccountMutations {
    /// Makes an account and signs in with it. Access: everybody, unless registration is closed.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: RegisterInput,
    ) -> Result<AuthPayload> {
        let registration = Registration {
            username: input.username,
            email: input.email,
            password: input.password.0,
            language: input.language.map(|tag| tag.0),
        };
        let outcome = accounts(ctx)?.register(database(ctx)?, registration, address(ctx)).await;
        Ok(AuthPayload::of(outcome)?)
    }

    /// Signs in. A name that nobody has and a wrong password get one answer. Access: everybody.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name and password.")] input: LoginInput,
    ) -> Result<AuthPayload> {
        let (named, password) = (&input.username_or_email, &input.password.0);
        let outcome = accounts(ctx)?.sign_in(database(ctx)?, named, password, address(ctx)).await;
        Ok(AuthPayload::of(outcome)?)
    }

    /// Exchanges a refresh token for new tokens. It is good for one exchange: a second one ends the
    /// session, since somebody else may have it. Access: whoever has the token.
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] token: SecretText,
    ) -> Result<AuthPayload> {
        let outcome = match accounts(ctx)?.refresh(database(ctx)?, token.0.reveal()).await {
            Ok((tokens, user)) => match loaders(ctx)?.load_one(UserById(user)).await? {
                Some(user) => Ok((tokens, user)),
                None => Err(crate::account::viewer::refusal()),
            },
            Err(error) => Err(error),
        };
        Ok(AuthPayload::of(outcome)?)
    }

    /// Signs out: ends the session or token that calls, at once. Access: whoever has signed in.
    #[graphql(guard = "Needs::Viewer")]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Ends every session of the person and every token they issued; a session is needed.",
            default
        )]
        everywhere: bool,
    ) -> Result<BooleanPayload> {
        if everywhere {
            Needs::Session.require(ctx)?;
        }
        let outcome = accounts(ctx)?.sign_out(database(ctx)?, require_viewer(ctx)?, everywhere).await;
        Ok(BooleanPayload::of(outcome)?)
    }

    /// Issues a token for a program. Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn issue_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: IssueTokenInput,
    ) -> Result<TokenPayload> {
        let viewer = require_viewer(ctx)?;
        let mut conn = database(ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = api_token::issue(&mut transaction, viewer.user, viewer.is_admin, input.into()).await;
        Ok(TokenPayload::of(transaction.end(outcome).await)?)
    }

    /// Revokes a token of one's own, at once. Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the token.")] id: ID,
    ) -> Result<BooleanPayload> {
        let token: ApiTokenId = decode_id("id", &id)?;
        let mut conn = database(ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let revoked = api_token::revoke(&mut transaction, require_viewer(ctx)?.user, token).await;
        let outcome = match transaction.end(revoked).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Rejection::missing("id", "token.exists", id.0, "you have no such token").into()),
            Err(error) => Err(error),
        };
        Ok(BooleanPayload::of(outcome)?)
    }

    /// Changes the password. Every session and token from before ends at once; new tokens are given.
    /// Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password until now.")] current: SecretText,
        #[graphql(desc = "The new one, 8 characters at least and 512 bytes at most.")] new: SecretText,
    ) -> Result<AuthPayload> {
        let viewer = require_viewer(ctx)?;
        let outcome = accounts(ctx)?.change_password(database(ctx)?, viewer, &current.0, &new.0).await;
        Ok(AuthPayload::of(outcome)?)
    }

    /// Changes one's own name, address or language. Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateUserInput,
    ) -> Result<UserPayload> {
        let changes =
            Changes { username: input.username, email: input.email, language: input.language.map(|tag| tag.0) };
        let outcome = accounts(ctx)?.change(database(ctx)?, require_viewer(ctx)?, changes).await;
        Ok(UserPayload::of(outcome)?)
    }

    /// Says what one likes to hear. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn update_music_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: MusicProfileInput,
    ) -> Result<MusicProfilePayload> {
        let outcome = match input.changes(ctx).await {
            Ok(changes) => {
                let mut conn = database(ctx)?.conn().await?;
                let mut transaction = conn.begin().await?;
                let outcome = profile::update(&mut transaction, require_viewer(ctx)?.user, changes).await;
                transaction.end(outcome).await
            }
            Err(error) => Err(error),
        };
        Ok(MusicProfilePayload::of(outcome)?)
    }

    /// Ends one's own account, with all that is theirs alone. What they did in other people's
    /// playlists stays, without their name; the last administrator stays. Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password.")] password: SecretText,
        #[graphql(desc = "Global id of the person who gets the playlists; without it they end with the account.")]
        transfer_playlists_to: Option<ID>,
    ) -> Result<BooleanPayload> {
        let heir = transfer_playlists_to.map(|id| decode_id("transferPlaylistsTo", &id)).transpose()?;
        let (database, viewer) = (database(ctx)?, require_viewer(ctx)?);
        let outcome = succession::close_account(database, accounts(ctx)?, viewer, &password.0, heir).await;
        Ok(BooleanPayload::of(outcome)?)
    }

    /// Opens or closes an account. Closing ends its sessions and tokens at once; the last
    /// administrator's cannot be closed. Access: scope ADMIN.
    #[graphql(guard = "Needs::Scope(Scope::Admin)", directive = requires::apply(Scope::Admin))]
    async fn set_user_active(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the person.")] user_id: ID,
        #[graphql(desc = "Whether the account is to be open.")] active: bool,
    ) -> Result<UserPayload> {
        let user: UserId = decode_id("userId", &user_id)?;
        let mut conn = database(ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = user::set_active(&mut transaction, user, active).await;
        Ok(UserPayload::of(transaction.end(outcome).await)?)
    }

    /// Makes somebody an administrator, or one no longer; the last one stays. Access: scope ADMIN.
    #[graphql(guard = "Needs::Scope(Scope::Admin)", directive = requires::apply(Scope::Admin))]
    async fn set_user_admin(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the person.")] user_id: ID,
        #[graphql(desc = "Whether they are to run the server.")] admin: bool,
    ) -> Result<UserPayload> {
        let user: UserId = decode_id("userId", &user_id)?;
        let mut conn = database(ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = user::set_admin(&mut transaction, user, admin).await;
        Ok(UserPayload::of(transaction.end(outcome).await)?)
    }
}
