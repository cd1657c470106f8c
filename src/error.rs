//! The one error of the project, blind to how it is told.
//!
//! Every kind stands for something a caller would react to in another way; `graphql/error.rs`
//! alone turns kinds into GraphQL codes and `cli/` into exit messages. A cause is kept for the
//! log and never shown.

use std::error::Error as StdError;
use std::time::Duration;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks a rule that the caller can read and mend.
    #[error("{message}")]
    Invalid {
        /// Path into the arguments, outermost name first.
        path: Vec<String>,
        /// A sentence: what was wrong, with the value, and what would be right.
        message: String,
    },
    /// Values of the input that the caller can mend, all that were found.
    #[error("{}", first_message(.0))]
    Rejected(Vec<Rejection>),
    /// Too many tries in a short time; a later one may succeed.
    #[error("{message}")]
    Throttled {
        /// A sentence.
        message: String,
        /// When to come back.
        retry_after: Duration,
    },
    /// Nothing is there, or nothing the caller may know of.
    #[error("{0}")]
    NotFound(String),
    /// The caller has to sign in first.
    #[error("{0}")]
    Unauthenticated(String),
    /// The caller may see it but not do this to it.
    #[error("{0}")]
    Forbidden(String),
    /// Somebody else was faster, or the thing exists already.
    #[error("{0}")]
    Conflict(String),
    /// A time limit ended the work.
    #[error("{0}")]
    Timeout(String),
    /// The database, or something else we depend on, cannot serve now; trying later may help.
    #[error("{0}")]
    Unavailable(String),
    /// The caller did not take what they asked for in time; asking again goes on from there.
    #[error("{0}")]
    TooSlow(String),
    /// The program cannot start or go on as it is set up; the sentence is for the operator.
    #[error("{0}")]
    Setup(String),
    /// A fault of ours. The cause goes to the log only.
    #[error("Internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// Why a value of the input is not taken, as far as a program can react to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
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
    /// It proves nothing.
    WrongPassword,
    /// It names the caller, where somebody else is meant.
    SelfReference,
    /// Something was changed meanwhile, so that it would no longer do what was meant.
    Conflict,
    /// It is there already, and may not be twice.
    Duplicate,
    /// It is more than one person may have.
    QuotaExceeded,
    /// It is locked.
    Locked,
    /// It is for several people, and this is one person's.
    NotCollaborative,
    /// It follows from rules.
    IsSmart,
    /// It is more at once than is taken.
    TooManyItems,
}

/// What a program needs to know to mend a value, beside the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facts {
    /// The global id that names nothing.
    Missing(String),
    /// What the caller would have to be allowed, and what they are, in the words of the database.
    Right {
        /// The permission.
        needed: &'static str,
        /// The role.
        held: Option<&'static str>,
    },
    /// A bound, and how much of it is used.
    Quota {
        /// The most there may be.
        limit: i32,
        /// What there is.
        used: i32,
    },
    /// A version that is no longer the current one.
    Version {
        /// Key of the thing that has versions.
        of: i64,
        /// The version that the caller knew.
        expected: i32,
        /// The version it has.
        current: i32,
    },
    /// Keys of the rows that are in the way.
    Rows(Vec<i64>),
}

/// One value of the input that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// Path into the arguments, outermost name first.
    pub path: Vec<String>,
    /// The rule's name, stable for programs.
    pub rule: &'static str,
    /// A sentence: what was wrong and what would be right.
    pub message: String,
    /// What else there is to know.
    pub facts: Option<Facts>,
}

fn first_message(rejections: &[Rejection]) -> &str {
    rejections.first().map_or("the input is not taken", |rejection| rejection.message.as_str())
}

impl Rejection {
    /// A value at a dotted path, like `input.email`, and the rule that it breaks.
    pub fn new(reason: Reason, path: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self { reason, path: path.split('.').map(str::to_owned).collect(), rule, message: message.into(), facts: None }
    }

    /// An id at a dotted path that names nothing, or nothing the caller may know of.
    pub fn missing(path: &str, rule: &'static str, global_id: String, message: impl Into<String>) -> Self {
        Self::new(Reason::NotFound, path, rule, message).with(Facts::Missing(global_id))
    }
}

impl Rejection {
    /// The same with what else there is to know.
    #[must_use]
    pub fn with(self, facts: Facts) -> Self {
        Self { facts: Some(facts), ..self }
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(vec![rejection])
    }
}

impl Error {
    /// Input of one argument that breaks a rule.
    pub fn invalid(argument: &str, message: impl Into<String>) -> Self {
        Self::Invalid { path: vec![argument.to_owned()], message: message.into() }
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A sentence for the operator: what is wrong with the set-up and what would be right.
    pub fn setup(message: impl Into<String>) -> Self {
        Self::Setup(message.into())
    }

    /// Puts `name` in front of the path of an [`Error::Invalid`]; other kinds stay as they are.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        if let Self::Invalid { path, .. } = &mut self {
            path.insert(0, name.to_owned());
        }
        self
    }
}
