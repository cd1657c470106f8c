//! What the caller of a mutation can mend, as types.

use async_graphql::{ComplexObject, Context, Enum, ID, Interface, Result, SimpleObject};

use super::collaboration::activity::PlaylistActivity;
use super::connection::args;
use super::context::loaders;
use super::playlist::item::PlaylistItem;
use crate::child_page;
use crate::collaboration::activity::ActivitiesOfPlaylist;
use crate::collaboration::collaborator::{CollaboratorRole, PlaylistPermission};
use crate::db::{PageRequest, page};
use crate::error::{Facts, Reason, Rejection};
use crate::playlist::item::{ItemOfPart, PlaylistItemId};

/// A problem that the caller can mend. Never used for faults of the server or outages.
#[derive(Debug, Interface)]
#[graphql(
    field(name = "message", ty = "&String", desc = "An English sentence: what was wrong and what would be right."),
    field(name = "code", ty = "&UserErrorCode", desc = "Stable, for programs."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "Path into the arguments, outermost name first, like [\"input\", \"email\"]."
    )
)]
pub enum UserError {
    ValidationError(ValidationError),
    NotFoundError(NotFoundError),
    PermissionError(PermissionError),
    VersionConflictError(VersionConflictError),
    DuplicateItemsError(DuplicateItemsError),
    QuotaExceededError(QuotaExceededError),
    LockedItemsError(LockedItemsError),
}

/// A value that is not taken.
#[derive(Debug, SimpleObject)]
pub struct ValidationError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    /// The rule that the value breaks, like `email.form`; stable.
    rule: String,
}

/// An id that names nothing, or nothing the caller may know of.
#[derive(Debug, SimpleObject)]
pub struct NotFoundError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    /// The id.
    missing_id: ID,
}

/// Something that the caller may not do to a playlist that they see.
#[derive(Debug, SimpleObject)]
pub struct PermissionError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    /// The permission that it needs.
    needed: Option<PlaylistPermission>,
    /// What the caller is to the playlist; none for whoever takes no part.
    current_role: Option<CollaboratorRole>,
}

/// A playlist that moved on in a way that the call cannot be carried across.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct VersionConflictError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    /// The version that the caller knew.
    expected_version: i32,
    /// The version that the playlist has.
    current_version: i32,
    #[graphql(skip)]
    playlist: i64,
}

/// A playlist that moved on in a way that the call cannot be carried across.
#[ComplexObject]
impl VersionConflictError {
    /// What happened since `expectedVersion`, the oldest first, at most 100.
    async fn missed(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistActivity>> {
        let page = PageRequest::new(&args(None, None, Some(page::MAX_PAGE_SIZE), None), ActivitiesOfPlaylist::order())?;
        let list = ActivitiesOfPlaylist { after_version: Some(self.expected_version), types: None, by: None, page };
        let (page, _) = child_page!(ctx, self.playlist, list);
        Ok(page.rows.into_iter().rev().map(|edge| PlaylistActivity(edge.row)).collect())
    }
}

/// Tracks that are in a playlist already, where each may stand once.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct DuplicateItemsError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    #[graphql(skip)]
    items: Vec<i64>,
}

/// Tracks that are in a playlist already, where each may stand once.
#[ComplexObject]
impl DuplicateItemsError {
    /// The entries of these tracks; none for tracks that the call itself named twice.
    async fn existing(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistItem>> {
        standing(ctx, &self.items).await
    }
}

/// More entries than one person may have in a playlist.
#[derive(Debug, SimpleObject)]
pub struct QuotaExceededError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    /// The entries that one person may have.
    limit: i32,
    /// The entries that the caller has.
    used: i32,
}

/// Entries that are locked to their place.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct LockedItemsError {
    /// An English sentence: what was wrong and what would be right.
    message: String,
    /// Stable, for programs.
    code: UserErrorCode,
    /// Path into the arguments, outermost name first, like ["input", "email"].
    path: Option<Vec<String>>,
    #[graphql(skip)]
    locked: Vec<i64>,
}

/// Entries that are locked to their place.
#[ComplexObject]
impl LockedItemsError {
    /// The locked ones among those that were named.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistItem>> {
        standing(ctx, &self.locked).await
    }
}

async fn standing(ctx: &Context<'_>, items: &[i64]) -> Result<Vec<PlaylistItem>> {
    let keys: Vec<ItemOfPart> = items.iter().map(|key| ItemOfPart(PlaylistItemId(*key))).collect();
    let mut found = loaders(ctx)?.load_many(keys.clone()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).map(PlaylistItem::from).collect())
}

/// Why a value of the input is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// It breaks a rule of its form.
    Invalid,
    /// It is missing or empty.
    Required,
    /// It is longer than allowed.
    TooLong,
    /// It is less or more than allowed.
    OutOfRange,
    /// It names nothing, or nothing the caller may know of.
    NotFound,
    /// Something else has it already.
    AlreadyExists,
    /// It would do what may not be done.
    Forbidden,
    /// It no longer holds.
    Expired,
    /// It proves nothing: the password, or the name with it, is wrong.
    WrongPassword,
    /// It names the caller, or the thing itself, where another is meant.
    SelfReference,
    /// Something was changed meanwhile, so that it would no longer do what was meant.
    Conflict,
    /// It is there already, and may not be twice.
    Duplicate,
    /// It is more than one person may have.
    QuotaExceeded,
    /// It is locked.
    Locked,
    /// The playlist is not for several people.
    NotCollaborative,
    /// The playlist follows from rules.
    IsSmart,
    /// It is more at once than is taken.
    TooManyItems,
}

impl From<Reason> for UserErrorCode {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Invalid => Self::Invalid,
            Reason::Required => Self::Required,
            Reason::TooLong => Self::TooLong,
            Reason::OutOfRange => Self::OutOfRange,
            Reason::NotFound => Self::NotFound,
            Reason::AlreadyExists => Self::AlreadyExists,
            Reason::Forbidden => Self::Forbidden,
            Reason::Expired => Self::Expired,
            Reason::WrongPassword => Self::WrongPassword,
            Reason::SelfReference => Self::SelfReference,
            Reason::Conflict => Self::Conflict,
            Reason::Duplicate => Self::Duplicate,
            Reason::QuotaExceeded => Self::QuotaExceeded,
            Reason::Locked => Self::Locked,
            Reason::NotCollaborative => Self::NotCollaborative,
            Reason::IsSmart => Self::IsSmart,
            Reason::TooManyItems => Self::TooManyItems,
        }
    }
}

impl From<Rejection> for UserError {
    fn from(rejection: Rejection) -> Self {
        let Rejection { reason, path, rule, message, facts } = rejection;
        let (code, path) = (UserErrorCode::from(reason), Some(path));
        match facts {
            Some(Facts::Missing(id)) => {
                Self::NotFoundError(NotFoundError { message, code, path, missing_id: id.into() })
            }
            Some(Facts::Right { needed, held }) => Self::PermissionError(PermissionError {
                message,
                code,
                path,
                needed: PlaylistPermission::from_word(needed),
                current_role: held.and_then(CollaboratorRole::from_word),
            }),
            Some(Facts::Quota { limit, used }) => {
                Self::QuotaExceededError(QuotaExceededError { message, code, path, limit, used })
            }
            Some(Facts::Version { of, expected, current }) => Self::VersionConflictError(VersionConflictError {
                message,
                code,
                path,
                expected_version: expected,
                current_version: current,
                playlist: of,
            }),
            Some(Facts::Rows(items)) if code == UserErrorCode::Duplicate => {
                Self::DuplicateItemsError(DuplicateItemsError { message, code, path, items })
            }
            Some(Facts::Rows(locked)) => Self::LockedItemsError(LockedItemsError { message, code, path, locked }),
            None => Self::ValidationError(ValidationError { message, code, path, rule: rule.to_owned() }),
        }
    }
}
