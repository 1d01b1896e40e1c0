//! From a client's transaction to a final block: a network of one validator needs nobody else.

use realdid_identity::DidRecord;
use realdid_replica::{Commit, Effect};
use realdid_state::{StateKey, read};
use realdid_types::{Did, Height, Sender, SignedTransaction};

use crate::fixture::{Bench, broadcasts};

fn commits(effects: &[Effect]) -> Vec<&Commit> {
    let commits = effects.iter().filter_map(|effect| match effect {
        Effect::Commit(commit) => Some(&**commit),
        _ => None,
    });
    commits.collect()
}

fn did(signed: &SignedTransaction) -> Did {
    match &signed.transaction.sender {
        Sender::Did(did) => *did,
        Sender::Organisation(name) => unreachable!("{name} is no newcomer"),
    }
}

/// A network of one in which a newcomer's DID was created.
fn after_creation() -> (Bench, SignedTransaction, Vec<Effect>) {
    let mut bench = Bench::of(1);
    bench.start();
    let signed = bench.creation("ann");
    let mut effects = bench.submit(&signed);
    effects.extend(bench.pack());
    (bench, signed, effects)
}

#[test]
fn a_transaction_becomes_final_with_what_executing_it_led_to() {
    let (bench, signed, effects) = after_creation();
    let commit = commits(&effects)[0];
    assert_eq!((commit.block.header.height, commit.block.header.transactions), (Height(1), 1));
    assert_eq!(commit.execution.receipts.len(), 1);
    let record: Option<DidRecord> = read(bench.state(), &StateKey::Record(did(&signed)));
    assert!(record.is_some());
}

#[test]
fn blocks_are_committed_in_the_order_of_heights() {
    let (mut bench, _, mut effects) = after_creation();
    for name in ["bob", "cid"] {
        effects.extend(bench.submit(&bench.creation(name)));
        effects.extend(bench.pack());
    }
    let heights: Vec<u64> = commits(&effects).iter().map(|commit| commit.block.header.height.0).collect();
    assert!(heights.len() >= 3);
    assert_eq!(heights, (1..).take(heights.len()).collect::<Vec<_>>());
}

#[test]
fn every_final_block_comes_with_its_own_commit_certificate_here() {
    let (_, _, effects) = after_creation();
    assert!(commits(&effects).iter().all(|commit| {
        commit.commit.as_ref().is_some_and(|proof| proof.statement.block == commit.block.digest())
    }));
}

#[test]
fn what_is_final_is_pending_no_more_and_its_number_is_used_up() {
    let (mut bench, signed, _) = after_creation();
    let again = bench.submit(&signed);
    assert!(again.iter().any(|effect| matches!(effect, Effect::Refused(..))));
    assert!(!bench.pack().iter().any(|effect| matches!(effect, Effect::SignBatch(_))));
}

#[test]
fn nothing_becomes_final_by_one_of_four() {
    let mut bench = Bench::of(4);
    bench.start();
    bench.submit(&bench.creation("ann"));
    let effects = bench.pack();
    assert!(commits(&effects).is_empty() && broadcasts(&effects).count() > 0);
}
