//! One replica with a ledger in memory, a clock that stands still and keys by name.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use realdid_consensus::{Folder, Now, Outcome};
use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, SecretKey};
use realdid_replica::{Commit, Effect, Input, Recovered, Replica, Settings, Surroundings, Timer};
use realdid_state::{MemoryStore, genesis_state};
use realdid_types::{
    Batch, Block, CreateDid, Did, DidKey, Epoch, EpochView, Genesis, KeySignature, Member, Message,
    NetworkName, Operation, OrganisationName, Parameters, Purposes, Sender, Sequence, SignedBatch,
    SignedTransaction, StateRoot, Timestamp, Transaction, Validator, ValidatorIndex, Vote,
};

use crate::chain::Chain;

const START: Timestamp = Timestamp(1_000_000);

/// The key that everybody knows by this name.
pub fn secret(name: &str) -> SecretKey {
    let mut seed = [0; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    SecretKey::ed25519(&seed)
}

pub fn public(name: &str) -> PublicKey {
    secret(name).public_key()
}

/// The consensus key of a validator.
pub fn validator(index: usize) -> PublicKey {
    public(&format!("validator-{index}"))
}

/// The key under which a member's node authors batches.
pub fn node(index: usize) -> String {
    format!("node-{index}")
}

/// Members 0 to n − 1, each with one validator and one node.
fn genesis(n: usize) -> Genesis {
    let name = |index: usize| OrganisationName::new(&format!("member-{index}")).expect("a name");
    let member = |index: usize| Member {
        name: name(index),
        key: public(&format!("member-{index}")),
        nodes: vec![public(&node(index))],
        roles: None,
    };
    let validator = |index: usize| Validator {
        organisation: name(index),
        consensus_key: validator(index),
        transport_key: public(&format!("transport-{index}")),
    };
    Genesis {
        network: NetworkName::new("local").expect("a name"),
        random: Digest::from_bytes([42; 32]),
        time: START,
        development: true,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 10_000,
            approvals: 1,
            format: 1,
        },
        members: (0..n).map(member).collect(),
        validators: (0..n).map(validator).collect(),
    }
}

/// Replica 0. What it asks to be signed or written is done at once; timers wait for a test.
pub struct Bench {
    pub genesis: Genesis,
    pub replica: Replica,
    pub now: Duration,
    /// Batches that are to be stored wait for [`Bench::store_batch`], numbers to be reserved for [`Bench::reserve`].
    pub slow_disk: bool,
    chain: Chain,
    storing: Vec<Arc<SignedBatch>>,
    reserving: Option<u64>,
    /// Those below are reserved, by a process before this one to begin with.
    reserved: u64,
    /// Of the newest block.
    root: Option<StateRoot>,
    /// Who the replica is: a validator, or a member's node without a vote.
    me: PublicKey,
    /// Processes so far.
    started: u8,
}

/// What a process begins with.
struct Beginning<'a> {
    me: PublicKey,
    tip: (&'a Block, Outcome),
    folder: Folder,
    batches: Vec<Arc<SignedBatch>>,
    next_batch: u64,
    /// How many processes there were before.
    after: u8,
}

fn recover(genesis: &Genesis, beginning: Beginning<'_>) -> Replica {
    let Beginning { me, tip: (tip, outcome), folder, batches, next_batch, after } = beginning;
    let consensus = realdid_consensus::Recovered {
        epoch: Epoch(0),
        validators: Arc::new(genesis.validator_set().expect("a sound genesis")),
        start: genesis.block().expect("a sound genesis").digest(),
        epoch_end: None,
        tip: tip.clone(),
        outcome,
        votes: Vec::new(),
        certificates: Vec::new(),
        proposals: Vec::new(),
        lead_mark: EpochView::default(),
        wiped_bound: EpochView::default(),
        folder,
        nonce: Digest::from_bytes([after; 32]),
        alarm: None,
    };
    let settings = Settings {
        genesis: genesis.digest(),
        me,
        node: public(&node(0)),
        parameters: genesis.parameters.clone(),
    };
    Replica::recover(settings, Recovered { consensus, batches, next_batch })
}

impl Bench {
    /// One of `n` validators, started on a new folder and past its time of listening.
    pub fn of(n: usize) -> Self {
        Self::holding(n, Vec::new())
    }

    /// The same on a folder that holds these batches.
    pub fn holding(n: usize, batches: Vec<Arc<SignedBatch>>) -> Self {
        let genesis = genesis(n);
        let execution = genesis_state(&genesis).expect("a sound genesis");
        let mut state = MemoryStore::default();
        state.commit(&execution);
        let tip = genesis.block().expect("a sound genesis");
        let outcome = Outcome { root: execution.root, next: execution.next_validators };
        let stored = batches.iter().map(|batch| (batch.batch.digest(), batch.clone())).collect();
        let me = validator(0);
        let beginning = Beginning {
            me,
            tip: (&tip, outcome),
            folder: Folder::NeverVoted,
            batches,
            next_batch: 1,
            after: 0,
        };
        Self {
            replica: recover(&genesis, beginning),
            genesis,
            now: Duration::ZERO,
            slow_disk: false,
            chain: Chain { state, blocks: vec![tip], batches: stored },
            storing: Vec::new(),
            reserving: None,
            reserved: 1,
            root: None,
            me,
            started: 1,
        }
    }

    /// The process ends, and another one starts on what it left.
    pub fn restart(&mut self) -> Vec<Effect> {
        let tip = self.chain.blocks.last().expect("genesis at least");
        let execution = genesis_state(&self.genesis).expect("a sound genesis");
        let outcome = Outcome { root: self.root.unwrap_or(execution.root), next: execution.next_validators };
        let beginning = Beginning {
            me: self.me,
            tip: (tip, outcome),
            // alone, a validator that knows of no votes would ask nobody
            folder: if self.me == validator(0) { Folder::Voted } else { Folder::Wiped },
            batches: Vec::new(),
            next_batch: self.reserved,
            after: self.started,
        };
        self.replica = recover(&self.genesis, beginning);
        self.started += 1;
        self.start()
    }

    /// On a folder that has the same chain, and has reserved none of the numbers that were used.
    pub fn restart_without_numbers(&mut self) {
        self.reserved = 0;
        self.restart();
    }

    /// The same, as a member's node that is no validator.
    pub fn restart_without_numbers_and_vote(&mut self) {
        self.me = public("gateway");
        self.restart_without_numbers();
    }

    pub fn start(&mut self) -> Vec<Effect> {
        let effects = self.take(Input::Start);
        self.take(Input::Timer(Timer::Consensus(realdid_consensus::Timer::Listen)));
        effects
    }

    /// Takes an input and everything that is answered at once; returns what was asked for.
    pub fn take(&mut self, input: Input) -> Vec<Effect> {
        let mut inputs = VecDeque::from([input]);
        let mut asked = Vec::new();
        while let Some(input) = inputs.pop_front() {
            let now = Now { monotonic: self.now, wall: START.plus(1) };
            let verifier = Ed25519Verifier::default();
            let surroundings = Surroundings { now, ledger: &self.chain, verifier: &verifier };
            for effect in self.replica.step(&surroundings, input) {
                inputs.extend(self.carry_out(&effect));
                asked.push(effect);
            }
        }
        asked
    }

    fn carry_out(&mut self, effect: &Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => {
                let votes = write.votes.iter().map(|statement| Vote {
                    statement: *statement,
                    signer: ValidatorIndex(0),
                    signature: sign("validator-0", statement.signing_digest(self.genesis.digest())),
                });
                write.sync.then(|| Input::Stored(write.id, votes.collect()))
            }
            Effect::StoreBatch(batch) => {
                self.storing.push(batch.clone());
                if self.slow_disk { None } else { self.store_next() }
            }
            Effect::Execute(executable) => Some(Input::Execute(executable.clone())),
            Effect::ReserveNumbers(below) => {
                self.reserving = Some(*below);
                if self.slow_disk { None } else { self.reserve_next() }
            }
            Effect::SignProposal(header) => {
                let message = header.proposal_digest(self.genesis.digest());
                Some(Input::ProposalSigned(header.clone(), sign("validator-0", message)))
            }
            Effect::SignBatch(batch) => Some(Input::BatchSigned(self.signed(&node(0), (**batch).clone()))),
            Effect::Commit(commit) => {
                self.commit(commit);
                None
            }
            _ => None,
        }
    }

    fn commit(&mut self, commit: &Commit) {
        self.root = Some(commit.execution.root);
        self.chain.state.commit(&commit.execution);
        self.chain.blocks.push(commit.block.clone());
    }

    fn store_next(&mut self) -> Option<Input> {
        let batch = self.storing.pop()?;
        let digest = batch.batch.digest();
        self.chain.batches.insert(digest, batch);
        Some(Input::BatchStored(digest))
    }

    /// The final state.
    pub fn state(&self) -> &MemoryStore {
        &self.chain.state
    }

    fn reserve_next(&mut self) -> Option<Input> {
        let below = self.reserving.take()?;
        self.reserved = below;
        Some(Input::NumbersReserved(below))
    }

    pub fn is_reserving(&self) -> bool {
        self.reserving.is_some()
    }

    /// Numbers that wait are reserved.
    pub fn reserve(&mut self) -> Vec<Effect> {
        self.reserve_next().map_or_else(Vec::new, |reserved| self.take(reserved))
    }

    /// A batch that waits becomes durable.
    pub fn store_batch(&mut self) -> Vec<Effect> {
        self.store_next().map_or_else(Vec::new, |stored| self.take(stored))
    }

    pub fn hear(&mut self, from: usize, message: Message) -> Vec<Effect> {
        self.take(Input::Received(validator(from), Arc::new(message)))
    }

    pub fn submit(&mut self, signed: &SignedTransaction) -> Vec<Effect> {
        self.take(Input::Submitted(Box::new(signed.clone())))
    }

    /// Lets the time of packing come.
    pub fn pack(&mut self) -> Vec<Effect> {
        self.now += Duration::from_millis(10);
        self.take(Input::Timer(Timer::Pack))
    }

    /// Creates the DID of a newcomer of this name.
    pub fn creation(&self, name: &str) -> SignedTransaction {
        let purposes = Purposes { invocation: true, authentication: true, assertion: false };
        let keys = vec![DidKey { key: public(name), purposes }];
        let create = CreateDid::of_keys(keys, Digest::from_bytes([7; 32]), Digest::ZERO);
        let operation = Operation::CreateDid(create);
        let transaction = Transaction {
            genesis: self.genesis.digest(),
            sender: Sender::Did(Did(operation.digest())),
            sequence: Sequence(0),
            expires: START.plus(100_000),
            operation,
        };
        signed_by(name, transaction)
    }

    /// The same as the transaction after another, which nobody hands in: a block skips it.
    pub fn too_early(&self, name: &str) -> SignedTransaction {
        let first = self.creation(name).transaction;
        signed_by(name, Transaction { sequence: Sequence(1), ..first })
    }

    /// A batch that a node made of these transactions.
    pub fn batch(&self, author: &str, transactions: Vec<SignedTransaction>) -> Arc<SignedBatch> {
        self.numbered(author, 0, transactions)
    }

    /// The batch of this number.
    pub fn numbered(
        &self,
        author: &str,
        number: u64,
        transactions: Vec<SignedTransaction>,
    ) -> Arc<SignedBatch> {
        self.signed(author, Batch { author: public(author), number, transactions })
    }

    fn signed(&self, author: &str, batch: Batch) -> Arc<SignedBatch> {
        let signature = sign(author, batch.signing_digest(self.genesis.digest()));
        Arc::new(SignedBatch { batch, signature })
    }
}

fn signed_by(name: &str, transaction: Transaction) -> SignedTransaction {
    let signature = secret(name).sign(transaction.id().0.as_bytes());
    SignedTransaction { signatures: vec![KeySignature { key: public(name), signature }], transaction }
}

fn sign(name: &str, message: Digest) -> realdid_crypto::Signature {
    secret(name).sign(message.as_bytes())
}

/// The messages among effects that go to everybody.
pub fn broadcasts(effects: &[Effect]) -> impl Iterator<Item = &Message> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Broadcast(message) => Some(&**message),
        _ => None,
    })
}

/// The messages among effects that go to this validator alone.
pub fn sent_to(effects: &[Effect], to: usize) -> impl Iterator<Item = &Message> {
    let to = validator(to);
    effects.iter().filter_map(move |effect| match effect {
        Effect::Send(peer, message) if *peer == to => Some(&**message),
        _ => None,
    })
}
