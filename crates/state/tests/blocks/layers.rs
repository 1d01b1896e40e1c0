//! Executing on blocks that are not final yet.

use std::sync::Arc;

use realdid_state::{Execution, Layered, MemoryStore, StateKey, StateRead, invariants};

use crate::{
    ledger::{Ledger, StoredBlock, create_with, did_of, update_of},
    naive_model::{Story, executed},
};

/// Layers of executions, newest first, on a state.
fn layered<'a>(base: &'a MemoryStore, oldest_first: &[Arc<Execution>]) -> Layered<'a> {
    Layered::new(base, oldest_first.iter().rev().cloned().collect())
}

#[test]
fn a_block_on_layers_is_executed_as_on_the_committed_state() {
    let blocks = Story::of(11).blocks(12);
    let (base, expected) = executed(&blocks);
    let mut layers: Vec<Arc<Execution>> = Vec::new();
    for (block, expected) in blocks.iter().zip(&expected) {
        let execution = block.execute_on(&layered(&base, &layers));
        assert_eq!(&execution, expected);
        layers.push(execution.into());
    }

    let mut committed = base;
    layers.iter().for_each(|execution| committed.commit(execution));
    assert_eq!(invariants::check(&committed), Ok(()));
}

/// Two children of one parent see the parent and not each other.
#[test]
fn forks_do_not_see_each_other() {
    let mut ledger = Ledger::new();
    ledger.apply(vec![ledger.create(&["ann"])]);
    let did = did_of(&create_with(&["ann"]));
    let child = |ledger: &mut Ledger, name: &str| {
        let update = ledger.update(update_of(did, &[name], &[]), &["ann", name]);
        let batch = ledger.batch("alpha", vec![update]);
        ledger.next_block(vec![batch])
    };
    let (left, right) = (child(&mut ledger, "left"), child(&mut ledger, "right"));

    let [a, b] = [&left, &right].map(|block: &StoredBlock| Arc::new(block.execute_on(&ledger.store)));

    let key = StateKey::Record(did).to_bytes();
    let seen = |on: &Arc<Execution>| layered(&ledger.store, std::slice::from_ref(on)).value(&key);
    assert_ne!(a.root, b.root);
    assert_ne!(seen(&a), seen(&b));
    assert_ne!(ledger.store.value(&key), seen(&a));
    assert_eq!(left.execute_on(&ledger.store), *a, "executing changes nothing");
}

/// What a layer removes is gone for those above, whatever lies below.
#[test]
fn a_removed_entry_shines_through_no_layer() {
    let mut ledger = Ledger::new();
    let proposal = crate::governance::propose(&ledger, "alpha", crate::governance::leaving("delta"));
    ledger.apply(vec![proposal.clone()]);
    let key = StateKey::Proposal(realdid_types::ProposalId(proposal.id().0)).to_bytes();
    assert!(ledger.store.value(&key).is_some());
    ledger.pause = 60_000;

    let execution = Arc::new(ledger.next_block(Vec::new()).execute_on(&ledger.store));

    assert_eq!(layered(&ledger.store, &[execution]).value(&key), None);
}
