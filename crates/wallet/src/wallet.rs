//! What a wallet holds.

use realdid_client::{LightClient, Untrusted};
use realdid_crypto::Verifier;
use realdid_identity::SiteRecord;
use realdid_login::{Bundle, EpochStep};
use realdid_types::{Did, Genesis, SiteName, Timestamp, codec};

use crate::{Branch, FRESHNESS, Pending, Place, RecoveryCode, attest_after, next_fetch};

/// Sites that a person may have a DID at.
pub const IDENTITIES_MAX: usize = 4_096;
/// Logins that are remembered; the oldest are forgotten.
pub const HISTORY_MAX: usize = 10_000;
/// DIDs that are made within this of one another stand out, in milliseconds.
const MADE_TOGETHER: u64 = 24 * 60 * 60 * 1_000;
/// Changes of the validators that are followed.
const EPOCHS_MAX: usize = 4_096;

/// All that a person's wallet knows. Everything but the history can be found again from the code and the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// What all keys are derived from.
    pub code: RecoveryCode,
    /// The network that is trusted.
    pub genesis: Genesis,
    /// How its epochs ended, from the first on, verified.
    pub epochs: Vec<EpochStep>,
    /// By site.
    pub identities: Vec<Identity>,
    /// Logins, oldest first. Nobody else keeps them together.
    pub history: Vec<PastLogin>,
}

/// A person at one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What the ledger said of the site when it was last asked.
    pub site: SiteRecord,
    /// When the site's entry is to be looked up again.
    pub site_due: Timestamp,
    /// The time of the block that proved it last; zero if none did.
    pub site_of: Timestamp,
    /// The person's DID there.
    pub did: Did,
    /// Which of its keys are in use.
    pub place: Place,
    /// How old proofs may be there.
    pub freshness: u64,
    /// Whether the DID is on the ledger, or a node said so.
    pub made: bool,
    /// The newest proofs, once they were fetched.
    pub bundle: Option<Bundle>,
    /// When they are to be fetched again.
    pub due: Timestamp,
    /// Before this the DID's attestation is not to be asked for: it would tell who made the DID.
    pub attest_after: Timestamp,
    /// What is being asked of the ledger.
    pub pending: Option<Pending>,
}

/// A login that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLogin {
    /// When.
    pub time: Timestamp,
    /// Where.
    pub site: Did,
    /// Its name at that time.
    pub name: SiteName,
    /// The level of attestation that was told; 0 if nothing about the person was.
    pub level: u32,
    /// Whether a node was asked on this occasion, and so could learn of it.
    pub asked_node: bool,
}

impl Wallet {
    /// An empty one.
    #[must_use]
    pub const fn new(code: RecoveryCode, genesis: Genesis) -> Self {
        Self { code, genesis, epochs: Vec::new(), identities: Vec::new(), history: Vec::new() }
    }

    /// The keys of a site.
    #[must_use]
    pub fn branch(&self, site: Did) -> Branch {
        Branch::new(&self.code, self.genesis.digest(), site)
    }

    /// The person at a site, if there is a DID for it.
    #[must_use]
    pub fn identity(&self, site: Did) -> Option<&Identity> {
        self.identities.iter().find(|identity| identity.site.site.did == site)
    }

    /// As [`Self::identity`].
    pub fn identity_mut(&mut self, site: Did) -> Option<&mut Identity> {
        self.identities.iter_mut().find(|identity| identity.site.site.did == site)
    }

    /// Whether a DID was made within a day before: two that are made so close together are more likely one person's than
    /// others. The ledger tells when each was made, once it is proven.
    #[must_use]
    pub fn made_lately(&self, now: Timestamp) -> bool {
        let made = self.identities.iter().filter_map(|identity| identity.bundle.as_ref());
        made.map(|bundle| bundle.record.created.time).any(|made| made.plus(MADE_TOGETHER) > now)
    }

    /// Adds a site whose entry a block of this time proved, zero for none; one that is there stays. `random` gives numbers for
    /// the schedule.
    pub fn add(
        &mut self,
        site: SiteRecord,
        site_of: Timestamp,
        now: Timestamp,
        random: &mut dyn FnMut() -> u64,
    ) {
        let did = site.site.did;
        if self.identity(did).is_some() || self.identities.len() >= IDENTITIES_MAX {
            return;
        }
        self.identities.push(Identity {
            did: self.branch(did).did(),
            site,
            site_of,
            site_due: next_fetch(now, FRESHNESS, random()),
            place: Place::default(),
            freshness: FRESHNESS,
            made: false,
            bundle: None,
            due: next_fetch(now, FRESHNESS, random()),
            attest_after: attest_after(now, random()),
            pending: None,
        });
        self.identities.sort_by_key(|identity| identity.site.site.did);
    }

    /// Remembers a login.
    pub fn remember(&mut self, login: PastLogin) {
        self.history.push(login);
        let surplus = self.history.len().saturating_sub(HISTORY_MAX);
        self.history.drain(..surplus);
    }

    /// A light client that knows the newest validators.
    ///
    /// # Errors
    /// If the genesis or the epochs do not hold, which were checked when they came.
    pub fn light(&self, verifier: &dyn Verifier) -> Result<LightClient, Untrusted> {
        let mut light = LightClient::new(&self.genesis)?;
        for EpochStep { end, next } in &self.epochs {
            light.advance(end, next.clone(), verifier)?;
        }
        Ok(light)
    }

    /// Learns how the newest known epoch ended.
    ///
    /// # Errors
    /// If it is not proven.
    pub fn learn(&mut self, step: EpochStep, verifier: &dyn Verifier) -> Result<(), Untrusted> {
        self.light(verifier)?.advance(&step.end, step.next.clone(), verifier)?;
        self.epochs.push(step);
        Ok(())
    }
}

impl Identity {
    /// The site's DID.
    #[must_use]
    pub const fn site_did(&self) -> Did {
        self.site.site.did
    }
}

codec! { PastLogin { 1: time, 2: site, 3: name, 4: level, 5: asked_node, } }
codec! {
    Identity {
        1: site,
        2: site_due,
        3: site_of,
        4: did,
        5: place,
        6: freshness,
        7: made,
        8: bundle,
        9: due,
        10: attest_after,
        11: pending,
    }
}
codec! {
    #[versioned]
    Wallet[64 << 20] {
        2: code,
        3: genesis,
        4: epochs up to EPOCHS_MAX,
        5: identities up to IDENTITIES_MAX,
        6: history up to HISTORY_MAX,
    }
}
