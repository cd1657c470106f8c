//! What the caller may still spend, as a field.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};

use super::access::cost;
use super::api::Paid;
use super::scalars::Long;

/// What the caller may still spend. Each object that an operation may fetch is a point.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// Points that a full bucket holds.
    maximum_available: Long,
    /// Points left, after this operation was paid at its requested cost.
    currently_available: Long,
    /// Points that come back each second.
    restore_rate: Long,
    /// When the bucket is full again, if nothing more is asked.
    reset_at: DateTime<Utc>,
    /// What this operation may cost at most; what it does not use comes back after it.
    requested_query_cost: Long,
}

/// What callers may spend.
#[derive(Default)]
pub struct RateLimitQueries;

/// What callers may spend.
#[Object]
impl RateLimitQueries {
    /// What the caller may still spend: somebody who has signed in for themself, all others for their
    /// address together. None where anything may be asked. To ask for this alone costs nothing.
    #[graphql(directive = cost::apply(0))]
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<RateLimit> {
        let Paid { standing, requested } = *ctx.data_opt::<Paid>()?;
        let long = |points: u64| Long(i64::try_from(points).unwrap_or(i64::MAX));
        let full_in = TimeDelta::from_std(standing.full_in()).unwrap_or(TimeDelta::MAX);
        Some(RateLimit {
            maximum_available: long(standing.maximum),
            currently_available: long(standing.available),
            restore_rate: long(standing.restored_per_second),
            reset_at: Utc::now().checked_add_signed(full_in).unwrap_or(DateTime::<Utc>::MAX_UTC),
            requested_query_cost: long(requested),
        })
    }
}
