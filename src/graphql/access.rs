//! Who may use a field: the one guard, and how the schema tells it.
//!
//! The description of a field that is not for everybody says "Access:" and whom it is for, in the
//! words of [`Needs`]. Whoever has not signed in gets `UNAUTHENTICATED`, whoever may not `FORBIDDEN`;
//! what a person may not even know of is null instead.

use async_graphql::{Context, Guard, Result, TypeDirective};

use super::context::{require_viewer, viewer};
use crate::account::scope::Scope;
use crate::account::user::UserId;
use crate::account::viewer::Proof;
use crate::error::Error;

/// What a field needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// "Access: whoever has signed in." A session, or a token of any scope.
    Viewer,
    /// "Access: a session." Somebody who signed in with a password; not a program with a token,
    /// which could otherwise gain more than it was given.
    Session,
    /// "Access: scope …" Such a scope.
    Scope(Scope),
    /// "Access: a session of an administrator."
    AdministratorSession,
}

impl Needs {
    /// Looks whether the caller has it.
    ///
    /// # Errors
    /// `Unauthenticated` or `Forbidden`.
    pub fn require(self, ctx: &Context<'_>) -> crate::error::Result<()> {
        let viewer = require_viewer(ctx)?;
        let forbidden = |message: &str| Err(Error::Forbidden(message.to_owned()));
        let is_session = matches!(viewer.proof, Proof::Session(_));
        match self {
            Self::Viewer => Ok(()),
            Self::Session | Self::AdministratorSession if !is_session => {
                forbidden("a token of a program may not do this; sign in with the password")
            }
            Self::Session => Ok(()),
            Self::AdministratorSession if !viewer.is_admin => forbidden("this is for administrators"),
            Self::AdministratorSession => Ok(()),
            Self::Scope(scope) if viewer.may(scope) => Ok(()),
            Self::Scope(scope) => {
                forbidden(&format!("this needs the scope {}", async_graphql::resolver_utils::enum_value(scope)))
            }
        }
    }
}

impl Guard for Needs {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        Ok(self.require(ctx)?)
    }
}

/// Whether a person asks for what is theirs.
#[must_use]
pub fn is_self(ctx: &Context<'_>, person: UserId) -> bool {
    viewer(ctx).is_some_and(|viewer| viewer.user == person && viewer.may(Scope::Read))
}

/// Whether a person asks for what is theirs, or an administrator does.
#[must_use]
pub fn is_self_or_administrator(ctx: &Context<'_>, person: UserId) -> bool {
    is_self(ctx, person) || viewer(ctx).is_some_and(|viewer| viewer.may(Scope::Admin))
}

/// Points that a field counts for in the budget of the caller; without it a mutation counts 10, and
/// everything else 1 for each object that it gives.
#[TypeDirective(location = "FieldDefinition")]
pub fn cost(#[graphql(desc = "The points.")] weight: i32) {}

/// Scope that a caller needs. Enforced, not only documented.
#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn requires(#[graphql(desc = "The scope.")] scope: Scope) {}
