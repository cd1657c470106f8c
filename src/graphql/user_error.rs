//! What the caller of a mutation can mend, as types.

use async_graphql::{Enum, ID, Interface, SimpleObject};

use crate::error::{Reason, Rejection};

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
    /// It names the caller, where somebody else is meant.
    SelfReference,
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
        }
    }
}

impl From<Rejection> for UserError {
    fn from(rejection: Rejection) -> Self {
        let Rejection { reason, path, rule, message, missing_id } = rejection;
        let (code, path) = (reason.into(), Some(path));
        match missing_id {
            Some(id) => Self::NotFoundError(NotFoundError { message, code, path, missing_id: id.into() }),
            None => Self::ValidationError(ValidationError { message, code, path, rule: rule.to_owned() }),
        }
    }
}
