//! A network of one validator that is driven by hand: its time passes when it is told to.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::Arc,
    time::Duration,
};

use realdid_consensus::Now;
use realdid_crypto::{Digest, Ed25519Verifier, SecretKey};
use realdid_mempool::Refusal;
use realdid_replica::{Commit, Effect, Input, Replica, Settings, Surroundings, Timer};
use realdid_storage::{KeyHistory, Store};
use realdid_types::{
    Genesis, Member, NetworkName, OrganisationName, Parameters, Roles, SignedBatch, SignedTransaction,
    Timestamp, TransactionId, Validator, ValidatorIndex, Vote,
};

/// The time of day when everything starts: 2023-11-14T22:13:20Z.
pub const START: u64 = 1_700_000_000_000;

fn consensus_key() -> SecretKey {
    SecretKey::ed25519(&[1; 32])
}

pub fn author_key() -> SecretKey {
    SecretKey::ed25519(&[2; 32])
}

/// Signs for the only member.
pub fn member_key() -> SecretKey {
    SecretKey::ed25519(&[3; 32])
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
            format: 2,
        },
        members: vec![Member {
            name: name.clone(),
            key: member_key().public_key(),
            nodes: vec![author_key().public_key()],
            roles: Some(Roles { authority: true, operator: true }),
        }],
        validators: vec![Validator {
            organisation: name,
            consensus_key: consensus_key().public_key(),
            transport_key: SecretKey::ed25519(&[4; 32]).public_key(),
        }],
    }
}

pub fn create_store(folder: &Path) -> Store {
    Store::create(folder, &genesis(), KeyHistory::NeverVoted).unwrap()
}

pub struct Solo {
    pub store: Arc<Store>,
    replica: Replica,
    now: Duration,
    timers: BTreeMap<Timer, Duration>,
    /// Blocks that became final and nobody was told of yet.
    pub commits: Vec<Commit>,
    /// What was not taken.
    pub refused: BTreeMap<TransactionId, Refusal>,
}

impl Solo {
    pub fn start(store: Arc<Store>) -> Self {
        let recovered = store.recover(Digest::from_bytes([8; 32])).unwrap();
        let settings = Settings {
            genesis: genesis().digest(),
            me: consensus_key().public_key(),
            node: author_key().public_key(),
            parameters: genesis().parameters,
        };
        let mut solo = Self {
            store,
            replica: Replica::recover(settings, recovered),
            now: Duration::ZERO,
            timers: BTreeMap::new(),
            commits: Vec::new(),
            refused: BTreeMap::new(),
        };
        solo.step(Input::Start);
        solo
    }

    pub fn submit(&mut self, signed: SignedTransaction) {
        self.step(Input::Submitted(Box::new(signed)));
    }

    /// Lets a block become final.
    pub fn run_one_block(&mut self) {
        let height = self.store.tip().next();
        while self.store.tip() < height {
            let (timer, at) = self.timers.iter().min_by_key(|(_, at)| **at).map(|(a, b)| (*a, *b)).unwrap();
            self.timers.remove(&timer);
            self.now = self.now.max(at);
            self.step(Input::Timer(timer));
        }
    }

    /// Lets time pass before anything else happens.
    pub fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    fn step(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let wall = Timestamp(START + u64::try_from(self.now.as_millis()).unwrap());
            let now = Now { monotonic: self.now, wall };
            let verifier = Ed25519Verifier::default();
            let surroundings = Surroundings { now, ledger: &*self.store, verifier: &verifier };
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
                    signer: ValidatorIndex(0),
                    signature: consensus_key().sign(statement.signing_digest(genesis().digest()).as_bytes()),
                };
                let votes: Vec<Vote> = write.votes.iter().map(sign).collect();
                self.store.write(&votes, &write.records).unwrap();
                if write.sync {
                    return Some(Input::Stored(write.id, votes));
                }
            }
            Effect::StoreBatch(batch) => {
                self.store.store_batch(&batch).unwrap();
                return Some(Input::BatchStored(batch.batch.digest()));
            }
            Effect::Execute(executable) => return Some(Input::Execute(executable)),
            Effect::ReserveNumbers(below) => {
                self.store.reserve_numbers(below).unwrap();
                return Some(Input::NumbersReserved(below));
            }
            Effect::Commit(commit) => {
                self.store.commit(&commit).unwrap();
                self.commits.push(*commit);
            }
            Effect::SignProposal(header) => {
                let signature = consensus_key().sign(header.proposal_digest(genesis().digest()).as_bytes());
                return Some(Input::ProposalSigned(header, signature));
            }
            Effect::SignBatch(batch) => {
                let signature = author_key().sign(batch.signing_digest(genesis().digest()).as_bytes());
                return Some(Input::BatchSigned(Arc::new(SignedBatch { batch: *batch, signature })));
            }
            Effect::SetTimer(timer, at) => drop(self.timers.insert(timer, at)),
            Effect::Refused(id, refusal) => drop(self.refused.insert(id, refusal)),
            Effect::Alarm(alarm) => panic!("{alarm:?}"),
            _ => {}
        }
        None
    }
}
