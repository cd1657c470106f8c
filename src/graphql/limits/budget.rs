//! What one caller may spend: a bucket of points that fills again with time.
//!
//! The requested cost of an operation must fit before it is run; what it did not use comes back
//! afterwards. Somebody who has signed in pays for themself, all others share their address's bucket.
//! Buckets of callers that were not seen for longest are forgotten first; a forgotten one starts full.
//! Source: Shopify, "GraphQL Admin API rate limits" (leaky bucket, requested cost up front, refund).

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_graphql::{ServerError, Value, value};
use lru::LruCache;

use crate::graphql::error::request_error;

/// Callers whose buckets are kept.
const MAX_CALLERS: NonZeroUsize = NonZeroUsize::new(100_000).expect("it is not zero");

/// Whose bucket pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payer {
    /// Somebody who has signed in, by their key.
    User(i64),
    /// Everybody else at an address.
    Address(IpAddr),
}

impl Payer {
    /// Whoever shares the address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(household(address))
    }
}

/// Who shares one allowance: an address of IPv4, a network of IPv6, which one client has whole
/// (RFC 6177).
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        IpAddr::V4(address) => IpAddr::V4(address),
    }
}

/// Every caller's points.
pub struct Budget {
    maximum: u64,
    restored_per_second: u64,
    buckets: Mutex<LruCache<Payer, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    points: f64,
    at: Instant,
}

/// A caller's bucket at a moment.
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
    /// The caller's bucket.
    pub standing: Standing,
}

/// Points that were taken for an operation, until it is known what it used.
pub struct Payment {
    budget: Arc<Budget>,
    payer: Payer,
    taken: u64,
    standing: Standing,
}

impl Payment {
    /// The payer's bucket after the payment.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Gives back what the operation did not use; the bucket after that.
    #[must_use]
    pub fn settle(self, used: u64) -> Standing {
        self.budget.give_back(self.payer, self.taken.saturating_sub(used))
    }
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

    /// Takes points from a bucket.
    ///
    /// # Errors
    /// `Throttled` when the bucket does not hold enough; nothing is taken then.
    pub fn take(self: &Arc<Self>, payer: Payer, points: u64) -> Result<Payment, Box<Throttled>> {
        let standing = self.take_at(payer, points, Instant::now())?;
        Ok(Payment { budget: self.clone(), payer, taken: points.min(self.maximum), standing })
    }

    /// Looks whether a bucket holds so many points.
    ///
    /// # Errors
    /// `Throttled` when it does not.
    pub fn check(&self, payer: Payer, points: u64) -> Result<(), Box<Throttled>> {
        self.change(payer, Instant::now(), |bucket| self.fits(bucket, points).map(drop))
    }

    /// Puts points back.
    pub fn give_back(&self, payer: Payer, points: u64) -> Standing {
        self.change(payer, Instant::now(), |bucket| {
            bucket.points = (bucket.points + float(points)).min(float(self.maximum));
            self.standing(bucket)
        })
    }

    fn take_at(&self, payer: Payer, points: u64, now: Instant) -> Result<Standing, Box<Throttled>> {
        self.change(payer, now, |bucket| {
            bucket.points -= self.fits(bucket, points)?;
            Ok(self.standing(bucket))
        })
    }

    /// Does something with a bucket as it is now.
    fn change<T>(&self, payer: Payer, now: Instant, work: impl FnOnce(&mut Bucket) -> T) -> T {
        let full = float(self.maximum);
        let mut buckets = self.lock();
        let bucket = buckets.get_or_insert_mut(payer, || Bucket { points: full, at: now });
        let restored = now.saturating_duration_since(bucket.at).as_secs_f64() * float(self.restored_per_second);
        *bucket = Bucket { points: (bucket.points + restored).min(full), at: now };
        work(bucket)
    }

    /// The points that a bucket really pays for so many.
    fn fits(&self, bucket: &Bucket, points: u64) -> Result<f64, Box<Throttled>> {
        // What costs more than a bucket holds could never be paid: a full one pays it.
        let points = float(points.min(self.maximum));
        if bucket.points < points {
            let missing = (points - bucket.points) / float(self.restored_per_second);
            return Err(Box::new(Throttled::new(Duration::from_secs_f64(missing), self.standing(bucket))));
        }
        Ok(points)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points are never negative")]
    fn standing(&self, bucket: &Bucket) -> Standing {
        let available = bucket.points as u64;
        Standing { maximum: self.maximum, available, restored_per_second: self.restored_per_second }
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Payer, Bucket>> {
        // Nothing panics between two changes of a bucket.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::cast_precision_loss, reason = "points are far below 2^52")]
fn float(points: u64) -> f64 {
    points as f64
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

    /// The time until the bucket is full.
    #[must_use]
    pub fn full_in(self) -> Duration {
        let missing = self.maximum.saturating_sub(self.available);
        Duration::from_secs_f64(float(missing) / float(self.restored_per_second.max(1)))
    }
}

impl Throttled {
    fn new(retry_after: Duration, standing: Standing) -> Self {
        let mut error = request_error(
            "THROTTLED",
            format!("too much was asked in a short time; ask again in {} s", retry_after.as_secs_f64().ceil()),
        );
        if let Some(extensions) = &mut error.extensions {
            extensions.set("throttleStatus", standing.to_value());
            extensions.set("retryAfterMs", (retry_after.as_secs_f64() * 1_000.0).ceil());
        }
        Self { error, retry_after, standing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Payer = Payer::Address(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    const THERE: Payer = Payer::User(1);

    #[test]
    fn a_bucket_empties_by_cost_and_fills_with_time() {
        let budget = Budget::new(100, 10);
        let start = Instant::now();
        let left =
            |cost, at| budget.take_at(HERE, cost, at).map(|standing| standing.available).map_err(|t| t.retry_after);
        assert_eq!(left(60, start), Ok(40));
        assert_eq!(left(0, start), Ok(40));
        assert_eq!(left(1, start), Ok(39));
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

    #[test]
    fn what_was_not_used_comes_back_and_never_more() {
        let budget = Arc::new(Budget::new(100, 1));
        let Ok(paid) = budget.take(HERE, 60) else { panic!("it fits") };
        assert_eq!(paid.standing().available, 40);
        assert_eq!(paid.settle(25).available, 75);
        let Ok(dear) = budget.take(THERE, 1_000) else { panic!("a full one pays it") };
        assert_eq!(dear.settle(2_000).available, 0);
        assert!(budget.check(THERE, 1).is_err() && budget.check(HERE, 75).is_ok());
        assert_eq!(budget.give_back(HERE, 1_000).available, 100);
        assert_eq!(Standing { maximum: 100, available: 40, restored_per_second: 30 }.full_in(), Duration::from_secs(2));
    }

    #[test]
    fn a_network_of_ipv6_is_one_payer() {
        let at = |address: &str| Payer::at(address.parse().expect("it is an address"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:2"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
