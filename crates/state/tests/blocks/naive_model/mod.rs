//! Random ledgers beside a model that is too simple to be wrong: a plain map of values with the root made anew each
//! time, and a few lines of bookkeeping that foretell what becomes of each transaction but proposals and approvals.

mod model;
mod story;

use std::{collections::BTreeMap, sync::Arc};

use realdid_merkle::{Page, PageId, Pages};
use realdid_state::{Execution, Layered, MemoryStore, Outcome, StateRead, genesis_state, invariants, naive};

pub use self::story::Story;
use self::story::story_genesis;
use crate::ledger::StoredBlock;

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
    let mut seen: BTreeMap<Outcome, usize> = BTreeMap::new();
    let mut applied: BTreeMap<String, usize> = BTreeMap::new();
    let mut barriers = 0;
    for blocks in (0..40).map(|seed| Story::of(seed).blocks(40)) {
        for (block, execution) in blocks.iter().zip(executed(&blocks).1) {
            barriers += usize::from(execution.validators != execution.next_validators);
            let transactions = block.batches.iter().flat_map(|batch| &batch.batch.transactions);
            for (signed, receipt) in transactions.zip(&execution.receipts) {
                *seen.entry(receipt.outcome).or_default() += 1;
                if receipt.outcome == Outcome::Applied {
                    let operation = format!("{:?}", signed.transaction.operation);
                    let name = operation.split('(').next().expect("its name").to_owned();
                    *applied.entry(name).or_default() += 1;
                }
            }
        }
    }

    assert!(barriers > 10, "{barriers} barriers");
    assert!(seen.len() >= 30 && seen[&Outcome::Applied] > 500, "{seen:?}");
    assert!(applied.len() == 11 && applied.values().all(|count| *count >= 3), "{applied:?}");
}
