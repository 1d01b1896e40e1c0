//! Which transactions are taken, and with which words others are refused.

use realdid_crypto::{Context, digest};
use realdid_mempool::{
    Included, Refusal,
    limits::{SEQUENCE_AHEAD_MAX, TRANSACTIONS_MAX},
};
use realdid_types::{
    GenesisDigest, Sequence, SignedTransaction, Timestamp, limits::TRANSACTION_SIGNATURES_MAX,
};

use crate::fixture::{BLOCK_TIME, MAX_EXPIRY, State, ms, pool, signed_by, submit, transaction};

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
    submit(&mut pool, &signed, ms(0)).expect("good");
    assert_eq!(submit(&mut pool, &other, ms(0)), Err(Refusal::SequenceTaken));
    assert_eq!(pool.pack(ms(10)).expect("due"), [signed]);
}

#[test]
fn signatures_that_were_stripped_come_to_what_waits_without_them() {
    let (stripped, whole) = (signed_by(1, 0, &[1]), signed_by(1, 0, &[1, 2]));
    let mut pool = pool();
    submit(&mut pool, &stripped, ms(0)).expect("it waits, and holds the number");
    assert_eq!(submit(&mut pool, &whole, ms(0)), Ok(whole.id()));
    assert_eq!(pool.len(), 1);
    // what is stripped again takes nothing away
    assert_eq!(submit(&mut pool, &stripped, ms(0)), Ok(whole.id()));
    assert_eq!(pool.pack(ms(10)), Some(vec![whole]));
    assert_eq!(pool.pack(ms(90_000)), None);
}

#[test]
fn what_was_packed_without_a_signature_is_packed_with_it_at_once() {
    let (stripped, whole) = (signed_by(1, 0, &[1]), signed_by(1, 0, &[1, 2]));
    let mut pool = pool();
    submit(&mut pool, &stripped, ms(0)).expect("it waits");
    assert_eq!(pool.pack(ms(10)), Some(vec![stripped.clone()]));
    submit(&mut pool, &whole, ms(20)).expect("it brings a signature");
    assert_eq!(pool.pack(ms(20)), Some(vec![whole.clone()]));

    // the block with the first batch skips it, and the second one is on its way
    let skipped = [Included { transaction: &stripped, own: true }];
    pool.on_final(skipped.into_iter(), &State::default(), BLOCK_TIME, ms(100));
    assert_eq!(pool.pack(ms(90_000)), Some(vec![whole]));
}

#[test]
fn what_rests_after_it_was_skipped_rests_no_longer_once_a_signature_comes() {
    let (stripped, whole) = (signed_by(1, 0, &[1]), signed_by(1, 0, &[1, 2]));
    let mut pool = pool();
    submit(&mut pool, &stripped, ms(0)).expect("it waits");
    pool.pack(ms(10)).expect("due");
    let skipped = [Included { transaction: &stripped, own: true }];
    pool.on_final(skipped.into_iter(), &State::default(), BLOCK_TIME, ms(20));
    assert!(pool.next_pack() > Some(ms(500)), "it rests");

    submit(&mut pool, &whole, ms(30)).expect("it brings a signature");
    assert_eq!(pool.pack(ms(30)), Some(vec![whole]));
    assert_eq!(pool.pack(ms(90_000)), None);
}

#[test]
fn signatures_of_strangers_keep_no_others_away() {
    let most = u32::try_from(TRANSACTION_SIGNATURES_MAX).expect("a small number");
    let strangers: Vec<u32> = (100..100 + most).collect();
    let whole = signed_by(1, 0, &[1, 2]);

    let mut pool = pool();
    submit(&mut pool, &signed_by(1, 0, &[1, 100]), ms(0)).expect("it waits");
    submit(&mut pool, &whole, ms(0)).expect("it brings a signature");
    assert_eq!(pool.pack(ms(10)), Some(vec![signed_by(1, 0, &[1, 2, 100])]));

    // no transaction takes all of these: what comes last stays
    let mut pool = crate::fixture::pool();
    submit(&mut pool, &signed_by(1, 0, &strangers), ms(0)).expect("it waits");
    submit(&mut pool, &whole, ms(0)).expect("it brings a signature");
    assert_eq!(pool.pack(ms(10)), Some(vec![whole]));
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
