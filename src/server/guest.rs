//! Who is at the other end of a connection that stays, and for how long.
//!
//! A socket or a stream of events lives longer than what its caller said at its beginning: it ends
//! when the token does, and as soon as the account is closed, the session ended or the token revoked.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::web;
use chrono::Utc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};

use super::admission::Stopped;
use super::{State, auth};
use crate::account::viewer::Claim;
use crate::db::{Wake, Watch};
use crate::error::Error;

/// Without a notification the caller is looked up so often, should one be lost.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Between two tries to look the caller up.
const PAUSE: Duration = Duration::from_secs(1);

/// A token that does not end is looked at as one that ends so late.
const LONG: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Somebody who said who they are.
pub(super) struct Guest {
    /// Ends when the token is worth nothing any more. A task of its own, so that a client that
    /// never stops talking cannot keep the look from being taken.
    leaving: JoinHandle<()>,
}

impl Guest {
    /// Whoever is behind a claim.
    ///
    /// # Errors
    /// `Unknown` when the token is not good.
    pub(super) async fn of(state: &web::Data<State>, claim: Claim, address: Option<IpAddr>) -> Result<Self, Stopped> {
        let viewer = state.look_up(&claim, address).await?;
        let left = viewer.expires_at.map_or(LONG, |end| (end - Utc::now()).to_std().unwrap_or_default().min(LONG));
        let ends_at = Instant::now() + left;
        let watch = state.access.watch(viewer.user.0);
        let state = state.clone();
        let leaving = actix_web::rt::spawn(async move {
            // Whatever comes first: a timeout is the token's own end.
            let _ = timeout_at(ends_at, worthless(&state, &claim, watch)).await;
        });
        Ok(Self { leaving })
    }

    /// Waits until the token is worth nothing any more. May be dropped and called again.
    pub(super) async fn gone(&mut self) {
        // A task that failed can vouch for nobody.
        let _ = (&mut self.leaving).await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.leaving.abort();
    }
}

/// Waits until the claim no longer holds.
async fn worthless(state: &State, claim: &Claim, mut watch: Watch) {
    loop {
        // The first look is for what happened before the watch.
        match auth::viewer(state, claim).await {
            Ok(_) => {}
            Err(Error::Unauthenticated(_)) => return,
            Err(error) => {
                tracing::warn!(%error, "The caller of a socket cannot be looked up");
                sleep(PAUSE).await;
                continue;
            }
        }
        let looked_at = Instant::now();
        while watch.changed().await == Wake::Quiet && looked_at.elapsed() < LOOK_EVERY {}
    }
}
