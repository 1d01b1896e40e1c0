//! Random ledgers beside a model that is too simple to be wrong: a plain map of values with the root made anew each
//! time, and a few lines of bookkeeping that foretell what becomes of each transaction of a DID.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use realdid_crypto::PublicKey;
use realdid_merkle::{Page, PageId, Pages};
use realdid_state::{
    Execution, Layered, MemoryStore, Outcome, Refused, Skipped, StateRead, genesis_state, invariants, naive,
};
use realdid_types::{Did, Genesis, Operation, Sender, Sequence, SignedBatch, SignedTransaction, Timestamp};

use crate::{
    governance::{approve, joining, leaving, propose},
    ledger::{
        Ledger, MEMBERS, StoredBlock, create_with, did_of, genesis, public, secret, sign_batch, signed_by,
        update_of,
    },
};

const PEOPLE: u64 = 6;
const KEYS_EACH: u64 = 4;

/// A story of one seed: people, members and nodes that do sensible and foolish things.
pub struct Story {
    ledger: Ledger,
    seed: u64,
    sent: Vec<SignedTransaction>,
    included: Vec<SignedBatch>,
    proposals: Vec<SignedTransaction>,
    model: Model,
}

impl Story {
    pub fn of(seed: u64) -> Self {
        Self {
            ledger: Ledger::of(story_genesis()),
            seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            sent: Vec::new(),
            included: Vec::new(),
            proposals: Vec::new(),
            model: Model::default(),
        }
    }

    /// So many blocks, each compared with the model.
    pub fn blocks(mut self, count: usize) -> Vec<StoredBlock> {
        (0..count).map(|_| self.next_block()).collect()
    }

    fn next_block(&mut self) -> StoredBlock {
        self.ledger.pause = [1, 1_000, 7_000, 45_000][self.below(4) as usize];
        let batches: Vec<SignedBatch> = (0..self.below(4)).map(|_| self.batch()).collect();
        let block = self.ledger.next_block(batches.clone());
        let (time, quota) = (block.header.time, &self.ledger.genesis.parameters);
        let foretold = self.model.foretell(&batches, time, quota.quota_window, quota.quota);

        let (_, outcomes) = self.ledger.run(batches.clone());

        for (outcome, foretold) in outcomes.iter().zip(&foretold) {
            let matches = foretold.is_none_or(|foretold| foretold == *outcome);
            assert!(matches, "{outcome:?} where {foretold:?} was foretold");
        }
        assert_eq!(outcomes.len(), foretold.len());
        self.included.extend(batches);
        block
    }

    fn batch(&mut self) -> SignedBatch {
        match self.below(8) {
            0 if !self.included.is_empty() => {
                let place = self.below(self.included.len() as u64) as usize;
                self.included[place].clone()
            }
            1 => {
                let number = self.below(1_000);
                let transactions = self.transactions();
                sign_batch(self.ledger.digest(), &secret("omega.node"), number, transactions)
            }
            _ => {
                let member = MEMBERS[self.below(4) as usize];
                let transactions = self.transactions();
                self.ledger.batch(member, transactions)
            }
        }
    }

    fn transactions(&mut self) -> Vec<SignedTransaction> {
        let made: Vec<_> = (0..self.below(7)).map(|_| self.transaction()).collect();
        self.sent.extend(made.iter().cloned());
        made
    }

    fn transaction(&mut self) -> SignedTransaction {
        match self.below(14) {
            0..=1 => {
                let name = format!("person{}.0", self.below(PEOPLE));
                self.bend(self.ledger.create(&[&name]))
            }
            2..=7 => self.update(),
            8 if !self.sent.is_empty() => {
                let place = self.below(self.sent.len() as u64) as usize;
                self.sent[place].clone()
            }
            9 => {
                let joiner = format!("joiner{}", self.below(4));
                let change = match self.below(2) {
                    0 => joining(&self.ledger, &joiner),
                    _ => leaving(["delta", "gamma", "joiner0", "joiner1"][self.below(4) as usize]),
                };
                let by = MEMBERS[self.below(4) as usize];
                let proposal = propose(&self.ledger, by, change);
                self.proposals.push(proposal.clone());
                proposal
            }
            10..=12 if !self.proposals.is_empty() => {
                let place =
                    self.proposals.len() - 1 - self.below(self.proposals.len().min(3) as u64) as usize;
                let by = MEMBERS[self.below(4) as usize];
                approve(&self.ledger, by, &self.proposals[place])
            }
            _ => {
                let name = self.key();
                self.ledger.create(&[&name])
            }
        }
    }

    fn update(&mut self) -> SignedTransaction {
        let person = self.below(PEOPLE);
        let did = did_of(&create_with(&[&format!("person{person}.0")]));
        let held = self.model.names_held(did);
        let (stranger, signer) = (self.key(), self.key());
        let own = format!("person{person}.{}", self.below(KEYS_EACH));
        let add = if self.below(3) > 0 { own } else { stranger.clone() };
        let remove = match held.len() {
            some if some > 0 && self.below(4) > 0 => held[self.below(some as u64) as usize].clone(),
            _ => stranger,
        };
        let add: Vec<&str> = if self.below(3) > 0 { vec![&add] } else { vec![] };
        let remove: Vec<&str> = if self.below(3) > 0 { vec![&remove] } else { vec![] };
        let signers: Vec<&str> = match self.below(5) {
            0 => vec![&signer],
            1 => held.iter().map(String::as_str).collect(),
            _ => held.iter().map(String::as_str).chain(add.iter().copied()).collect(),
        };
        let signers = if signers.is_empty() { vec![signer.as_str()] } else { signers };
        let update = self.ledger.update(update_of(did, &add, &remove), &signers);
        let names: Vec<String> = signers.iter().map(|name| (*name).to_owned()).collect();
        self.bend_with(update, &names)
    }

    fn bend(&mut self, signed: SignedTransaction) -> SignedTransaction {
        let names = names_of(|key| signed.is_signed_by(key));
        self.bend_with(signed, &names)
    }

    /// Now and then another number or expiry.
    fn bend_with(&mut self, signed: SignedTransaction, signers: &[String]) -> SignedTransaction {
        let mut transaction = signed.transaction;
        match self.below(10) {
            0 => transaction.sequence = Sequence(self.below(6)),
            1 => transaction.expires = self.ledger.tip.time.plus(self.below(3_000)),
            2 => transaction.expires = self.ledger.tip.time.plus(700_000),
            3 => transaction.sequence = transaction.sequence.next(),
            _ => {}
        }
        let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
        signed_by(transaction, &signers)
    }

    fn key(&mut self) -> String {
        format!("person{}.{}", self.below(PEOPLE), self.below(KEYS_EACH))
    }

    /// A number below `end` (splitmix64).
    fn below(&mut self, end: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ self.seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % end
    }
}

/// Every person's keys by their names.
static KEYS: LazyLock<BTreeMap<String, PublicKey>> = LazyLock::new(|| {
    let names = (0..PEOPLE).flat_map(|person| (0..KEYS_EACH).map(move |key| format!("person{person}.{key}")));
    names.map(|name| (name.clone(), public(&name))).collect()
});

/// The names of the keys that are so.
fn names_of(chosen: impl Fn(&PublicKey) -> bool) -> Vec<String> {
    KEYS.iter().filter(|(_, key)| chosen(key)).map(|(name, _)| name.clone()).collect()
}

/// A small quota, so that it is felt, and two approvals, so that validators change.
fn story_genesis() -> Genesis {
    let mut genesis = genesis();
    genesis.parameters.quota = 20;
    genesis.parameters.approvals = 2;
    genesis
}

/// What is to be known of DIDs, quotas and batches to foretell an outcome.
#[derive(Default)]
struct Model {
    dids: BTreeMap<Did, ModelDid>,
    spent: BTreeMap<(PublicKey, u64), u64>,
    batches: BTreeSet<(PublicKey, u64)>,
}

#[derive(Default)]
struct ModelDid {
    next: u64,
    keys: BTreeSet<PublicKey>,
    gone: BTreeSet<PublicKey>,
}

impl Model {
    fn names_held(&self, did: Did) -> Vec<String> {
        names_of(|key| self.dids.get(&did).is_some_and(|one| one.keys.contains(key)))
    }

    /// What becomes of each transaction; none for those of members.
    fn foretell(
        &mut self,
        batches: &[SignedBatch],
        time: Timestamp,
        window: u64,
        quota: u64,
    ) -> Vec<Option<Outcome>> {
        let known: BTreeSet<PublicKey> = MEMBERS.map(|name| public(&format!("{name}.node"))).into();
        let mut outcomes = Vec::new();
        for batch in batches {
            let (author, number) = (batch.batch.author, batch.batch.number);
            let refused = if !known.contains(&author) {
                Some(Skipped::AuthorUnknown)
            } else if !self.batches.insert((author, number)) {
                Some(Skipped::BatchRepeated)
            } else {
                None
            };
            for signed in &batch.batch.transactions {
                let spent = self.spent.entry((author, time.0 / window)).or_default();
                let units = units(&signed.transaction.operation);
                outcomes.push(match refused {
                    Some(skipped) => Some(Outcome::Skipped(skipped)),
                    None if *spent + units > quota => Some(Outcome::Skipped(Skipped::OverQuota)),
                    None => {
                        *spent += units;
                        self.decide(signed, time)
                    }
                });
            }
        }
        outcomes
    }

    fn decide(&mut self, signed: &SignedTransaction, time: Timestamp) -> Option<Outcome> {
        let transaction = &signed.transaction;
        let skip = |skipped| Some(Outcome::Skipped(skipped));
        if transaction.expires <= time {
            return skip(Skipped::Expired);
        }
        if transaction.expires.0 > time.0 + 600_000 {
            return skip(Skipped::ExpiresTooLate);
        }
        let Sender::Did(did) = transaction.sender else { return None };
        let exists = self.dids.contains_key(&did);
        if !exists && !matches!(transaction.operation, Operation::CreateDid(_)) {
            return skip(Skipped::SenderUnknown);
        }
        let one = self.dids.entry(did).or_default();
        let outcome = match transaction.sequence.0 {
            number if number < one.next => Outcome::Skipped(Skipped::SequenceUsed),
            number if number > one.next => Outcome::Skipped(Skipped::SequenceAhead),
            _ if exists => one.operate(signed),
            _ => one.create(signed),
        };
        if !exists && outcome != Outcome::Applied {
            self.dids.remove(&did);
        }
        Some(outcome)
    }
}

impl ModelDid {
    /// Every key in these stories is for invocation, and no DID commits to a next key.
    fn operate(&mut self, signed: &SignedTransaction) -> Outcome {
        if self.keys.is_disjoint(&signers_of(signed)) {
            return Outcome::Skipped(Skipped::NotAuthorised);
        }
        let Operation::UpdateDid(update) = &signed.transaction.operation else {
            self.next += 1;
            return Outcome::Refused(Refused::OtherSender);
        };
        let added: BTreeSet<PublicKey> = update.add.iter().map(|key| key.key).collect();
        let removed: BTreeSet<PublicKey> = update.remove.iter().copied().collect();
        if !added.is_subset(&signers_of(signed)) {
            return Outcome::Skipped(Skipped::NotPossessed);
        }
        self.next += 1;
        let left: BTreeSet<PublicKey> = self.keys.difference(&removed).chain(&added).copied().collect();
        let refused = if added.is_empty() && removed.is_empty() {
            Refused::NoChange
        } else if !added.is_disjoint(&self.keys) {
            Refused::KeyExists
        } else if !added.is_disjoint(&self.gone) {
            Refused::KeyReplaced
        } else if !removed.is_subset(&self.keys) {
            Refused::NoSuchKey
        } else if left.len() > 8 {
            Refused::TooManyKeys
        } else if left.is_empty() {
            Refused::NoInvocationKey
        } else {
            self.gone.extend(removed);
            self.keys = left;
            return Outcome::Applied;
        };
        Outcome::Refused(refused)
    }

    fn create(&mut self, signed: &SignedTransaction) -> Outcome {
        let Operation::CreateDid(create) = &signed.transaction.operation else {
            return Outcome::Skipped(Skipped::SenderUnknown);
        };
        self.keys = create.keys.iter().map(|key| key.key).collect();
        self.next = 1;
        if self.keys.is_subset(&signers_of(signed)) {
            Outcome::Applied
        } else {
            Outcome::Skipped(Skipped::NotPossessed)
        }
    }
}

fn signers_of(signed: &SignedTransaction) -> BTreeSet<PublicKey> {
    signed.signatures.iter().map(|by| by.key).collect()
}

fn units(operation: &Operation) -> u64 {
    match operation {
        Operation::CreateDid(_) | Operation::ReportEvidence(_) => 1,
        Operation::UpdateDid(update) => 1 + update.remove.len() as u64,
        Operation::Propose(_) | Operation::Approve(_) => 2,
        other => unreachable!("no story has {other:?}"),
    }
}

/// The state of a story's genesis, and the executions of its blocks one after the other.
pub fn executed(blocks: &[StoredBlock]) -> (MemoryStore, Vec<Execution>) {
    let base = at_genesis();
    let mut store = base.clone();
    let executions = blocks.iter().map(|block| {
        let execution = block.execute_on(&store);
        store.commit(&execution);
        execution
    });
    let executions = executions.collect();
    (base, executions)
}

fn at_genesis() -> MemoryStore {
    let mut store = MemoryStore::default();
    store.commit(&genesis_state(&story_genesis()).expect("a sound genesis"));
    store
}

/// A state without a tree.
struct PlainMap(BTreeMap<Vec<u8>, Vec<u8>>);

impl Pages for PlainMap {
    fn page(&self, _: &PageId) -> Option<Page> {
        None
    }
}

impl StateRead for PlainMap {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }
}

impl PlainMap {
    fn write(&mut self, execution: &Execution) {
        for (key, value) in &execution.values {
            match value {
                Some(value) => self.0.insert(key.clone(), value.clone()),
                None => self.0.remove(key),
            };
        }
    }
}

#[test]
fn roots_are_those_of_a_plain_map() {
    for seed in 0..30 {
        let blocks = Story::of(seed).blocks(40);
        let (base, executions) = executed(&blocks);
        let mut map = PlainMap(base.values().clone());
        for (block, execution) in blocks.iter().zip(&executions) {
            let on_map = block.execute_on(&map);
            assert_eq!(on_map.values, execution.values);
            assert_eq!(on_map.receipts, execution.receipts);
            map.write(&on_map);
            assert_eq!(naive::root(&map.0), execution.root, "seed {seed}");
        }
    }
}

/// A restart at every block: what was executed and not committed is gone and is executed again.
#[test]
fn restarts_at_every_block_lead_to_the_same_roots() {
    for seed in 100..110 {
        let blocks = Story::of(seed).blocks(40);
        let (mut store, expected) = executed(&blocks);
        for height in 0..blocks.len() {
            let mut layers: Vec<Arc<Execution>> = Vec::new();
            for (block, expected) in blocks.iter().zip(&expected).skip(height).take(4) {
                let newest_first = layers.iter().rev().cloned().collect();
                let execution = block.execute_on(&Layered::new(&store, newest_first));
                assert_eq!(&execution, expected, "seed {seed}");
                layers.push(execution.into());
            }
            store.commit(&layers[0]);
        }
        assert_eq!(invariants::check(&store), Ok(()));
    }
}

/// Headers carry the root after their parent: a replay checks itself.
#[test]
fn a_deleted_state_comes_back_by_replaying_the_blocks() {
    for seed in 200..210 {
        let blocks = Story::of(seed).blocks(40);
        let mut store = at_genesis();
        for block in &blocks {
            assert_eq!(block.header.state_root.0, realdid_merkle::root_of(&store), "seed {seed}");
            assert_eq!(block.header.state_root, naive::root(store.values()), "seed {seed}");
            store.commit(&block.execute_on(&store));
        }
    }
}

/// The stories would prove little if nothing happened in them.
#[test]
fn the_stories_hold_every_outcome_that_they_can() {
    let blocks = (0..30).flat_map(|seed| {
        let blocks = Story::of(seed).blocks(40);
        executed(&blocks).1
    });
    let mut seen: BTreeMap<Outcome, usize> = BTreeMap::new();
    let mut barriers = 0;
    for execution in blocks {
        barriers += usize::from(execution.validators != execution.next_validators);
        for receipt in &execution.receipts {
            *seen.entry(receipt.outcome).or_default() += 1;
        }
    }

    assert!(barriers > 10, "{barriers} barriers");
    assert!(seen.len() >= 22 && seen[&Outcome::Applied] > 500, "{seen:?}");
}
