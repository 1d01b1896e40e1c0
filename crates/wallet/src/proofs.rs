//! Taking the proofs that a node hands out, and deciding what is fetched next.

use realdid_client::Untrusted;
use realdid_crypto::Verifier;
use realdid_identity::SiteRecord;
use realdid_login::Bundle;
use realdid_types::{Did, Height, Timestamp};

use crate::{Lost, Wallet, late_fetch, next_fetch};

/// Something to look up. Each is asked for by itself: asked for together, they would be known to belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// The proofs of the person's DID at this site.
    Proofs(Did),
    /// The entry of this site.
    Site(Did),
}

/// Why proofs are not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// They do not hold; with [`Untrusted::OtherEpoch`] of a later epoch, learn how the known one ended and try again.
    #[error("what the node says does not hold: {0}")]
    Untrusted(#[from] Untrusted),
    /// They are of another DID's site.
    #[error("the wallet has no DID for this site")]
    NoIdentity,
    /// The wallet knows better.
    #[error(
        "the node is behind: it shows block {found}, and block {held} was shown before; ask another node"
    )]
    Older {
        /// The node's.
        found: Height,
        /// The wallet's.
        held: Height,
    },
    /// The record cannot be used.
    #[error("{0}")]
    Lost(#[from] Lost),
}

impl Wallet {
    /// Takes proofs of the DID for a site, and finds its keys in them. The schedule stays as it is: see
    /// [`Self::schedule`].
    ///
    /// # Errors
    /// [`NotTaken`]; then nothing changes.
    pub fn take_proofs(
        &mut self,
        site: Did,
        bundle: Bundle,
        verifier: &dyn Verifier,
    ) -> Result<(), NotTaken> {
        let light = self.light(verifier)?;
        let branch = self.branch(site);
        let identity = self.identity_mut(site).ok_or(NotTaken::NoIdentity)?;
        let standing = bundle.verify(identity.did, &light, verifier)?;
        let found = standing.header.height;
        let held = identity.bundle.as_ref().map_or(Height(0), |held| held.header.height);
        if found < held {
            return Err(NotTaken::Older { found, held });
        }
        identity.place = branch.place(standing.record, identity.place)?;
        if identity.pending.as_ref().is_some_and(|pending| pending.place == identity.place) {
            identity.pending = None;
        }
        identity.made = true;
        identity.bundle = Some(bundle);
        Ok(())
    }

    /// Takes a site's entry, as a block of this time proves it.
    pub fn take_site(&mut self, site: SiteRecord, as_of: Timestamp) {
        if let Some(identity) = self.identity_mut(site.site.did) {
            identity.site = site;
            identity.site_of = as_of;
        }
    }

    /// What is to be looked up first, and when.
    #[must_use]
    pub fn next_look(&self) -> Option<(Timestamp, Look)> {
        let looks = self.identities.iter().flat_map(|identity| {
            let did = identity.site_did();
            // a DID that is not on the ledger yet has no proofs
            let proofs = identity.made.then_some((identity.due, Look::Proofs(did)));
            proofs.into_iter().chain([(identity.site_due, Look::Site(did))])
        });
        looks.min()
    }

    /// Chooses when to look again at what was looked up now, or should have been and could not.
    pub fn schedule(&mut self, look: Look, now: Timestamp, random: u64) {
        let (Look::Proofs(site) | Look::Site(site)) = look;
        if let Some(identity) = self.identity_mut(site) {
            let due = next_fetch(now, identity.freshness, random);
            match look {
                Look::Proofs(_) => identity.due = due,
                Look::Site(_) => identity.site_due = due,
            }
        }
    }

    /// Gives everything that is overdue a time of its own, so that it is not fetched together.
    pub fn part_overdue(&mut self, now: Timestamp, random: &mut dyn FnMut() -> u64) {
        for identity in &mut self.identities {
            let freshness = identity.freshness;
            for due in [&mut identity.due, &mut identity.site_due] {
                if *due < now {
                    *due = late_fetch(now, freshness, random());
                }
            }
        }
    }
}
