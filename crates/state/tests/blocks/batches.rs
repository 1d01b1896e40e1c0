//! Batches: each counts once.

use realdid_state::{NodeEntry, Outcome, QuotaEntry, Skipped, StateKey};

use crate::ledger::{Ledger, organisation, public, secret, sign_batch};

const REPEATED: Outcome = Outcome::Skipped(Skipped::BatchRepeated);

fn spent(ledger: &Ledger) -> u64 {
    ledger.entry::<QuotaEntry>(&StateKey::Quota(organisation("alpha"))).map_or(0, |entry| entry.spent)
}

/// A lying leader must not be able to spend an organisation's quota by repeating its old batches.
#[test]
fn a_batch_that_comes_again_is_skipped_and_costs_nothing() {
    let mut ledger = Ledger::new();
    let batch = ledger.batch("alpha", vec![ledger.create(&["ann"]), ledger.create(&["bob"])]);
    ledger.run(vec![batch.clone()]);

    for _ in 0..3 {
        assert_eq!(ledger.run(vec![batch.clone(), batch.clone()]).1, [REPEATED; 4]);
    }

    assert_eq!(spent(&ledger), 2);
}

/// Leaders include what they hold, in whatever order it reached them.
#[test]
fn batches_of_one_author_may_come_in_any_order() {
    let mut ledger = Ledger::new();
    let [ann, bob] = ["ann", "bob"].map(|name| ledger.create(&[name]));
    let (first, second) = (ledger.batch("alpha", vec![ann]), ledger.batch("alpha", vec![bob]));

    assert_eq!(ledger.run(vec![second]).1, [Outcome::Applied]);
    assert_eq!(ledger.run(vec![first]).1, [Outcome::Applied]);

    let node: NodeEntry = ledger.entry(&StateKey::Node(public("alpha.node"))).expect("registered");
    assert_eq!(node.numbers.next(), 2);
}

#[test]
fn of_two_batches_with_one_number_the_first_counts() {
    let mut ledger = Ledger::new();
    let twin =
        |name: &str| sign_batch(ledger.digest(), &secret("alpha.node"), 7, vec![ledger.create(&[name])]);
    let (first, second) = (twin("ann"), twin("bob"));

    assert_eq!(ledger.run(vec![first, second]).1, [Outcome::Applied, REPEATED]);
}

/// A transaction in a batch that was skipped is free to come in another.
#[test]
fn a_transaction_of_a_repeated_batch_still_counts_in_another() {
    let mut ledger = Ledger::new();
    let bob = ledger.create(&["bob"]);
    let used = ledger.batch("alpha", vec![ledger.create(&["ann"])]);
    let number = used.batch.number;
    ledger.run(vec![used]);
    let late = sign_batch(ledger.digest(), &secret("alpha.node"), number, vec![bob.clone()]);
    assert_eq!(ledger.run(vec![late]).1, [REPEATED]);

    ledger.apply(vec![bob]);
}
