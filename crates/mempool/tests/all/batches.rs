//! Batches that are held: how many, which a leader lists, and when they are let go.

use std::collections::BTreeSet;

use realdid_mempool::{BatchPool, limits::AUTHOR_BATCHES_MAX};
use realdid_types::{BatchDigest, Quorum, SignedBatch, limits::BLOCK_BATCHES_MAX};

use crate::fixture::{BLOCK_TIME, MAX_EXPIRY, batch, key, ms, peer, store, twin};

const FOUR: Quorum = Quorum { n: 4 };

fn pool() -> BatchPool {
    BatchPool::new(Some(peer(0)), FOUR)
}

fn digest(batch: &SignedBatch) -> BatchDigest {
    batch.batch.digest()
}

/// Holds this batch, and so do these others.
fn held_by(pool: &mut BatchPool, author: u32, number: u64, others: &[u8]) -> BatchDigest {
    let batch = batch(author, number);
    let digest = digest(&batch);
    store(pool, batch);
    others.iter().for_each(|other| pool.on_have(peer(*other), &[digest], ms(0)));
    digest
}

fn selected(pool: &BatchPool, in_chain: &[BatchDigest]) -> Vec<BatchDigest> {
    let in_chain: BTreeSet<BatchDigest> = in_chain.iter().copied().collect();
    pool.select(&in_chain).into_iter().map(|reference| reference.digest).collect()
}

#[test]
fn a_stored_batch_is_held_under_the_reference_that_blocks_name() {
    let mut pool = pool();
    let batch = batch(1, 0);
    store(&mut pool, batch.clone());
    assert_eq!(pool.get(&digest(&batch)), Some(&batch));
    assert_eq!(pool.reference(&digest(&batch)), Some(&batch.reference()));
}

#[test]
fn a_batch_that_is_stored_twice_is_held_once() {
    let mut pool = pool();
    for _ in 0..3 {
        store(&mut pool, batch(1, 0));
    }
    assert_eq!((pool.sizes(), selected(&pool, &[]).len()), ([1, 0], 1));
    pool.on_final(&[batch(1, 0).reference()]);
    assert_eq!((pool.sizes(), selected(&pool, &[]).len()), ([0, 0], 0));
}

#[test]
fn an_author_has_room_for_so_many_pending_batches_and_again_once_one_is_final() {
    let mut pool = pool();
    let max = u64::try_from(AUTHOR_BATCHES_MAX).expect("a small number");
    for number in 0..max {
        assert!(pool.has_room_for(&key(1)));
        store(&mut pool, batch(1, number));
    }
    assert!(!pool.has_room_for(&key(1)) && pool.has_room_for(&key(2)));
    pool.on_final(&[batch(1, 7).reference()]);
    assert!(pool.has_room_for(&key(1)));
}

#[test]
fn what_is_not_durable_yet_can_be_listed_but_is_neither_announced_nor_counted_as_mine() {
    let mut pool = pool();
    let held = batch(1, 0);
    let (digest, nothing) = (digest(&held), BTreeSet::new());
    pool.hold(held);
    [2, 3].iter().for_each(|other| pool.on_have(peer(*other), &[digest], ms(0)));
    assert_eq!((selected(&pool, &[]), pool.durable().count()), (vec![digest], 0));
    assert!(pool.heard_pending(&nothing) && !pool.announced_pending(&nothing));
    assert!(!pool.is_available(&digest), "a crash here would take it back");
    assert!(pool.on_durable(&digest));
    assert!(pool.is_available(&digest) && pool.announced_pending(&nothing));
}

#[test]
fn a_batch_that_became_final_on_its_way_to_disk_does_not_come_back() {
    let mut pool = pool();
    pool.hold(batch(1, 0));
    pool.on_final(&[batch(1, 0).reference()]);
    assert!(!pool.on_durable(&digest(&batch(1, 0))));
    assert_eq!(pool.sizes(), [0, 0]);
}

#[test]
fn what_a_proposal_names_is_wanted_until_it_is_here() {
    let mut pool = pool();
    let named = digest(&batch(1, 0));
    assert!(!pool.is_wanted(&named));
    pool.want(&[named], None, ms(0));
    assert!(pool.is_wanted(&named));
    store(&mut pool, batch(1, 0));
    assert!(!pool.is_wanted(&named));
}

#[test]
fn a_number_of_an_author_is_taken_while_a_batch_with_it_is_held() {
    let mut pool = pool();
    held_by(&mut pool, 1, 7, &[]);
    assert!(pool.has_number(key(1), 7));
    assert!(!pool.has_number(key(1), 8) && !pool.has_number(key(2), 7));
    pool.expire(BLOCK_TIME.plus(MAX_EXPIRY), ms(0), ms(60_000));
    assert!(!pool.has_number(key(1), 7));
}

/// One that a proposal named, and one that came first.
#[test]
fn once_a_batch_is_final_others_with_its_number_are_let_go() {
    let mut pool = pool();
    let (first, second) = (batch(1, 7), twin(1, 7));
    store(&mut pool, first.clone());
    store(&mut pool, second.clone());
    held_by(&mut pool, 1, 8, &[]);
    pool.on_final(&[second.reference()]);
    pool.expire(BLOCK_TIME, ms(0), ms(60_000));
    assert_eq!((pool.sizes(), pool.has_number(key(1), 7)), ([1, 0], false));
    assert!(pool.get(&digest(&first)).is_none());
}

#[test]
fn a_batch_cannot_be_lost_once_f_and_one_more_hold_it() {
    let mut pool = pool();
    let digest = held_by(&mut pool, 1, 0, &[]);
    assert!(!pool.is_available(&digest));
    pool.on_have(peer(2), &[digest], ms(0));
    assert!(pool.is_available(&digest));
}

#[test]
fn what_others_announced_before_the_batch_came_counts() {
    let mut pool = pool();
    let digest = digest(&batch(1, 0));
    pool.on_have(peer(2), &[digest], ms(0));
    assert!(!pool.is_available(&digest));
    store(&mut pool, batch(1, 0));
    assert!(pool.is_available(&digest));
}

// what a leader lists

#[test]
fn a_leader_lists_what_a_quorum_holds_and_the_newest_of_what_it_merely_holds() {
    let mut pool = pool();
    let known = [held_by(&mut pool, 1, 0, &[1, 2]), held_by(&mut pool, 1, 1, &[2, 3])];
    held_by(&mut pool, 1, 2, &[1]);
    let fresh = held_by(&mut pool, 1, 3, &[]);
    assert_eq!(selected(&pool, &[]), [known[0], known[1], fresh]);
}

#[test]
fn what_is_in_the_chain_is_not_listed_again() {
    let mut pool = pool();
    let one = held_by(&mut pool, 1, 0, &[1, 2]);
    let other = held_by(&mut pool, 1, 1, &[1, 2]);
    assert_eq!(selected(&pool, &[one]), [other]);
    assert_eq!(selected(&pool, &[one, other]), []);
}

#[test]
fn authors_take_turns_each_with_its_oldest_first() {
    let mut pool = pool();
    let busy: Vec<_> = (0..3).map(|number| held_by(&mut pool, 1, number, &[1, 2])).collect();
    let quiet = held_by(&mut pool, 2, 0, &[1, 2]);
    let listed = selected(&pool, &[]);
    assert!(listed[..2].contains(&quiet) && listed[..2].contains(&busy[0]));
    assert_eq!(listed[2..], busy[1..]);
}

#[test]
fn a_leader_lists_no_more_than_a_block_holds() {
    let mut pool = pool();
    for author in 0..3 {
        for number in 0..50 {
            held_by(&mut pool, author, number, &[1, 2]);
        }
    }
    assert_eq!(selected(&pool, &[]).len(), BLOCK_BATCHES_MAX - 1);
    let fresh = held_by(&mut pool, 4, 0, &[]);
    let listed = selected(&pool, &[]);
    assert_eq!((listed.len(), listed.last()), (BLOCK_BATCHES_MAX, Some(&fresh)));
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), BLOCK_BATCHES_MAX);
}

#[test]
fn a_batch_is_pending_until_it_is_in_the_chain() {
    let mut pool = pool();
    let nothing = BTreeSet::new();
    assert!(!pool.announced_pending(&nothing) && !pool.heard_pending(&nothing));
    let digest = held_by(&mut pool, 1, 0, &[]);
    assert!(pool.announced_pending(&nothing) && pool.heard_pending(&nothing));
    assert!(!pool.announced_pending(&BTreeSet::from([digest])));
}

#[test]
fn a_batch_heard_of_is_pending_once_somebody_honest_announced_it() {
    let mut pool = pool();
    let (nothing, heard) = (BTreeSet::new(), [digest(&batch(1, 0))]);
    pool.on_have(peer(2), &heard, ms(0));
    pool.on_have(peer(2), &heard, ms(0));
    assert!(!pool.heard_pending(&nothing), "one of four may be a liar");
    pool.on_have(peer(3), &heard, ms(0));
    assert!(pool.heard_pending(&nothing) && !pool.announced_pending(&nothing));
}

// letting go

#[test]
fn a_batch_is_let_go_once_its_last_transaction_is_void() {
    let mut pool = pool();
    held_by(&mut pool, 1, 0, &[]);
    pool.expire(BLOCK_TIME.plus(MAX_EXPIRY - 1), ms(0), ms(60_000));
    assert_eq!(pool.sizes(), [1, 0]);
    pool.expire(BLOCK_TIME.plus(MAX_EXPIRY), ms(0), ms(60_000));
    assert_eq!(pool.sizes(), [0, 0]);
}

#[test]
fn in_a_new_epoch_whoever_left_holds_nothing_any_more() {
    let mut pool = pool();
    let digest = held_by(&mut pool, 1, 0, &[1, 2]);
    pool.enter_epoch(Some(peer(0)), FOUR, |key| *key != peer(1));
    assert!(pool.is_available(&digest));
    pool.enter_epoch(Some(peer(0)), FOUR, |key| *key != peer(2));
    assert!(!pool.is_available(&digest));
    assert_eq!(pool.durable().collect::<Vec<_>>(), [digest]);
}

#[test]
fn in_a_new_epoch_i_hold_what_i_held_although_i_did_not_vote() {
    let mut pool = BatchPool::new(None, FOUR);
    let digest = held_by(&mut pool, 1, 0, &[1]);
    assert!(!pool.is_available(&digest));
    pool.enter_epoch(Some(peer(9)), FOUR, |_| true);
    assert!(pool.is_available(&digest));
}
