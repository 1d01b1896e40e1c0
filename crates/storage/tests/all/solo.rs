//! A network of one validator on a real disk, driven by hand: every block is final as soon as its votes are synced.

use std::{collections::BTreeMap, path::Path, time::Duration};

use realdid_consensus::Now;
use realdid_crypto::{Context, Digest, Ed25519Verifier, SecretKey, digest};
use realdid_replica::{Effect, Input, Replica, Settings, Surroundings, Timer};
use realdid_storage::{KeyHistory, Store};
use realdid_types::{
    CreateDid, Did, DidKey, Genesis, Height, KeySignature, Member, NetworkName, Operation, OrganisationName,
    Parameters, Purposes, Sender, Sequence, SignedBatch, SignedTransaction, StateRoot, Timestamp,
    Transaction, Validator, Vote,
};

/// The time of day when everything starts.
const START: u64 = 1_700_000_000_000;

pub fn consensus_key() -> SecretKey {
    SecretKey::ed25519(&[1; 32])
}

pub fn author_key() -> SecretKey {
    SecretKey::ed25519(&[2; 32])
}

pub fn genesis() -> Genesis {
    let name = OrganisationName::new("ministry").unwrap();
    Genesis {
        network: NetworkName::new("solo").unwrap(),
        random: Digest::from_bytes([9; 32]),
        time: Timestamp(START),
        development: true,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 1_000_000,
            approvals: 1,
            format: 1,
        },
        members: vec![Member {
            name: name.clone(),
            key: SecretKey::ed25519(&[3; 32]).public_key(),
            nodes: vec![author_key().public_key()],
            roles: None,
        }],
        validators: vec![Validator {
            organisation: name,
            consensus_key: consensus_key().public_key(),
            transport_key: SecretKey::ed25519(&[4; 32]).public_key(),
        }],
    }
}

pub fn create(folder: &Path) -> Store {
    Store::create(folder, &genesis(), KeyHistory::NeverVoted).unwrap()
}

pub fn open(folder: &Path) -> Store {
    Store::open(folder, &genesis()).unwrap()
}

/// The transaction that creates citizen number `number`.
pub fn create_did(number: u64) -> (Did, SignedTransaction) {
    let key = SecretKey::ed25519(digest(Context::Random, &number.to_be_bytes()).as_bytes());
    let purposes = Purposes { authentication: true, invocation: true, assertion: true };
    let operation = Operation::CreateDid(CreateDid::of_keys(
        vec![DidKey { key: key.public_key(), purposes }],
        Digest::from_bytes([5; 32]),
        Digest::ZERO,
    ));
    let did = Did(operation.digest());
    let transaction = Transaction {
        genesis: genesis().digest(),
        sender: Sender::Did(did),
        sequence: Sequence(0),
        expires: Timestamp(START + 500_000),
        operation,
    };
    let signature = key.sign(transaction.id().0.as_bytes());
    let signatures = vec![KeySignature { key: key.public_key(), signature }];
    (did, SignedTransaction { transaction, signatures })
}

/// A validator on its own.
pub struct Solo {
    pub store: Store,
    pub replica: Replica,
    now: Duration,
    timers: BTreeMap<Timer, Duration>,
    /// The root after each height, as execution gave it.
    pub roots: BTreeMap<Height, StateRoot>,
}

impl Solo {
    /// Goes on from a folder, at least as late as the blocks in it.
    pub fn start(store: Store) -> Self {
        let recovered = store.recover(Digest::from_bytes([8; 32])).unwrap();
        let settings = Settings {
            genesis: genesis().digest(),
            me: consensus_key().public_key(),
            node: author_key().public_key(),
            parameters: genesis().parameters,
        };
        let passed = recovered.consensus.tip.header.time.0.saturating_sub(START);
        let root = recovered.consensus.outcome.root;
        let mut solo = Self {
            roots: BTreeMap::from([(store.tip(), root)]),
            store,
            replica: Replica::recover(settings, recovered),
            now: Duration::from_millis(passed),
            timers: BTreeMap::new(),
        };
        solo.step(Input::Start);
        solo
    }

    pub fn submit(&mut self, signed: SignedTransaction) {
        self.step(Input::Submitted(Box::new(signed)));
    }

    /// Lets time pass until a block of this height is final.
    pub fn run_to(&mut self, height: Height) {
        for _ in 0..10_000 {
            if self.store.tip() >= height {
                return;
            }
            let (timer, at) = self.timers.iter().min_by_key(|(_, at)| **at).map(|(a, b)| (*a, *b)).unwrap();
            self.timers.remove(&timer);
            self.now = self.now.max(at);
            self.step(Input::Timer(timer));
        }
        panic!("no block of height {height} after 10,000 timers");
    }

    fn step(&mut self, input: Input) {
        let mut inputs = std::collections::VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let now = Now {
                monotonic: self.now,
                wall: Timestamp(START + u64::try_from(self.now.as_millis()).unwrap()),
            };
            let verifier = Ed25519Verifier::default();
            let surroundings = Surroundings { now, ledger: &self.store, verifier: &verifier };
            for effect in self.replica.step(&surroundings, input) {
                inputs.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => {
                let sign = |statement: &realdid_types::VoteStatement| Vote {
                    statement: *statement,
                    signer: realdid_types::ValidatorIndex(0),
                    signature: consensus_key().sign(statement.signing_digest(genesis().digest()).as_bytes()),
                };
                let votes: Vec<Vote> = write.votes.iter().map(sign).collect();
                self.store.write(&votes, &write.records).unwrap();
                if write.sync {
                    self.store.sync().unwrap();
                    return Some(Input::Stored(write.id, votes));
                }
            }
            Effect::StoreBatch(batch) => {
                self.store.store_batch(&batch).unwrap();
                self.store.sync().unwrap();
                return Some(Input::BatchStored(batch.batch.digest()));
            }
            Effect::Execute(executable) => return Some(Input::Execute(executable)),
            Effect::ReserveNumbers(below) => {
                self.store.reserve_numbers(below).unwrap();
                self.store.sync().unwrap();
                return Some(Input::NumbersReserved(below));
            }
            Effect::Commit(commit) => {
                self.store.commit(&commit).unwrap();
                self.roots.insert(commit.block.header.height, commit.execution.root);
            }
            Effect::SignProposal(header) => {
                let signature = consensus_key().sign(header.proposal_digest(genesis().digest()).as_bytes());
                return Some(Input::ProposalSigned(header, signature));
            }
            Effect::SignBatch(batch) => {
                let signature = author_key().sign(batch.signing_digest(genesis().digest()).as_bytes());
                return Some(Input::BatchSigned(std::sync::Arc::new(SignedBatch {
                    batch: *batch,
                    signature,
                })));
            }
            Effect::SetTimer(timer, at) => drop(self.timers.insert(timer, at)),
            Effect::Alarm(alarm) => panic!("{alarm:?}"),
            _ => {}
        }
        None
    }
}
