//! A wallet and a node that is not trusted.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use realdid_client::{CheckedNode, ClientError, Untrusted, Wait};
use realdid_crypto::Ed25519Verifier;
use realdid_identity::SiteRecord;
use realdid_login::{Bundle, EpochStep};
use realdid_node::keys::random_seed;
use realdid_state::StateKey;
use realdid_testnet::now_ms;
use realdid_types::{Did, Timestamp, Wire};
use realdid_wallet::{NotTaken, Pending, Wallet};

use super::store::Store;
use crate::commands::{Target, delivery, means};

/// A change shows with the next block; an idle network takes some seconds for one.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a transaction may wait before it is void.
const EXPIRY_MS: u64 = 60_000;

/// A wallet that can ask.
pub(crate) struct Online<'a> {
    /// The wallet.
    pub(crate) store: &'a mut Store,
    /// The node.
    pub(crate) node: CheckedNode,
    verifier: Ed25519Verifier,
}

/// What became of a transaction: it was applied, or it was not and why.
type Decided = Result<(), anyhow::Error>;

impl<'a> Online<'a> {
    /// A wallet and the node that it is to ask, of which it trusts nothing but what its own genesis leads to.
    ///
    /// # Errors
    /// If no node is named.
    pub(crate) fn new(store: &'a mut Store, target: &Target) -> anyhow::Result<Self> {
        let node = CheckedNode::new(target.client()?, &store.wallet.genesis)?;
        Ok(Self { store, node, verifier: Ed25519Verifier::default() })
    }

    /// What the ledger holds of a site, and the time of the block that proves it.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub(crate) async fn site(&mut self, site: Did) -> anyhow::Result<(Option<SiteRecord>, Timestamp)> {
        let found = self.node.entry_now::<SiteRecord>(&StateKey::Site(site), means::PATIENCE).await?;
        if let Some(record) = &found.entry {
            self.store.wallet.take_site(record.clone(), found.header.time);
        }
        Ok((found.entry, found.header.time))
    }

    /// Fetches the proofs of the DID for a site; none if the node knows no such DID.
    ///
    /// # Errors
    /// If the node does not answer, what it says does not hold, or the DID is not this wallet's any more.
    pub(crate) async fn fetch_proofs(&mut self, site: Did) -> anyhow::Result<Option<()>> {
        let identity = self.store.wallet.identity(site).context("there is no DID for this site")?;
        let did = identity.did.to_text(&self.store.wallet.genesis.network);
        let bytes = match self.node.node().bundle(&did).await {
            Err(ClientError::Refused(problem)) if problem.code == "not_found" => return Ok(None),
            answer => answer?,
        };
        let bundle = Bundle::decode(&bytes).map_err(|error| Untrusted::Decode("bundle", error))?;
        loop {
            match self.store.wallet.take_proofs(site, bundle.clone(), &self.verifier) {
                Err(NotTaken::Untrusted(Untrusted::OtherEpoch { found, known })) if found > known => {
                    let (end, next) = self.node.node().epoch_end(known).await?;
                    self.store.wallet.learn(EpochStep { end, next }, &self.verifier)?;
                }
                Err(NotTaken::Untrusted(untrusted)) => return Err(untrusted.into()),
                taken => return Ok(Some(taken?)),
            }
        }
    }

    /// Makes the DID for a site that the wallet knows, unless it is on the ledger.
    ///
    /// # Errors
    /// If the ledger does not take it, or the node does not answer: then it is made when it is asked for again.
    pub(crate) async fn make_did(&mut self, site: Did) -> anyhow::Result<()> {
        if self.pending(site).is_none() {
            // another device may have made it
            if self.fetch_proofs(site).await?.is_some() {
                return self.store.save();
            }
            let asked = self.store.wallet.branch(site).ask_create(self.expires());
            return self.ask(site, asked).await;
        }
        self.settle(site).await
    }

    /// Asks for a change, after it was stored: whoever is interrupted goes on with [`Self::settle`].
    ///
    /// # Errors
    /// If the ledger does not take it, or the node does not answer.
    pub(crate) async fn ask(&mut self, site: Did, asked: Pending) -> anyhow::Result<()> {
        if let Some(identity) = self.store.wallet.identity_mut(site) {
            identity.pending = Some(asked);
        }
        self.store.save()?;
        self.settle(site).await
    }

    /// Brings what was asked for to its end: sends the very same again, and looks what the ledger shows.
    ///
    /// # Errors
    /// If it was not applied, which is not tried again, or the node does not answer, and it stays pending.
    pub(crate) async fn settle(&mut self, site: Did) -> anyhow::Result<()> {
        let Some(pending) = self.pending(site) else { return Ok(()) };
        let decided = self.hand_in(pending).await?;
        let until = Instant::now() + if decided.is_ok() { PATIENCE } else { Duration::ZERO };
        loop {
            self.fetch_proofs(site).await?;
            if self.pending(site).is_none() {
                return self.store.save();
            }
            if Instant::now() >= until {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let Err(reason) = decided else {
            bail!(
                "the change is final, and the node does not show it yet: `realdid wallet refresh` looks again"
            )
        };
        if let Some(identity) = self.store.wallet.identity_mut(site) {
            identity.pending = None;
        }
        self.store.save()?;
        Err(reason.context("nothing changed on the ledger: repeat this, and it is asked for anew"))
    }

    /// Hands a transaction in; that it was handed in before does no harm.
    async fn hand_in(&self, pending: Pending) -> anyhow::Result<Decided> {
        match self.node.node().submit(&[pending.transaction], Wait::Final).await {
            Ok(answers) => {
                let answer = answers.into_iter().next().context("the node says nothing of the change")?;
                let is_over =
                    answer.outcome.is_some() || ["void", "refused"].contains(&answer.status.as_str());
                match delivery::applied(answer) {
                    Err(error) if !is_over => Err(error),
                    decided => Ok(decided.map(|_| ())),
                }
            }
            Err(ClientError::Refused(problem)) if [409, 422].contains(&problem.status) => {
                Ok(Err(ClientError::Refused(problem).into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn pending(&self, site: Did) -> Option<Pending> {
        self.store.wallet.identity(site).and_then(|identity| identity.pending.clone())
    }

    /// Until when what is asked for now is to be decided.
    pub(crate) fn expires(&self) -> Timestamp {
        now().plus(EXPIRY_MS.min(delivery::longest_ms(&self.store.wallet.genesis)))
    }
}

/// The DID of a site that the wallet knows, by its DID or its name.
///
/// # Errors
/// If there is none, or several have the name.
pub(crate) fn named(wallet: &Wallet, text: &str) -> anyhow::Result<Did> {
    let network = &wallet.genesis.network;
    let is_meant = |site: &&Did| {
        let identity = wallet.identity(**site);
        site.to_text(network) == text || identity.is_some_and(|one| one.site.site.name.as_str() == text)
    };
    let sites: Vec<Did> = wallet.identities.iter().map(realdid_wallet::Identity::site_did).collect();
    let meant: Vec<&Did> = sites.iter().filter(is_meant).collect();
    match meant[..] {
        [one] => Ok(*one),
        [] => bail!(
            "the wallet has no DID for {text:?}: `realdid wallet list` shows the sites that it has one for"
        ),
        _ => {
            bail!("several sites are called {text:?}: name the DID of one, as `realdid wallet list` shows it")
        }
    }
}

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp(now_ms())
}

/// A number that nobody can guess.
pub(crate) fn random() -> u64 {
    random_seed().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
