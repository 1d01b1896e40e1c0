//! The rules by which citizens are answered.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use realdid_client::{CHALLENGE_BYTES, CheckedNode, Control};
use realdid_crypto::{Context, Digest, Ed25519Verifier, PublicKey, Signature, digest};
use realdid_identity::DidRecord;
use realdid_types::{Did, Genesis, OrganisationName, Timestamp};
use tokio::sync::{Notify, watch};

use crate::{
    Code, Draws, Problem, Standing, Vault, audit::Event, batching::Parameters, challenges::Challenges,
    limits::Limit, person::Person, registry::Registry,
};

const HOUR: u64 = 60 * 60_000;
const MINUTE: u64 = 60_000;
/// Requests in the name of one person, and about one DID, in an hour: more than anybody needs, and too few to guess a code.
const PER_HOUR: u32 = 20;
/// How long a block may take that shows what is final now.
const PATIENCE: Duration = Duration::from_secs(5);
/// How old a proof may be besides what an idle network waits for its next block: a node that shows older ones may hide that a
/// key was removed.
const PROOF_AGE_MAX: u64 = MINUTE;

/// How an authority is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The member's name.
    pub name: OrganisationName,
    /// How sure it is of people: 1 low, 2 substantial, 3 high.
    pub level: u32,
    /// How DIDs are put together.
    pub parameters: Parameters,
    /// How many attested DIDs a person may have.
    pub most: usize,
    /// Requests from one address in a minute; 0 for any number, where a proxy counts them.
    pub per_address: u32,
    /// Where the wallet's pages are that may ask, if any.
    pub wallet_origin: Option<String>,
}

/// What shows that somebody controls a DID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The DID.
    pub did: Did,
    /// The challenge that was given for it.
    pub challenge: [u8; CHALLENGE_BYTES],
    /// The key that signed.
    pub key: PublicKey,
    /// Its signature.
    pub signature: Signature,
}

/// The service.
pub struct Authority {
    /// How it is set up.
    pub settings: Settings,
    pub(crate) genesis: Genesis,
    pub(crate) vault: Vault,
    pub(crate) wake: Notify,
    pub(crate) ready: watch::Sender<Result<(), String>>,
    registry: Box<dyn Registry>,
    /// Copied for each question: many are asked at a time.
    node: Mutex<CheckedNode>,
    challenges: Mutex<Challenges>,
    draws: Mutex<Draws>,
    by_address: Mutex<Limit>,
    by_person: Mutex<Limit>,
    by_did: Mutex<Limit>,
    verifier: Ed25519Verifier,
}

impl Authority {
    /// A service over a vault, a register and a node, of which nothing is believed that it does not prove.
    #[must_use]
    pub fn new(settings: Settings, vault: Vault, registry: Box<dyn Registry>, node: CheckedNode) -> Self {
        let per_address = match settings.per_address {
            0 => u32::MAX,
            some => some,
        };
        Self {
            settings,
            genesis: node.genesis().clone(),
            vault,
            wake: Notify::new(),
            ready: watch::Sender::new(Err("the ledger was not asked yet".to_owned())),
            registry,
            node: Mutex::new(node),
            challenges: Mutex::new(Challenges::new()),
            draws: Mutex::new(Draws::fresh()),
            by_address: Mutex::new(Limit::new(per_address, MINUTE)),
            by_person: Mutex::new(Limit::new(PER_HOUR, HOUR)),
            by_did: Mutex::new(Limit::new(PER_HOUR, HOUR)),
            verifier: Ed25519Verifier::default(),
        }
    }

    /// The network.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Whether it attests invented people.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.registry.is_development()
    }

    /// What is missing without which it does not attest, if anything is.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        self.ready.borrow().as_ref().err().cloned()
    }

    /// A challenge for whoever controls a DID, and when it ends.
    ///
    /// # Errors
    /// [`Code::Busy`].
    pub fn challenge(&self, did: Did, from: IpAddr) -> Result<([u8; CHALLENGE_BYTES], Timestamp), Problem> {
        self.count_address(from)?;
        Ok(lock(&self.challenges).give(did, now()))
    }

    /// Checks a person and the control of a DID, and queues the attestation. Asked again it does nothing more.
    ///
    /// # Errors
    /// Says which of them does not hold; of a person, not which part.
    pub async fn attest(&self, person: &Person, proof: &Proof, from: IpAddr) -> Result<Standing, Problem> {
        self.count_address(from)?;
        // in this order: the register is asked for nobody who has no DID
        self.check_control(proof).await?;
        self.check_person(person).await?;
        let Settings { parameters, most, .. } = &self.settings;
        let asked = tokio::task::block_in_place(|| {
            self.vault.ask(person.number(), proof.did, (now(), *most), parameters, &mut lock(&self.draws))
        })?;
        self.wake.notify_one();
        Ok(asked)
    }

    /// How a DID stands, for whoever controls it.
    ///
    /// # Errors
    /// If control is not proven, or nobody asked for it.
    pub async fn standing(&self, proof: &Proof, from: IpAddr) -> Result<Standing, Problem> {
        self.count_address(from)?;
        self.check_control(proof).await?;
        let standing =
            tokio::task::block_in_place(|| self.vault.standing(proof.did, &self.settings.parameters))?;
        standing.ok_or_else(|| {
            Problem::new(Code::NotYours, "nobody asked for this DID: `POST /v1/attestations` does")
        })
    }

    /// All DIDs of a person.
    ///
    /// # Errors
    /// If the person is not recognised.
    pub async fn mine(&self, person: &Person, from: IpAddr) -> Result<Vec<Standing>, Problem> {
        self.count_address(from)?;
        self.check_person(person).await?;
        tokio::task::block_in_place(|| {
            self.vault.tell(&Event::new("listed").of(self.vault.person_id(person.number())))?;
            Ok(self.vault.of_person(person.number(), &self.settings.parameters)?)
        })
    }

    /// Takes attestations back that a person asked for: one, or all that are left.
    ///
    /// # Errors
    /// If the person is not recognised, or the DID is another one's.
    pub async fn withdraw(
        &self,
        person: &Person,
        did: Option<Did>,
        is_urgent: bool,
        from: IpAddr,
    ) -> Result<Vec<Standing>, Problem> {
        self.count_address(from)?;
        self.check_person(person).await?;
        let (number, parameters) = (person.number(), &self.settings.parameters);
        let withdrawn = tokio::task::block_in_place(|| -> Result<Vec<Standing>, Problem> {
            let dids = match did {
                Some(did) => vec![did],
                None => self.vault.of_person(number, parameters)?.iter().map(|one| one.row.did).collect(),
            };
            let one = |did| {
                Ok(self.vault.withdraw(
                    number,
                    did,
                    (now(), is_urgent),
                    parameters,
                    &mut lock(&self.draws),
                )?)
            };
            dids.into_iter().map(one).collect()
        })?;
        self.wake.notify_one();
        Ok(withdrawn)
    }

    async fn check_person(&self, person: &Person) -> Result<(), Problem> {
        let id = self.vault.person_id(person.number());
        count(&self.by_person, id)?;
        if self.registry.holds(person).await? {
            return Ok(());
        }
        tokio::task::block_in_place(|| self.vault.tell(&Event::new("person refused").of(id)))?;
        let detail = "the register does not know a person of this name, number and code: look at all three";
        Err(Problem::new(Code::PersonRefused, detail))
    }

    /// The key must be one of the DID's that may log in, as the ledger proves it now.
    async fn check_control(&self, proof: &Proof) -> Result<(), Problem> {
        let asked = Control {
            genesis: self.genesis.digest(),
            did: proof.did,
            authority: &self.settings.name,
            challenge: proof.challenge,
        };
        let unproven = |detail: &str| Problem::new(Code::ControlUnproven, detail);
        if !lock(&self.challenges).is_open(proof.did, &proof.challenge, now()) {
            return Err(challenge_over());
        }
        if !asked.is_signed(&proof.key, &proof.signature, &self.verifier) {
            return Err(unproven(
                "the signature does not hold: sign the challenge for this DID and authority",
            ));
        }
        let record = self.record(proof.did).await?;
        if !record.is_some_and(|record| may_log_in(&record, &proof.key)) {
            return Err(unproven(
                "the ledger knows no active DID with this key for authentication: a DID that was made just now is there in \
                 some seconds",
            ));
        }
        // whoever has no key of it cannot keep its holder waiting
        count(&self.by_did, proof.did.0)?;
        if lock(&self.challenges).take(proof.did, &proof.challenge, now()) {
            Ok(())
        } else {
            Err(challenge_over())
        }
    }

    async fn record(&self, did: Did) -> Result<Option<DidRecord>, Problem> {
        let mut node = lock(&self.node).clone();
        let proven = node.record_now(did, PATIENCE).await?;
        self.learn(node);
        let oldest = now().0.saturating_sub(self.genesis.parameters.max_idle).saturating_sub(PROOF_AGE_MAX);
        if proven.header.time.0 < oldest {
            let detail = "the authority's node is behind the network: try again later";
            return Err(Problem::new(Code::LedgerUnavailable, detail));
        }
        Ok(proven.record)
    }

    /// Goes on from the newest validators that any question led to.
    fn learn(&self, asked: CheckedNode) {
        let mut known = lock(&self.node);
        if asked.light().epoch() > known.light().epoch() {
            *known = asked;
        }
    }

    fn count_address(&self, from: IpAddr) -> Result<(), Problem> {
        // a whole network of version 6 is one household's
        let who = match from {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
        };
        count(&self.by_address, digest(Context::Random, &who))
    }
}

fn count(limit: &Mutex<Limit>, who: Digest) -> Result<(), Problem> {
    if lock(limit).allows(who, now()) {
        return Ok(());
    }
    Err(Problem::new(Code::Busy, "this was asked for too often: come back later"))
}

fn challenge_over() -> Problem {
    let detail = "the challenge is not open for this DID: it is five minutes old, was used, or is none; `POST /v1/challenges` \
                  gives a new one";
    Problem::new(Code::ChallengeInvalid, detail)
}

fn may_log_in(record: &DidRecord, key: &PublicKey) -> bool {
    let is_that = |held: &realdid_identity::HeldKey| held.key.key == *key && held.key.purposes.authentication;
    !record.deactivated && record.keys.iter().any(is_that)
}

/// The time of day.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Whoever panicked while it held the lock left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
