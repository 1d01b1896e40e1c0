//! A ledger of four members in memory, and the people who use it.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, SecretKey, Signature};
use realdid_identity::DidRecord;
use realdid_state::{
    Execution, Inputs, MemberEntry, MemoryStore, Outcome, Refused, Skipped, StateKey, StateRead,
    ValidatorSets, execute, genesis_state, invariants, read,
};
use realdid_types::{
    Batch, Block, CreateDid, Did, DidKey, EpochView, Genesis, GenesisDigest, Header, KeySignature, Member,
    NetworkName, Operation, OrganisationName, Parameters, Purposes, Roles, Sender, Sequence, SignedBatch,
    SignedTransaction, Timestamp, Transaction, UpdateDid, Validator, ValidatorIndex, View,
};

pub const MEMBERS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
pub const START: u64 = 1_000_000;
pub const BLOCK_TIME: u64 = 1_000;

/// The key that everybody knows by this name.
pub fn secret(name: &str) -> SecretKey {
    let mut seed = [0; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    SecretKey::ed25519(&seed)
}

pub fn public(name: &str) -> PublicKey {
    secret(name).public_key()
}

pub fn organisation(name: &str) -> OrganisationName {
    OrganisationName::new(name).expect("a name")
}

pub fn member(name: &str) -> Sender {
    Sender::Organisation(organisation(name))
}

pub fn validator(name: &str, organisation_name: &str) -> Validator {
    Validator {
        organisation: organisation(organisation_name),
        consensus_key: public(&format!("{name}.consensus")),
        transport_key: public(&format!("{name}.transport")),
    }
}

/// What a network was before there were roles and most operations.
pub fn genesis_of_format_1() -> Genesis {
    let mut genesis = genesis();
    genesis.parameters.format = 1;
    genesis.members.iter_mut().for_each(|member| member.roles = None);
    genesis
}

/// Delta attests people; the others register sites.
pub fn genesis() -> Genesis {
    let roles = |name: &str| Roles { authority: name == "delta", operator: name != "delta" };
    let member = |name: &&str| Member {
        name: organisation(name),
        key: public(name),
        nodes: vec![public(&format!("{name}.node"))],
        roles: Some(roles(name)),
    };
    let mut members: Vec<Member> = MEMBERS.iter().map(member).collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Genesis {
        network: NetworkName::new("local").expect("a name"),
        random: Digest::from_bytes([42; 32]),
        time: Timestamp(START),
        development: true,
        parameters: Parameters {
            max_idle: 1_000,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 10_000,
            approvals: 3,
            format: 2,
        },
        members,
        validators: MEMBERS.iter().map(|name| validator(name, name)).collect(),
    }
}

/// A key of a DID by its owner's name for it.
pub fn did_key(name: &str, invocation: bool) -> DidKey {
    DidKey {
        key: public(name),
        purposes: Purposes { invocation, authentication: !invocation, assertion: false },
    }
}

/// Creates a DID whose invocation keys have these names.
pub fn create_with(names: &[&str]) -> CreateDid {
    let keys: BTreeSet<DidKey> = names.iter().map(|name| did_key(name, true)).collect();
    CreateDid::of_keys(keys.into_iter().collect(), Digest::from_bytes([7; 32]), Digest::ZERO)
}

pub fn did_of(operation: &CreateDid) -> Did {
    Did(Operation::CreateDid(operation.clone()).digest())
}

/// Adds and removes keys by their names; those added are for invocation.
pub fn update_of(did: Did, add: &[&str], remove: &[&str]) -> UpdateDid {
    let added: BTreeSet<DidKey> = add.iter().map(|name| did_key(name, true)).collect();
    let removed: BTreeSet<PublicKey> = remove.iter().map(|name| public(name)).collect();
    UpdateDid::of_keys(did, added.into_iter().collect(), removed.into_iter().collect(), Digest::ZERO)
}

/// A block with its batches, as it would be stored.
#[derive(Clone)]
pub struct StoredBlock {
    pub genesis: GenesisDigest,
    pub header: Header,
    pub batches: Vec<SignedBatch>,
}

impl StoredBlock {
    pub fn execute_on(&self, before: &dyn StateRead) -> Execution {
        let batches: Vec<&SignedBatch> = self.batches.iter().collect();
        let (genesis, header) = (self.genesis, &self.header);
        execute(&Inputs { genesis, header, batches: &batches, verifier: &Ed25519Verifier::default() }, before)
    }
}

/// A state, its newest block, and what is needed to go on.
#[derive(Clone)]
pub struct Ledger {
    pub genesis: Genesis,
    pub store: MemoryStore,
    pub tip: Header,
    /// The next block's time after the newest's.
    pub pause: u64,
    next_numbers: BTreeMap<PublicKey, u64>,
}

impl Ledger {
    pub fn new() -> Self {
        Self::of(genesis())
    }

    pub fn of(genesis: Genesis) -> Self {
        let mut store = MemoryStore::default();
        store.commit(&genesis_state(&genesis).expect("a sound genesis"));
        let tip = genesis.block().expect("a sound genesis").header;
        Self { genesis, store, tip, pause: BLOCK_TIME, next_numbers: BTreeMap::new() }
    }

    pub fn digest(&self) -> GenesisDigest {
        self.genesis.digest()
    }

    /// The time of the block that comes next.
    pub fn now(&self) -> Timestamp {
        self.tip.time.plus(self.pause)
    }

    pub fn sets(&self) -> ValidatorSets {
        self.entry(&StateKey::ValidatorSets).expect("always there")
    }

    pub fn entry<T: realdid_types::Wire>(&self, key: &StateKey) -> Option<T> {
        read(&self.store, key)
    }

    pub fn record(&self, did: Did) -> Option<DidRecord> {
        self.entry(&StateKey::Record(did))
    }

    /// The number that a sender's next transaction must have.
    pub fn next_sequence(&self, sender: &Sender) -> Sequence {
        match sender {
            Sender::Did(did) => self.record(*did).map(|record| record.next_sequence),
            Sender::Organisation(name) => {
                self.entry::<MemberEntry>(&StateKey::Member(name.clone())).map(|entry| entry.next_sequence)
            }
        }
        .unwrap_or_default()
    }

    /// The sender's next transaction, signed by the keys of these names.
    pub fn sign(&self, sender: Sender, operation: Operation, signers: &[&str]) -> SignedTransaction {
        let transaction = Transaction {
            genesis: self.digest(),
            sequence: self.next_sequence(&sender),
            sender,
            expires: self.now().plus(60_000),
            operation,
        };
        signed_by(transaction, signers)
    }

    /// A `create` signed by all its keys.
    pub fn create(&self, names: &[&str]) -> SignedTransaction {
        let operation = create_with(names);
        self.sign(Sender::Did(did_of(&operation)), Operation::CreateDid(operation), names)
    }

    pub fn update(&self, operation: UpdateDid, signers: &[&str]) -> SignedTransaction {
        self.sign(Sender::Did(operation.did), Operation::UpdateDid(operation), signers)
    }

    /// The next batch of a member's first node.
    pub fn batch(&mut self, member: &str, transactions: Vec<SignedTransaction>) -> SignedBatch {
        self.batch_of(&format!("{member}.node"), transactions)
    }

    /// The next batch of a node by its key's name.
    pub fn batch_of(&mut self, node: &str, transactions: Vec<SignedTransaction>) -> SignedBatch {
        let node = secret(node);
        let next = self.next_numbers.entry(node.public_key()).or_default();
        let number = std::mem::replace(next, *next + 1);
        sign_batch(self.genesis.digest(), &node, number, transactions)
    }

    /// The next block with these batches; after a barrier it opens the next epoch.
    pub fn next_block(&self, batches: Vec<SignedBatch>) -> StoredBlock {
        let sets = self.sets();
        let changed = sets.current != sets.next;
        let epoch = if changed { sets.epoch.next() } else { self.tip.at.epoch };
        let references: Vec<_> = batches.iter().map(SignedBatch::reference).collect();
        let header = Header {
            at: EpochView::new(epoch, if changed { View(1) } else { self.tip.at.view.next() }),
            height: self.tip.height.next(),
            parent: self.tip.digest(),
            parent_view: if changed { View(0) } else { self.tip.at.view },
            validators: sets.next.digest(),
            next_validators: sets.next.digest(),
            state_root: realdid_types::StateRoot(realdid_merkle::root_of(&self.store)),
            batches: Block::batches_root(&references),
            transactions: references.iter().map(|reference| reference.transactions).sum(),
            time: self.now(),
            proposer: ValidatorIndex(0),
        };
        StoredBlock { genesis: self.digest(), header, batches }
    }

    /// Executes and commits a block, checks every invariant, and tells what became of its transactions.
    pub fn run(&mut self, batches: Vec<SignedBatch>) -> (Execution, Vec<Outcome>) {
        let block = self.next_block(batches);
        let execution = block.execute_on(&self.store);
        let batches: Vec<&SignedBatch> = block.batches.iter().collect();
        invariants::check_execution(&self.store, &batches, &execution).expect("a sound execution");
        self.store.commit(&execution);
        self.tip = block.header;
        invariants::check(&self.store).expect("a sound state");
        let outcomes = execution.receipts.iter().map(|receipt| receipt.outcome).collect();
        (execution, outcomes)
    }

    /// Runs a block of one batch of alpha's.
    pub fn include(&mut self, transactions: Vec<SignedTransaction>) -> Vec<Outcome> {
        let batch = self.batch("alpha", transactions);
        self.run(vec![batch]).1
    }

    /// Includes transactions that must all be applied.
    pub fn apply(&mut self, transactions: Vec<SignedTransaction>) {
        let outcomes = self.include(transactions);
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
    }

    /// Includes a transaction that must be skipped, and checks that nothing but the author's accounts changed.
    pub fn assert_skipped(&mut self, transaction: SignedTransaction, skipped: Skipped) {
        let before = self.store.clone();
        let outcomes = self.include(vec![transaction]);
        assert_eq!(outcomes, [Outcome::Skipped(skipped)]);
        self.assert_changed_only(&before, &[]);
    }

    /// Includes a transaction that must be refused, and checks that beside the author's accounts only its sender's
    /// number changed.
    pub fn assert_refused(&mut self, transaction: SignedTransaction, refused: Refused) {
        let before = self.store.clone();
        let sender = transaction.transaction.sender.clone();
        let outcomes = self.include(vec![transaction]);
        assert_eq!(outcomes, [Outcome::Refused(refused)]);
        match sender {
            Sender::Did(did) => {
                let key = StateKey::Record(did);
                let old: DidRecord = read(&before, &key).expect("a sender");
                let next_sequence = old.next_sequence.next();
                assert_eq!(self.record(did), Some(DidRecord { next_sequence, ..old }));
                self.assert_changed_only(&before, &[key]);
            }
            Sender::Organisation(name) => {
                let key = StateKey::Member(name);
                let old: MemberEntry = read(&before, &key).expect("a sender");
                let next_sequence = old.next_sequence.next();
                assert_eq!(self.entry(&key), Some(MemberEntry { next_sequence, ..old }));
                self.assert_changed_only(&before, &[key]);
            }
        }
    }

    fn assert_changed_only(&self, before: &MemoryStore, allowed: &[StateKey]) {
        let slot = StateKey::RecentHeader((self.tip.height.previous().0 % 256) as u8);
        let accounts = [
            StateKey::Receipts,
            slot,
            StateKey::Node(public("alpha.node")),
            StateKey::Quota(organisation("alpha")),
        ];
        let allowed: BTreeSet<Vec<u8>> = accounts.iter().chain(allowed).map(StateKey::to_bytes).collect();
        let keys: BTreeSet<_> = before.values().keys().chain(self.store.values().keys()).collect();
        for key in keys.into_iter().filter(|key| !allowed.contains(*key)) {
            assert_eq!(before.values().get(key), self.store.values().get(key), "{key:02x?} changed");
        }
    }
}

pub fn signed_by(transaction: Transaction, signers: &[&str]) -> SignedTransaction {
    let id = transaction.id();
    let sign =
        |name: &&str| KeySignature { key: public(name), signature: secret(name).sign(id.0.as_bytes()) };
    let signatures: BTreeSet<KeySignature> = signers.iter().map(sign).collect();
    SignedTransaction { transaction, signatures: signatures.into_iter().collect() }
}

pub fn sign_batch(
    genesis: GenesisDigest,
    node: &SecretKey,
    number: u64,
    transactions: Vec<SignedTransaction>,
) -> SignedBatch {
    let batch = Batch { author: node.public_key(), number, transactions };
    let signature: Signature = node.sign(batch.signing_digest(genesis).as_bytes());
    let signed = SignedBatch { batch, signature };
    assert!(signed.verify(genesis, &Ed25519Verifier::default()), "only verified batches are executed");
    signed
}

/// A closing block on the barrier, or on a closing block.
pub fn closing_block(genesis: GenesisDigest, parent: &Header, sets: &ValidatorSets) -> StoredBlock {
    let header = Header {
        at: parent.at.next_view(),
        height: if parent.is_closing() { parent.height } else { parent.height.next() },
        parent: parent.digest(),
        parent_view: parent.at.view,
        validators: sets.current.digest(),
        next_validators: sets.next.digest(),
        batches: Block::batches_root(&[]),
        transactions: 0,
        time: parent.time.plus(1),
        ..parent.clone()
    };
    StoredBlock { genesis, header, batches: Vec::new() }
}
