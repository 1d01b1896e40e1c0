//! Which validators are known, epoch by epoch.

use realdid_client::{LightClient, Untrusted};
use realdid_crypto::Verifier;
use realdid_types::{Epoch, EpochEnd, ValidatorSet, codec};

use crate::LoginError;

/// Epochs that one response may prove: validators change a few times a year, and a site that was away for longer asks
/// a node.
pub const EPOCHS_MAX: usize = 32;
/// Epochs that a site keeps, for answers to what it asked before it learned of a newer one.
const KEPT: usize = 8;

/// How an epoch ended, and the validators that it chose for the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochStep {
    /// How it ended.
    pub end: EpochEnd,
    /// The validators of the next.
    pub next: ValidatorSet,
}

codec! { EpochStep { 1: end, 2: next, } }

/// The newest epochs that were proven to a site, oldest first.
#[derive(Clone, Debug)]
pub struct KnownEpochs {
    known: Vec<LightClient>,
    newest: LightClient,
}

impl KnownEpochs {
    /// Begins with what a light client trusts.
    #[must_use]
    pub fn new(trusted: LightClient) -> Self {
        Self { known: vec![trusted.clone()], newest: trusted }
    }

    /// What to put into a challenge.
    #[must_use]
    pub fn newest(&self) -> &LightClient {
        &self.newest
    }

    /// Keeps what a login proved, if it is newer; its epochs before are kept too, as far back as room is.
    pub fn learn(&mut self, proven: LightClient) {
        if proven.epoch() > self.newest.epoch() {
            self.known.push(proven.clone());
            let surplus = self.known.len().saturating_sub(KEPT);
            self.known.drain(..surplus);
            self.newest = proven;
        }
    }

    /// What was known in an epoch.
    #[must_use]
    pub fn at(&self, epoch: Epoch) -> Option<&LightClient> {
        self.known.iter().find(|light| light.epoch() == epoch)
    }
}

/// Follows the steps from what is known to another epoch. Steps before what is known are passed over.
pub(crate) fn follow(
    known: &LightClient,
    steps: Vec<EpochStep>,
    to: Epoch,
    verifier: &dyn Verifier,
) -> Result<LightClient, LoginError> {
    let mut light = known.clone();
    for EpochStep { end, next } in steps {
        let of = end.commit.statement.at.epoch;
        if of > light.epoch() {
            return Err(LoginError::Gap { known: light.epoch(), found: of });
        }
        if of == light.epoch() && light.epoch() < to {
            light.advance(&end, next, verifier)?;
        }
    }
    if light.epoch() == to {
        Ok(light)
    } else {
        Err(Untrusted::OtherEpoch { found: to, known: light.epoch() }.into())
    }
}
