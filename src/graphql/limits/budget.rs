//! What one caller may spend: a bucket of points that fills again with time.
//!
//! The cost of an operation must fit before it is run. A caller is an address for now. Buckets of
//! callers that were not seen for longest are forgotten first; a forgotten one starts full.
//! Source: Shopify, "GraphQL Admin API rate limits" (leaky bucket, requested cost up front).

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_graphql::{ServerError, Value, value};
use lru::LruCache;

use crate::graphql::error::request_error;

/// Callers whose buckets are kept.
const MAX_CALLERS: NonZeroUsize = NonZeroUsize::new(100_000).expect("it is not zero");

/// Every caller's points.
pub struct Budget {
    maximum: u64,
    restored_per_second: u64,
    buckets: Mutex<LruCache<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    points: f64,
    at: Instant,
}

/// A caller's bucket after an operation was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Points a full bucket holds.
    pub maximum: u64,
    /// Points left.
    pub available: u64,
    /// Points that come back each second.
    pub restored_per_second: u64,
}

/// An operation that the caller cannot pay now.
#[derive(Debug)]
pub struct Throttled {
    /// The error for the caller.
    pub error: ServerError,
    /// When the bucket holds enough.
    pub retry_after: Duration,
}

impl Budget {
    /// Buckets of this size, filled at this speed.
    #[must_use]
    pub fn new(maximum: u64, restored_per_second: u64) -> Self {
        Self {
            maximum: maximum.max(1),
            restored_per_second: restored_per_second.max(1),
            buckets: Mutex::new(LruCache::new(MAX_CALLERS)),
        }
    }

    /// Takes the cost of an operation, one point at least, from the caller's bucket.
    ///
    /// # Errors
    /// `Throttled` when the bucket does not hold enough; nothing is taken then.
    pub fn take(&self, caller: IpAddr, cost: u64) -> Result<Standing, Box<Throttled>> {
        self.take_at(caller, cost, Instant::now())
    }

    #[expect(clippy::cast_precision_loss, reason = "points are far below 2^52")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points are never negative")]
    fn take_at(&self, caller: IpAddr, cost: u64, now: Instant) -> Result<Standing, Box<Throttled>> {
        let (maximum, speed) = (self.maximum as f64, self.restored_per_second as f64);
        // What costs more than a bucket holds could never be paid: a full one pays it.
        let cost = (cost.max(1) as f64).min(maximum);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get_or_insert_mut(caller, || Bucket { points: maximum, at: now });
        let restored = now.saturating_duration_since(bucket.at).as_secs_f64() * speed;
        bucket.points = (bucket.points + restored).min(maximum);
        bucket.at = now;
        if bucket.points < cost {
            let retry_after = Duration::from_secs_f64((cost - bucket.points) / speed);
            let standing = self.standing(bucket.points as u64);
            return Err(Box::new(Throttled::new(retry_after, standing)));
        }
        bucket.points -= cost;
        Ok(self.standing(bucket.points as u64))
    }

    fn standing(&self, available: u64) -> Standing {
        Standing { maximum: self.maximum, available, restored_per_second: self.restored_per_second }
    }
}

impl Standing {
    /// The standing as told in `extensions.cost.throttleStatus`.
    #[must_use]
    pub fn to_value(self) -> Value {
        value!({
            "maximumAvailable": (self.maximum),
            "currentlyAvailable": (self.available),
            "restoreRate": (self.restored_per_second),
        })
    }
}

impl Throttled {
    fn new(retry_after: Duration, standing: Standing) -> Self {
        let mut error = request_error(
            "THROTTLED",
            format!(
                "too much was asked from this address in a short time; ask again in {} s",
                retry_after.as_secs_f64().ceil()
            ),
        );
        if let Some(extensions) = &mut error.extensions {
            extensions.set("throttleStatus", standing.to_value());
        }
        Self { error, retry_after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

    #[test]
    fn a_bucket_empties_by_cost_and_fills_with_time() {
        let budget = Budget::new(100, 10);
        let start = Instant::now();
        let left =
            |cost, at| budget.take_at(HERE, cost, at).map(|standing| standing.available).map_err(|t| t.retry_after);
        assert_eq!(left(60, start), Ok(40));
        assert_eq!(left(0, start), Ok(39));
        assert_eq!(left(59, start), Err(Duration::from_secs(2)));
        assert_eq!(left(59, start + Duration::from_secs(2)), Ok(0));
        assert_eq!(left(1, start + Duration::from_secs(3600)), Ok(99));
    }

    #[test]
    fn callers_do_not_pay_for_each_other() {
        let budget = Budget::new(10, 1);
        let now = Instant::now();
        assert!(budget.take_at(HERE, 10, now).is_ok());
        assert!(budget.take_at(HERE, 1, now).is_err());
        assert!(budget.take_at(THERE, 10, now).is_ok());
    }

    #[test]
    fn what_costs_more_than_a_bucket_is_paid_by_a_full_one() {
        let budget = Budget::new(10, 1);
        assert_eq!(budget.take_at(HERE, 1_000, Instant::now()).map(|standing| standing.available).ok(), Some(0));
    }
}
