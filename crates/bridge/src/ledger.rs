//! What the ledger says of sites, proven by a light client, and which validators that client knows.

use std::{collections::BTreeMap, sync::Mutex};

use realdid_client::{CheckError, CheckedNode, NodeClient, Untrusted};
use realdid_crypto::Ed25519Verifier;
use realdid_identity::SiteRecord;
use realdid_login::{Acceptance, Challenge, KnownEpochs, Login, LoginError, Response, verify};
use realdid_state::StateKey;
use realdid_types::{Did, Epoch, Genesis, GenesisDigest, NetworkName, Timestamp};

/// How long what was proven of a site is gone by, in milliseconds: how long a site that closes may still be logged in to.
const FRESH_MS: u64 = 60_000;
/// How long it is gone by where no node answers.
const STALE_MS: u64 = 15 * 60_000;
/// How old the newest block of a node may be: one that is cut off, or hides what happened since, is not believed.
const BEHIND_MS: u64 = 10 * 60_000;
/// Sites that are remembered; only those on the ledger are.
const SITES_MAX: usize = 1_024;

/// Why nothing is known of a site.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The node does not answer, or what it says does not hold.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The node shows an old state.
    #[error(
        "the node's newest block is of {0}, more than ten minutes ago: it is cut off, or a clock is wrong"
    )]
    Behind(Timestamp),
}

/// The ledger.
pub(crate) struct Ledger {
    network: NetworkName,
    genesis: GenesisDigest,
    node: tokio::sync::Mutex<CheckedNode>,
    sites: Mutex<BTreeMap<Did, (SiteRecord, Timestamp)>>,
    epochs: Mutex<KnownEpochs>,
}

impl Ledger {
    /// The ledger of a network, as a node shows it.
    ///
    /// # Errors
    /// If the genesis makes no network.
    pub(crate) fn new(node: NodeClient, genesis: &Genesis) -> Result<Self, Untrusted> {
        let node = CheckedNode::new(node, genesis)?;
        Ok(Self {
            network: genesis.network.clone(),
            genesis: genesis.digest(),
            epochs: Mutex::new(KnownEpochs::new(node.light().clone())),
            node: tokio::sync::Mutex::new(node),
            sites: Mutex::default(),
        })
    }

    /// The network's name.
    pub(crate) const fn network(&self) -> &NetworkName {
        &self.network
    }

    /// The network's genesis.
    pub(crate) const fn genesis(&self) -> GenesisDigest {
        self.genesis
    }

    /// A site's entry; none if there is none.
    ///
    /// # Errors
    /// If no node answers, and nothing is remembered from just before.
    pub(crate) async fn site(&self, did: Did, now: Timestamp) -> Result<Option<SiteRecord>, LedgerError> {
        let known = self.remembered(did);
        if let Some((site, of)) = &known
            && now < of.plus(FRESH_MS)
        {
            return Ok(Some(site.clone()));
        }
        match (self.ask(did, now).await, known) {
            (Ok(found), _) => Ok(self.remember(did, found, now)),
            (Err(error), Some((site, of))) if now < of.plus(STALE_MS) => {
                tracing::warn!(%error, "no node shows a site's entry: going by an older one");
                Ok(Some(site))
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn ask(&self, did: Did, now: Timestamp) -> Result<Option<SiteRecord>, LedgerError> {
        let mut node = self.node.lock().await;
        let proven = node.entry::<SiteRecord>(&StateKey::Site(did)).await?;
        if proven.header.time.plus(BEHIND_MS) < now {
            return Err(LedgerError::Behind(proven.header.time));
        }
        locked(&self.epochs).learn(node.light().clone());
        Ok(proven.entry)
    }

    /// The newest epoch whose validators are known here.
    pub(crate) fn epoch(&self) -> Epoch {
        locked(&self.epochs).newest().epoch()
    }

    /// Who answers a challenge, and keeps what the answer proves of validators.
    ///
    /// # Errors
    /// Says what does not hold.
    pub(crate) fn verify(
        &self,
        asked: &Challenge,
        response: Response,
        now: Timestamp,
    ) -> Result<Login, LoginError> {
        let epochs = locked(&self.epochs).clone();
        let acceptance = Acceptance { now, epochs: &epochs, authorities: None };
        let login = verify(asked, response, acceptance, &Ed25519Verifier::default())?;
        locked(&self.epochs).learn(login.proven.clone());
        Ok(login)
    }

    fn remembered(&self, did: Did) -> Option<(SiteRecord, Timestamp)> {
        locked(&self.sites).get(&did).cloned()
    }

    fn remember(&self, did: Did, found: Option<SiteRecord>, now: Timestamp) -> Option<SiteRecord> {
        let mut sites = locked(&self.sites);
        match &found {
            Some(site) => {
                while sites.len() >= SITES_MAX && sites.pop_first().is_some() {}
                sites.insert(did, (site.clone(), now));
            }
            None => drop(sites.remove(&did)),
        }
        found
    }
}

/// What a thread that panicked left behind is whole: nothing here is changed in two steps.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
