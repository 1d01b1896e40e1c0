//! Own clients: what they hand in, and what they are told.

use realdid_mempool::Refusal;
use realdid_replica::{Effect, Input, Timer};
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
    let effects = bench.pack();
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

#[test]
fn an_own_batch_leaves_only_once_it_is_durable() {
    let mut bench = Bench::of(4);
    bench.start();
    bench.slow_disk = true;
    bench.submit(&bench.creation("ann"));
    assert_eq!(broadcasts(&bench.pack()).count(), 0);
    let effects = bench.store_batch();
    assert!(broadcasts(&effects).any(|message| matches!(message, Message::Batch(_))));
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

/// The batch is neither pending nor final then, and its client still has to be told.
#[test]
fn a_block_that_becomes_final_while_a_batch_goes_to_disk_takes_no_answer_away() {
    let mut bench = Bench::of(1);
    bench.start();
    bench.slow_disk = true;
    let signed = bench.creation("ann");
    bench.submit(&signed);
    bench.pack();
    let idle = realdid_consensus::Timer::Idle(bench.replica.engine().at());
    let effects = bench.take(Input::Timer(Timer::Consensus(idle)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Commit(_))), "an empty block is final");

    assert_eq!(accepted(&bench.store_batch()), [signed.id()]);
}

#[test]
fn own_batches_are_numbered_one_by_one() {
    let mut bench = Bench::of(4);
    bench.start();
    let numbers: Vec<u64> = ["ann", "bob", "cid"]
        .into_iter()
        .flat_map(|name| {
            bench.submit(&bench.creation(name));
            bench.pack()
        })
        .filter_map(|effect| match effect {
            Effect::SignBatch(batch) => Some(batch.number),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [0, 1, 2]);
}
