//! When transactions leave in a batch, how much goes into one, and what becomes of them afterwards.

use std::collections::BTreeSet;

use realdid_crypto::Signature;
use realdid_mempool::{
    Included, TransactionPool,
    limits::{PACK_DELAY, REPACK_DELAY},
};
use realdid_types::{
    Batch, SignedBatch, SignedTransaction, Wire,
    limits::{BATCH_BYTES_MAX, BATCH_TRANSACTIONS_MAX},
};

use crate::fixture::{BLOCK_TIME, MAX_EXPIRY, State, key, ms, pool, submit, transaction, with_signatures};

/// A pool with one transaction of each of these senders, all from the beginning.
fn filled(transactions: impl IntoIterator<Item = SignedTransaction>) -> TransactionPool {
    let mut pool = pool();
    for signed in transactions {
        submit(&mut pool, &signed, ms(0)).expect("good");
    }
    pool
}

fn signed_batch(transactions: Vec<SignedTransaction>) -> SignedBatch {
    let batch = Batch { author: key(0), number: u64::MAX, transactions };
    SignedBatch { batch, signature: Signature::ed25519([7; 64]) }
}

/// Everything that waits, each batch as soon as it is due.
fn batches(pool: &mut TransactionPool) -> Vec<Vec<SignedTransaction>> {
    std::iter::from_fn(|| pool.next_pack().and_then(|due| pool.pack(due))).collect()
}

#[test]
fn an_empty_pool_packs_nothing() {
    assert_eq!((pool().next_pack(), pool().pack(ms(1_000_000))), (None, None));
}

#[test]
fn after_a_quiet_moment_a_lone_transaction_leaves_at_once_and_those_behind_it_wait_for_each_other() {
    let mut pool = pool();
    submit(&mut pool, &transaction(1, 0), ms(100)).expect("good");
    assert_eq!(pool.next_pack(), Some(ms(100)));
    assert_eq!(pool.pack(ms(100)).map(|packed| packed.len()), Some(1));

    let due = ms(100) + PACK_DELAY;
    for from in [2, 3] {
        submit(&mut pool, &transaction(from, 0), ms(101)).expect("good");
        assert_eq!((pool.next_pack(), pool.pack(due - ms(1))), (Some(due), None));
    }
    assert_eq!(pool.pack(due).map(|packed| packed.len()), Some(2));
    submit(&mut pool, &transaction(4, 0), ms(1_000)).expect("good");
    assert_eq!(pool.next_pack(), Some(ms(1_000)));
}

#[test]
fn a_full_batch_leaves_at_once() {
    let mut pool = filled((0..400).map(|from| transaction(from, 0)));
    assert_eq!(pool.next_pack(), Some(ms(0)));
    assert!(pool.pack(ms(0)).is_some());
}

#[test]
fn a_transaction_is_packed_once() {
    let mut pool = filled([transaction(1, 0)]);
    assert!(pool.pack(ms(10)).is_some());
    assert_eq!((pool.next_pack(), pool.pack(ms(100_000)), pool.len()), (None, None, 1));
}

#[test]
fn no_batch_outgrows_64_kib_and_all_but_the_last_are_nearly_full() {
    for signatures in [1, 3, 16] {
        let count = 2_000 / signatures;
        let mut pool = filled((0..count).map(|from| with_signatures(from, 0, signatures)));
        let mut left = usize::try_from(count).expect("a small number");
        for packed in batches(&mut pool) {
            left -= packed.len();
            assert!(packed.len() <= BATCH_TRANSACTIONS_MAX);
            let batch = signed_batch(packed);
            let bytes = batch.encoded_len();
            assert!(bytes <= BATCH_BYTES_MAX, "{bytes}");
            assert!(left == 0 || bytes > BATCH_BYTES_MAX / 20 * 19, "{bytes}");
            assert_eq!(SignedBatch::decode(&batch.encode()), Ok(batch));
        }
        assert_eq!(left, 0);
    }
}

#[test]
fn everything_is_packed_once_and_each_sender_in_its_order() {
    let all = (0..20).flat_map(|from| (0..50).rev().map(move |sequence| transaction(from, sequence)));
    let mut pool = filled(all);
    let packed: Vec<_> = batches(&mut pool).into_iter().flatten().collect();
    let names: BTreeSet<_> = packed.iter().map(SignedTransaction::id).collect();
    assert_eq!((packed.len(), names.len()), (1_000, 1_000));
    for from in 0..20 {
        let of_sender = packed.iter().map(|signed| &signed.transaction);
        let of_sender = of_sender.filter(|transaction| transaction.sender == crate::fixture::sender(from));
        assert!(of_sender.map(|transaction| transaction.sequence).is_sorted());
    }
}

#[test]
fn who_waited_longest_is_packed_first() {
    let mut pool = pool();
    for (from, since) in [(1, 30), (2, 10), (3, 20)] {
        submit(&mut pool, &transaction(from, 0), ms(since)).expect("good");
    }
    let packed = pool.pack(ms(40)).expect("due");
    assert_eq!(packed, [2, 3, 1].map(|from| transaction(from, 0)));
}

// when a block is final

/// A final block with this transaction, after which the state says this.
fn on_final(pool: &mut TransactionPool, signed: &SignedTransaction, own: bool, state: &State) {
    let included = [Included { transaction: signed, own }];
    assert_eq!(pool.on_final(included.into_iter(), state, BLOCK_TIME, ms(1_000)), []);
}

#[test]
fn what_a_block_decided_is_let_go() {
    let mut pool = filled([transaction(1, 0), transaction(1, 1)]);
    pool.pack(ms(10)).expect("due");
    on_final(&mut pool, &transaction(1, 0), true, &State::next(1, 1));
    assert_eq!(pool.len(), 1);
    on_final(&mut pool, &transaction(1, 1), true, &State::next(1, 2));
    assert!(pool.is_empty() && pool.next_pack().is_none());
}

#[test]
fn what_somebody_elses_batch_decided_is_let_go_before_it_is_packed() {
    let mut pool = filled([transaction(1, 0)]);
    on_final(&mut pool, &transaction(1, 0), false, &State::next(1, 1));
    assert!(pool.is_empty() && pool.pack(ms(100_000)).is_none());
}

#[test]
fn what_its_own_block_skipped_is_packed_again_after_a_while() {
    let mut pool = filled([transaction(1, 1)]);
    pool.pack(ms(10)).expect("due");
    on_final(&mut pool, &transaction(1, 1), true, &State::default());
    let again = ms(1_000) + REPACK_DELAY;
    assert_eq!(pool.next_pack(), Some(again));
    assert_eq!(pool.pack(again - ms(1)), None);
    assert_eq!(pool.pack(again).expect("due"), [transaction(1, 1)]);
}

#[test]
fn what_a_block_skipped_of_a_batch_from_before_a_restart_is_packed_again_too() {
    let mut restarted = pool();
    on_final(&mut restarted, &transaction(1, 1), true, &State::default());

    let due = ms(1_000) + REPACK_DELAY;
    assert_eq!(restarted.next_pack(), Some(due));
    assert_eq!(restarted.pack(due), Some(vec![transaction(1, 1)]));
}

#[test]
fn what_was_decided_in_a_batch_from_before_a_restart_is_not_taken_back() {
    let mut restarted = pool();
    on_final(&mut restarted, &transaction(1, 0), true, &State::next(1, 1));
    assert!(restarted.is_empty());
}

#[test]
fn what_somebody_elses_block_skipped_waits_for_its_own_batch() {
    let mut pool = filled([transaction(1, 1)]);
    pool.pack(ms(10)).expect("due");
    on_final(&mut pool, &transaction(1, 1), false, &State::default());
    assert_eq!((pool.next_pack(), pool.len()), (None, 1));
}

#[test]
fn what_waits_already_is_not_queued_a_second_time() {
    let mut pool = filled([transaction(1, 1)]);
    pool.pack(ms(10)).expect("due");
    for _ in 0..2 {
        on_final(&mut pool, &transaction(1, 1), true, &State::default());
    }
    assert_eq!(pool.pack(ms(9_000)).expect("due"), [transaction(1, 1)]);
    assert_eq!(pool.pack(ms(9_000)), None);
}

#[test]
fn a_transaction_that_is_skipped_does_not_hold_back_new_ones() {
    let mut pool = filled([transaction(1, 1)]);
    pool.pack(ms(10)).expect("due");
    on_final(&mut pool, &transaction(1, 1), true, &State::default());
    submit(&mut pool, &transaction(2, 0), ms(1_000)).expect("good");
    assert_eq!(pool.pack(ms(1_000)).expect("due"), [transaction(2, 0)]);
}

#[test]
fn what_no_block_decided_in_time_is_void_and_said_once() {
    let mut early = transaction(1, 0);
    early.transaction.expires = BLOCK_TIME.plus(10);
    let mut pool = filled([early.clone(), transaction(2, 0)]);
    let nothing = || std::iter::empty::<Included<'_>>();
    let state = State::default();
    assert_eq!(pool.on_final(nothing(), &state, BLOCK_TIME.plus(9), ms(0)), []);
    assert_eq!(pool.on_final(nothing(), &state, BLOCK_TIME.plus(10), ms(0)), [early.id()]);
    assert_eq!(pool.on_final(nothing(), &state, BLOCK_TIME.plus(10), ms(0)), []);
    assert_eq!(pool.pack(ms(10)).expect("due"), [transaction(2, 0)]);
    let last = pool.on_final(nothing(), &state, BLOCK_TIME.plus(MAX_EXPIRY), ms(0));
    assert_eq!((last, pool.is_empty()), (vec![transaction(2, 0).id()], true));
}

#[test]
fn room_that_a_final_block_made_is_filled_again() {
    let mut pool = filled([transaction(1, 0)]);
    on_final(&mut pool, &transaction(1, 0), false, &State::next(1, 1));
    let next = pool.insert(transaction(1, 1), &State::next(1, 1), BLOCK_TIME, ms(2_000));
    assert_eq!(next, Ok(transaction(1, 1).id()));
}
