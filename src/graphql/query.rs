//! The root of queries.

use async_graphql::MergedObject;

use super::operations::audit::AuditQueries;
use super::rate_limit::RateLimitQueries;
use super::schema::PublicQueries;

/// Everything that can be asked for.
#[derive(MergedObject, Default)]
pub struct Query(PublicQueries, AuditQueries, RateLimitQueries);
