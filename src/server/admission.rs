//! Who has an operation run: whoever has the points for it.
//!
//! Nobody has the database looked at for nothing. What fails before it is run costs its address one
//! point. A token that anybody can make up is looked up for a point of the address, which comes back
//! when it is good; one that we have signed is looked up when its person has the points.

use std::net::IpAddr;

use super::State;
use super::auth::{self, Caller};
use super::request::Refusal;
use crate::account::viewer::{Claim, Viewer};
use crate::error::Error;
use crate::graphql::Checked;
use crate::graphql::limits::{Payer, Throttled};

/// What a request costs that is refused before its cost is known, and a look at a token.
const ONE: u64 = 1;

/// Why a caller is not let in.
pub(super) enum Stopped {
    /// They have no points left.
    Throttled(Box<Throttled>),
    /// They are not who they say, or cannot be looked up.
    Unknown(Error),
}

impl Stopped {
    /// The refusal of a request.
    pub(super) fn refusal(self, request_id: &str) -> Refusal {
        match self {
            Self::Throttled(throttled) => throttled.into(),
            Self::Unknown(error) => Refusal::of_caller(error, request_id),
        }
    }
}

impl State {
    /// Lets an address pay one point, for a request that is refused with an error of its own.
    pub(super) fn charge_one(&self, address: Option<IpAddr>) -> Result<(), Box<Throttled>> {
        match (&self.budget, address) {
            (Some(budget), Some(address)) => budget.take(Payer::at(address), ONE).map(drop),
            _ => Ok(()),
        }
    }

    fn give_one_back(&self, address: Option<IpAddr>) {
        if let (Some(budget), Some(address)) = (&self.budget, address) {
            budget.give_back(Payer::at(address), ONE);
        }
    }

    /// What a request that cannot be run is answered with: that its caller has no points left, if
    /// that is so.
    pub(super) fn refused(&self, address: Option<IpAddr>, refusal: Refusal) -> Refusal {
        self.charge_one(address).map_or_else(Refusal::from, |()| refusal)
    }

    /// Who stands behind a claim.
    pub(super) async fn look_up(&self, claim: &Claim, address: Option<IpAddr>) -> Result<Viewer, Stopped> {
        let is_signed = claim.signed_for().is_some();
        if !is_signed {
            self.charge_one(address).map_err(Stopped::Throttled)?;
        }
        let found = auth::viewer(self, claim).await;
        match &found {
            Ok(_) if !is_signed => self.give_one_back(address),
            // An address without points has been told so by its other requests.
            Err(_) if is_signed => drop(self.charge_one(address)),
            _ => {}
        }
        found.map_err(Stopped::Unknown)
    }

    /// Lets the caller of an operation pay for it; gives who they are.
    pub(super) async fn admit(
        &self,
        claim: Option<&Claim>,
        address: Option<IpAddr>,
        checked: &mut Checked,
    ) -> Result<Caller, Stopped> {
        let Some(claim) = claim else {
            if let (Some(budget), Some(address)) = (&self.budget, address) {
                checked.pay(budget, Payer::at(address)).map_err(Stopped::Throttled)?;
            }
            return Ok(Caller { viewer: None, address });
        };
        if let (Some(budget), Some(user)) = (&self.budget, claim.signed_for()) {
            checked.check_points(budget, Payer::User(user.0)).map_err(Stopped::Throttled)?;
        }
        let viewer = self.look_up(claim, address).await?;
        if let Some(budget) = &self.budget
            && let Err(throttled) = checked.pay(budget, Payer::User(viewer.user.0))
        {
            // They were looked up for nothing.
            drop(self.charge_one(address));
            return Err(Stopped::Throttled(throttled));
        }
        Ok(Caller { viewer: Some(viewer), address })
    }
}
