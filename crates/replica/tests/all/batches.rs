//! Batches of others: verified once, stored, announced, fetched, handed over.

use std::{sync::Arc, time::Duration};

use realdid_mempool::limits::AUTHOR_BATCHES_MAX;
use realdid_replica::{Effect, Input, Timer};
use realdid_types::{Have, Message, Request, SignedBatch};

use crate::fixture::{Bench, broadcasts, node, sent_to, validator};

fn message(batch: &Arc<SignedBatch>) -> Message {
    Message::Batch(Box::new((**batch).clone()))
}

fn have(batch: &SignedBatch) -> Message {
    Message::Have(Have { batches: vec![batch.batch.digest()] })
}

fn stores(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::StoreBatch(_)))
}

fn distrusts(effects: &[Effect], index: usize) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Distrust(peer, _) if *peer == validator(index)))
}

/// A started replica among four, and a good batch of another member's node.
fn bench_and_batch() -> (Bench, Arc<SignedBatch>) {
    let mut bench = Bench::of(4);
    bench.start();
    let batch = bench.batch(&node(1), vec![bench.creation("ann")]);
    (bench, batch)
}

#[test]
fn a_good_batch_is_stored_and_announced_only_once_it_is_durable() {
    let (mut bench, batch) = bench_and_batch();
    bench.slow_disk = true;
    let effects = bench.hear(1, message(&batch));
    assert!(stores(&effects) && !broadcasts(&effects).any(|sent| *sent == have(&batch)));
    let effects = bench.store_batch();
    assert!(broadcasts(&effects).any(|sent| *sent == have(&batch)));
}

#[test]
fn a_batch_is_stored_once_however_often_it_comes() {
    let (mut bench, batch) = bench_and_batch();
    bench.slow_disk = true;
    assert!(stores(&bench.hear(1, message(&batch))));
    assert!(!stores(&bench.hear(2, message(&batch))));
    bench.store_batch();
    assert!(!stores(&bench.hear(3, message(&batch))));
}

/// Whoever signs many batches with one number gives nobody more work than one.
#[test]
fn of_two_batches_with_one_number_the_second_is_neither_stored_nor_asked_for() {
    let (mut bench, batch) = bench_and_batch();
    let second = bench.batch(&node(1), vec![bench.creation("bob")]);
    assert!(stores(&bench.hear(1, message(&batch))));
    for from in [2, 3] {
        bench.hear(from, have(&second));
    }
    assert!(!stores(&bench.hear(2, message(&second))));
    bench.now = Duration::from_secs(5);
    let asked = Message::Request(Request::Batch(second.batch.digest()));
    let effects = bench.take(Input::Timer(Timer::Fetch));
    assert!(!(2..4).any(|peer| sent_to(&effects, peer).any(|sent| *sent == asked)), "{effects:?}");
}

#[test]
fn a_batch_of_nobodys_node_is_not_stored() {
    let (mut bench, _) = bench_and_batch();
    let stray = bench.batch("stranger", vec![bench.creation("ann")]);
    assert!(!stores(&bench.hear(1, message(&stray))));
}

#[test]
fn a_batch_with_a_bad_signature_is_not_stored_and_held_against_the_sender() {
    let (mut bench, batch) = bench_and_batch();
    let other = bench.batch(&node(1), vec![bench.creation("bob")]);
    let forged = SignedBatch { signature: other.signature, ..(*batch).clone() };
    let mut inner = bench.creation("ann");
    inner.signatures[0].signature = bench.creation("bob").signatures[0].signature;
    let wrong = bench.batch(&node(1), vec![inner]);
    for bad in [Arc::new(forged), wrong] {
        let effects = bench.hear(2, message(&bad));
        assert!(!stores(&effects) && distrusts(&effects, 2));
    }
    assert!(stores(&bench.hear(1, message(&batch))));
}

#[test]
fn a_batch_that_is_held_is_handed_over_to_whoever_asks() {
    let (mut bench, batch) = bench_and_batch();
    let request = Message::Request(Request::Batch(batch.batch.digest()));
    assert_eq!(sent_to(&bench.hear(3, request.clone()), 3).count(), 0);
    bench.hear(1, message(&batch));
    let effects = bench.hear(3, request);
    assert!(sent_to(&effects, 3).any(|sent| *sent == message(&batch)));
}

#[test]
fn what_f_and_one_more_announce_is_asked_for_from_one_of_them() {
    let (mut bench, batch) = bench_and_batch();
    let request = Message::Request(Request::Batch(batch.batch.digest()));
    assert!(!sent_to(&bench.hear(2, have(&batch)), 2).any(|sent| *sent == request));
    bench.hear(3, have(&batch));
    let effects = bench.take(Input::Timer(Timer::Fetch));
    assert!((2..4).any(|peer| sent_to(&effects, peer).any(|sent| *sent == request)));
}

#[test]
fn pending_batches_are_announced_at_a_start_and_to_whoever_comes_back() {
    let (bench, batch) = bench_and_batch();
    drop(bench);
    let mut restarted = Bench::holding(4, vec![batch.clone()]);
    let effects = restarted.start();
    assert!(broadcasts(&effects).any(|sent| *sent == have(&batch)));
    let effects = restarted.take(Input::Connected(validator(3)));
    assert!(sent_to(&effects, 3).any(|sent| *sent == have(&batch)));
}

/// Nothing takes them off the disk at once, and nobody needs them.
#[test]
fn batches_that_are_void_at_a_start_are_not_pending() {
    let (bench, batch) = bench_and_batch();
    let mut void = (*batch).clone();
    void.batch.transactions[0].transaction.expires = bench.genesis.time;
    let mut restarted = Bench::holding(4, vec![Arc::new(void)]);
    let effects = restarted.start();
    assert!(!broadcasts(&effects).any(|sent| matches!(sent, Message::Have(_))));
}

#[test]
fn a_slow_disk_lets_no_author_have_more_batches_than_it_may() {
    let (mut bench, batch) = bench_and_batch();
    bench.slow_disk = true;
    let mut numbered = |number| {
        let batch = bench.numbered(&node(1), number, batch.batch.transactions.clone());
        stores(&bench.hear(1, message(&batch)))
    };
    assert!((0..AUTHOR_BATCHES_MAX as u64).all(&mut numbered));
    assert!(!numbered(AUTHOR_BATCHES_MAX as u64));
}
