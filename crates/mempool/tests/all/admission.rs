//! Which transactions are taken, and with which words others are refused.

use realdid_crypto::{Context, digest};
use realdid_mempool::{
    Refusal,
    limits::{SEQUENCE_AHEAD_MAX, TRANSACTIONS_MAX},
};
use realdid_types::{GenesisDigest, Sequence, SignedTransaction, Timestamp};

use crate::fixture::{BLOCK_TIME, MAX_EXPIRY, State, ms, pool, submit, transaction, with_signatures};

fn expiring(at: Timestamp) -> SignedTransaction {
    let mut signed = transaction(1, 0);
    signed.transaction.expires = at;
    signed
}

#[test]
fn a_transaction_is_taken_under_its_identifier() {
    let mut pool = pool();
    let signed = transaction(1, 0);
    assert_eq!(submit(&mut pool, &signed, ms(0)), Ok(signed.id()));
    assert_eq!((pool.len(), pool.is_empty()), (1, false));
}

#[test]
fn taking_a_transaction_again_changes_nothing() {
    let mut pool = pool();
    let signed = transaction(1, 0);
    for _ in 0..3 {
        assert_eq!(submit(&mut pool, &signed, ms(0)), Ok(signed.id()));
    }
    assert_eq!(pool.pack(ms(10)).map(|packed| packed.len()), Some(1));
    assert_eq!(submit(&mut pool, &signed, ms(20)), Ok(signed.id()));
    assert_eq!((pool.pack(ms(9_000)), pool.len()), (None, 1));
}

#[test]
fn another_transaction_with_a_number_that_waits_is_refused() {
    let mut pool = pool();
    let signed = transaction(1, 0);
    let other = expiring(BLOCK_TIME.plus(5));
    let resigned = with_signatures(1, 0, 2);
    submit(&mut pool, &signed, ms(0)).expect("good");
    assert_eq!(submit(&mut pool, &other, ms(0)), Err(Refusal::SequenceTaken));
    assert_eq!(submit(&mut pool, &resigned, ms(0)), Err(Refusal::SequenceTaken));
    assert_eq!(pool.pack(ms(10)).expect("due"), [signed]);
}

#[test]
fn a_transaction_for_another_network_is_refused() {
    let mut signed = transaction(1, 0);
    signed.transaction.genesis = GenesisDigest(digest(Context::Random, b"another"));
    assert_eq!(submit(&mut pool(), &signed, ms(0)), Err(Refusal::OtherNetwork));
}

#[test]
fn a_transaction_is_void_from_the_block_time_on_that_it_names() {
    assert_eq!(submit(&mut pool(), &expiring(BLOCK_TIME), ms(0)), Err(Refusal::Expired));
    assert!(submit(&mut pool(), &expiring(BLOCK_TIME.next()), ms(0)).is_ok());
}

#[test]
fn a_transaction_that_expires_too_far_ahead_is_refused() {
    let latest = BLOCK_TIME.plus(MAX_EXPIRY);
    assert!(submit(&mut pool(), &expiring(latest), ms(0)).is_ok());
    assert_eq!(submit(&mut pool(), &expiring(latest.next()), ms(0)), Err(Refusal::ExpiresTooLate));
}

#[test]
fn a_number_that_is_used_up_is_refused_with_the_next_one() {
    let refused = pool().insert(transaction(1, 4), &State::next(1, 5), BLOCK_TIME, ms(0));
    assert_eq!(refused, Err(Refusal::SequenceUsed { given: Sequence(4), next: Sequence(5) }));
    assert!(pool().insert(transaction(1, 5), &State::next(1, 5), BLOCK_TIME, ms(0)).is_ok());
}

#[test]
fn a_number_too_far_ahead_is_refused_with_the_next_one() {
    let furthest = 5 + SEQUENCE_AHEAD_MAX;
    let insert = |sequence| pool().insert(transaction(1, sequence), &State::next(1, 5), BLOCK_TIME, ms(0));
    assert!(insert(furthest).is_ok());
    let refused = Refusal::SequenceAhead { given: Sequence(furthest + 1), next: Sequence(5) };
    assert_eq!(insert(furthest + 1), Err(refused));
}

#[test]
fn a_full_pool_refuses_and_takes_again_what_it_has_already() {
    let mut pool = pool();
    let count = u32::try_from(TRANSACTIONS_MAX).expect("a small number");
    for from in 0..count {
        submit(&mut pool, &transaction(from, 0), ms(0)).expect("room");
    }
    assert_eq!(submit(&mut pool, &transaction(count, 0), ms(0)), Err(Refusal::Full));
    assert!(submit(&mut pool, &transaction(3, 0), ms(0)).is_ok());
    assert_eq!(pool.len(), TRANSACTIONS_MAX);
}

#[test]
fn every_refusal_says_what_is_wrong() {
    let (given, next) = (Sequence(70), Sequence(5));
    for (refusal, words) in [
        (Refusal::OtherNetwork, "another network"),
        (Refusal::Expired, "has expired"),
        (Refusal::ExpiresTooLate, "further ahead than allowed"),
        (Refusal::SequenceUsed { given, next }, "70 is used up, the sender's next is 5"),
        (Refusal::SequenceAhead { given, next }, "70 is too far ahead of the sender's next, 5"),
        (Refusal::SequenceTaken, "has this number"),
        (Refusal::Full, "full, try again later"),
    ] {
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
}
