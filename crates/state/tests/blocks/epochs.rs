//! Barriers, closing blocks and the first block of an epoch.

use realdid_state::{Layered, ProposalEntry, StateKey};
use realdid_types::{Epoch, ProposalId, StateRoot};

use crate::{
    governance::{decide, leaving, propose},
    ledger::{Ledger, closing_block},
};

fn root(ledger: &Ledger) -> StateRoot {
    StateRoot(realdid_merkle::root_of(&ledger.store))
}

#[test]
fn a_block_that_changes_nothing_keeps_the_next_set() {
    let mut ledger = Ledger::new();
    let (execution, _) = ledger.run(Vec::new());

    assert_eq!(execution.validators, execution.next_validators);
    assert_eq!(execution.validators.digest(), ledger.tip.validators);
}

#[test]
fn the_barrier_shows_both_sets_and_its_epoch_goes_on() {
    let mut ledger = Ledger::new();
    let old = ledger.sets().current;
    decide(&mut ledger, leaving("delta"));

    let sets = ledger.sets();
    assert_eq!((sets.epoch, &sets.current), (Epoch(0), &old));
    assert_eq!((sets.current.len(), sets.next.len()), (4, 3));
}

/// However many there are: root and sets stay those after the barrier.
#[test]
fn a_closing_block_changes_nothing() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, leaving("delta"));
    let mut parent = ledger.tip.clone();
    for _ in 0..3 {
        let closing = closing_block(ledger.digest(), &parent, &ledger.sets());
        assert!(closing.header.is_closing());

        let execution = closing.execute_on(&ledger.store);

        assert!(execution.values.is_empty() && execution.pages.is_empty());
        assert!(execution.receipts.is_empty());
        assert_eq!(execution.root, root(&ledger));
        assert_eq!(*execution.validators, ledger.sets().current);
        assert_eq!(*execution.next_validators, ledger.sets().next);
        let layered = Layered::new(&ledger.store, vec![execution.into()]);
        assert_eq!(closing.execute_on(&layered).root, root(&ledger));
        parent = closing.header;
    }
}

/// Its header carries the root after the barrier and the new set twice; executing it puts that set in office.
#[test]
fn the_first_block_of_an_epoch_puts_the_next_set_in_office() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, leaving("delta"));
    let (after_barrier, next) = (root(&ledger), ledger.sets().next);

    let (execution, _) = ledger.run(Vec::new());

    assert_eq!(ledger.tip.state_root, after_barrier);
    assert_eq!(ledger.tip.at.epoch, Epoch(1));
    assert!(!ledger.tip.is_closing());
    let sets = ledger.sets();
    assert_eq!((sets.epoch, &sets.current, &sets.next), (Epoch(1), &next, &next));
    assert_eq!(execution.validators, execution.next_validators);
    assert_ne!(execution.root, after_barrier);
}

#[test]
fn an_open_proposal_outlives_its_epoch() {
    let mut ledger = Ledger::new();
    let open = propose(&ledger, "delta", leaving("gamma"));
    ledger.apply(vec![open.clone()]);
    decide(&mut ledger, leaving("delta"));

    ledger.include(Vec::new());

    let key = StateKey::Proposal(ProposalId(open.id().0));
    assert!(ledger.entry::<ProposalEntry>(&key).is_some());
}

/// The first block of an epoch can itself be its barrier.
#[test]
fn a_first_block_can_be_a_barrier() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, leaving("delta"));
    decide(&mut ledger, leaving("gamma"));

    let sets = ledger.sets();
    assert_eq!((sets.epoch, sets.current.len(), sets.next.len()), (Epoch(1), 3, 2));
}
