//! Own clients: what they hand in, and what they are told.

use realdid_mempool::Refusal;
use realdid_replica::{Effect, Timer};
use realdid_types::{GenesisDigest, Have, Message, TransactionId};

use crate::fixture::{Bench, broadcasts};

fn accepted(effects: &[Effect]) -> Vec<TransactionId> {
    let accepted = effects.iter().filter_map(|effect| match effect {
        Effect::Accepted(ids) => Some(ids.clone()),
        _ => None,
    });
    accepted.flatten().collect()
}

fn refused(effects: &[Effect]) -> Option<(TransactionId, Refusal)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refused(id, refusal) => Some((*id, *refusal)),
        _ => None,
    })
}

#[test]
fn what_is_handed_in_is_packed_when_its_time_comes() {
    let mut bench = Bench::of(4);
    bench.start();
    let effects = bench.submit(&bench.creation("ann"));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::SetTimer(Timer::Pack, _))));
    assert_eq!((bench.replica.waiting(), bench.replica.pending_batches()), (1, 0));
    let effects = bench.pack();
    assert_eq!((bench.replica.waiting(), bench.replica.pending_batches()), (1, 1));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::SignBatch(_))));
}

#[test]
fn what_the_pool_does_not_take_is_refused_with_its_reason() {
    let mut bench = Bench::of(4);
    bench.start();
    let mut foreign = bench.creation("ann");
    foreign.transaction.genesis = GenesisDigest(realdid_crypto::Digest::ZERO);
    assert_eq!(refused(&bench.submit(&foreign)), Some((foreign.id(), Refusal::OtherNetwork)));
}

fn leaves(effects: &[Effect]) -> bool {
    broadcasts(effects).any(|message| matches!(message, Message::Batch(_)))
}

/// After a crash no other batch may have its number.
#[test]
fn an_own_batch_leaves_before_it_is_durable_but_not_before_its_number_is() {
    let mut bench = Bench::of(4);
    bench.start();
    bench.slow_disk = true;
    bench.submit(&bench.creation("ann"));
    assert!(!leaves(&bench.pack()));
    let effects = bench.reserve();
    assert!(leaves(&effects) && !broadcasts(&effects).any(|message| matches!(message, Message::Have(_))));
    assert!(broadcasts(&bench.store_batch()).any(|message| matches!(message, Message::Have(_))));
}

/// While numbers are left, those that follow are reserved beside the batches.
#[test]
fn packing_waits_for_no_reservation_but_the_first() {
    let mut bench = Bench::of(4);
    bench.start();
    bench.submit(&bench.creation("ann"));
    assert!(leaves(&bench.pack()));
    bench.slow_disk = true;
    for number in 0..40 {
        bench.submit(&bench.creation(&number.to_string()));
        assert!(leaves(&bench.pack()), "{number}");
    }
    assert!(bench.is_reserving(), "what goes on to be packed needs more");
}

#[test]
fn a_client_hears_that_its_transaction_cannot_be_lost_once_f_and_one_more_hold_it() {
    let mut bench = Bench::of(4);
    bench.start();
    let signed = bench.creation("ann");
    bench.submit(&signed);
    let effects = bench.pack();
    assert_eq!(accepted(&effects), []);
    let batch = broadcasts(&effects).find_map(|message| match message {
        Message::Batch(batch) => Some(batch.batch.digest()),
        _ => None,
    });
    let have = Message::Have(Have { batches: vec![batch.expect("pushed")] });
    assert_eq!(accepted(&bench.hear(2, have.clone())), [signed.id()]);
    assert_eq!(accepted(&bench.hear(3, have)), []);
}

/// The votes for the block were synced after the batch was written. Its client is told of the block; that the batch is
/// durable, too, is no news then.
#[test]
fn a_batch_can_become_final_before_its_own_sync_is_over() {
    let mut bench = Bench::of(1);
    bench.start();
    bench.slow_disk = true;
    bench.submit(&bench.creation("ann"));
    bench.pack();
    let effects = bench.reserve();
    let listed = effects.iter().find_map(|effect| match effect {
        Effect::Commit(commit) => Some(commit.block.batches.len()),
        _ => None,
    });
    assert_eq!(listed, Some(1));
    let effects = bench.store_batch();
    assert!(accepted(&effects).is_empty() && broadcasts(&effects).count() == 0);
}

/// Its client was told that it cannot be lost, and the block that skipped it is not delivered again.
#[test]
fn what_a_block_skipped_waits_after_a_restart_as_before_and_what_it_decided_does_not() {
    let mut bench = Bench::of(1);
    bench.start();
    bench.submit(&bench.creation("ann"));
    bench.submit(&bench.too_early("bob"));
    bench.pack();
    assert_eq!((bench.replica.waiting(), bench.replica.pending_batches()), (1, 0));
    bench.restart();
    assert_eq!((bench.replica.waiting(), bench.replica.pending_batches()), (1, 0));
    assert!(!bench.pack().iter().any(|effect| matches!(effect, Effect::SignBatch(_))), "it rests first");
    bench.now += std::time::Duration::from_secs(1);
    assert!(bench.pack().iter().any(|effect| matches!(effect, Effect::SignBatch(_))));
}

#[test]
fn own_batches_are_numbered_one_by_one() {
    let mut bench = Bench::of(4);
    bench.start();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| number_of_next(&mut bench, name));
    assert_eq!([bob, cid], [ann + 1, ann + 2]);
}

/// Batches of a disk that is lost may be on their way and in no block.
#[test]
fn on_a_new_disk_numbers_begin_far_above_those_of_the_one_before() {
    let mut bench = Bench::of(1);
    bench.start();
    let before = number_of_next(&mut bench, "ann");
    bench.restart_without_numbers();
    let after = number_of_next(&mut bench, "bob");
    assert!(after > before + 1_000_000, "{before}, then {after}");
}

/// Nothing became final in between.
#[test]
fn on_a_disk_lost_twice_at_one_block_numbers_begin_elsewhere() {
    let mut bench = Bench::of(1);
    bench.start();
    let [once, twice] = ["ann", "bob"].map(|name| {
        bench.restart_without_numbers();
        number_of_next(&mut bench, name)
    });
    assert!(once.abs_diff(twice) > 1_000, "{once}, then {twice}");
}

/// The block with which it begins is one that the process before it may have begun with. Nobody tells it what else was
/// final then.
#[test]
fn without_a_vote_and_on_a_new_disk_nothing_is_packed_before_a_block_that_others_showed() {
    let mut bench = Bench::of(1);
    bench.restart_without_numbers_and_vote();
    bench.submit(&bench.creation("ann"));
    assert_eq!(number_of_packed(&mut bench), None);
    for message in blocks_of_the_validator() {
        bench.hear(0, message);
    }
    assert!(number_of_packed(&mut bench).is_some());
}

/// Everything that the only validator says until its first block is final.
fn blocks_of_the_validator() -> Vec<Message> {
    let mut validator = Bench::of(1);
    let started = validator.start();
    validator.submit(&validator.creation("bob"));
    let packed = validator.pack();
    broadcasts(&started).chain(broadcasts(&packed)).cloned().collect()
}

fn number_of_next(bench: &mut Bench, name: &str) -> u64 {
    bench.submit(&bench.creation(name));
    number_of_packed(bench).expect("a batch")
}

fn number_of_packed(bench: &mut Bench) -> Option<u64> {
    bench.pack().into_iter().find_map(|effect| match effect {
        Effect::SignBatch(batch) => Some(batch.number),
        _ => None,
    })
}
