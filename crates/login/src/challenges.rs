//! The challenges that are open at a site: each is answered once, from the browser that it was given to.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::Digest;
use realdid_types::Timestamp;

use crate::{Challenge, LoginError};

/// Names a browser to the site: what its cookie says, or a digest of that.
pub type Session = [u8; 32];

/// The challenges that are open. Those that ran out are forgotten, and the oldest when there are too many.
#[derive(Clone, Debug)]
pub struct Challenges {
    open: BTreeMap<Digest, (Challenge, Session)>,
    /// What runs out first comes first.
    by_expiry: BTreeSet<(Timestamp, Digest)>,
    max: usize,
}

impl Challenges {
    /// Room for `max` at a time, some 500 bytes each.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { open: BTreeMap::new(), by_expiry: BTreeSet::new(), max }
    }

    /// Opens a challenge that a browser is given.
    pub fn open(&mut self, challenge: Challenge, session: Session, now: Timestamp) {
        self.forget_late(now);
        while self.open.len() >= self.max && self.forget_first() {}
        self.by_expiry.insert((challenge.expires, challenge.nonce));
        self.open.insert(challenge.nonce, (challenge, session));
    }

    /// Closes the challenge with this nonce, which a browser answers; on another device there is no telling from which
    /// browser. One that comes from a wrong browser stays open for the right one.
    ///
    /// # Errors
    /// [`LoginError::NonceUnknown`], [`LoginError::OtherSession`].
    pub fn take(
        &mut self,
        nonce: Digest,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<(Challenge, Session), LoginError> {
        self.forget_late(now);
        let (challenge, asked) = self.open.get(&nonce).ok_or(LoginError::NonceUnknown)?;
        if !challenge.other_device && session != Some(asked) {
            return Err(LoginError::OtherSession);
        }
        let taken = self.open.remove(&nonce).ok_or(LoginError::NonceUnknown)?;
        self.by_expiry.remove(&(taken.0.expires, nonce));
        Ok(taken)
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn forget_late(&mut self, now: Timestamp) {
        while self.by_expiry.first().is_some_and(|(expires, _)| *expires <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) -> bool {
        let first = self.by_expiry.pop_first();
        first.is_some_and(|(_, nonce)| self.open.remove(&nonce).is_some())
    }
}
