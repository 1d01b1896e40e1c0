//! Batches that are heard of: which are asked for, from whom, how often, and how many a liar can make up.

use std::collections::BTreeSet;

use realdid_crypto::PublicKey;
use realdid_mempool::{
    BatchPool, Fetch,
    limits::{ANNOUNCED_MAX, FETCH_INTERVAL},
};
use realdid_types::{BatchDigest, Quorum};

use crate::fixture::{BLOCK_TIME, batch, ms, peer, store};

const DELTA: std::time::Duration = std::time::Duration::from_millis(200);

fn pool() -> BatchPool {
    BatchPool::new(Some(peer(0)), Quorum { n: 4 })
}

fn digest(number: u64) -> BatchDigest {
    batch(1, number).batch.digest()
}

/// Digests of batches that do not exist.
fn made_up(from: u32, count: usize) -> Vec<BatchDigest> {
    (from..).take(count).map(|number| batch(number, 99).batch.digest()).collect()
}

fn from(number: u8) -> Option<PublicKey> {
    Some(peer(number))
}

#[test]
fn what_a_proposal_names_is_asked_for_at_once_and_from_its_leader() {
    let mut pool = pool();
    pool.want(&[digest(0)], from(2), ms(0));
    assert_eq!(pool.to_fetch(ms(0), DELTA), [Fetch { digest: digest(0), from: from(2) }]);
}

#[test]
fn what_nobody_is_known_to_hold_is_asked_of_anybody() {
    let mut pool = pool();
    pool.want(&[digest(0)], None, ms(0));
    assert_eq!(pool.to_fetch(ms(0), DELTA), [Fetch { digest: digest(0), from: None }]);
}

#[test]
fn what_one_peer_announced_is_asked_for_after_a_delta() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0)], ms(50));
    assert_eq!(pool.to_fetch(ms(50) + DELTA - ms(1), DELTA), []);
    assert_eq!(pool.to_fetch(ms(50) + DELTA, DELTA).len(), 1);
}

#[test]
fn what_f_and_one_more_announced_is_asked_for_at_once() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0)], ms(0));
    assert_eq!(pool.to_fetch(ms(0), DELTA), []);
    pool.on_have(peer(3), &[digest(0)], ms(0));
    assert_eq!(pool.to_fetch(ms(0), DELTA).len(), 1);
}

#[test]
fn what_is_held_is_not_asked_for() {
    let mut pool = pool();
    store(&mut pool, batch(1, 0));
    pool.on_have(peer(2), &[digest(0)], ms(0));
    pool.want(&[digest(0)], from(2), ms(0));
    assert_eq!((pool.to_fetch(ms(9_000), DELTA), pool.sizes()), (vec![], [1, 0]));
}

#[test]
fn whoever_does_not_answer_is_asked_again_after_a_while_and_the_next_holder_first() {
    let mut pool = pool();
    pool.on_have(peer(1), &[digest(0)], ms(0));
    pool.on_have(peer(3), &[digest(0)], ms(0));
    let mut asked = Vec::new();
    for intervals in [0, 1, 2, 4] {
        let now = FETCH_INTERVAL * intervals;
        asked.extend(pool.to_fetch(now, DELTA).into_iter().map(|fetch| fetch.from));
        assert_eq!(pool.to_fetch(now + FETCH_INTERVAL - ms(1), DELTA), []);
    }
    assert_eq!(asked, [from(1), from(3), from(1), from(3)]);
}

#[test]
fn with_a_long_delta_the_same_batch_is_asked_for_less_often() {
    let mut pool = pool();
    pool.want(&[digest(0)], from(1), ms(0));
    assert_eq!(pool.to_fetch(ms(0), ms(5_000)).len(), 1);
    assert_eq!(pool.to_fetch(ms(4_999), ms(5_000)).len(), 0);
    assert_eq!(pool.to_fetch(ms(5_000), ms(5_000)).len(), 1);
}

#[test]
fn a_batch_that_came_is_asked_for_no_more() {
    let mut pool = pool();
    pool.want(&[digest(0)], from(2), ms(0));
    store(&mut pool, batch(1, 0));
    assert_eq!((pool.to_fetch(ms(9_000), DELTA), pool.sizes()), (vec![], [1, 0]));
}

#[test]
fn rumours_that_nobody_could_confirm_are_forgotten() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0)], ms(0));
    pool.expire(BLOCK_TIME, ms(60_000), ms(60_000));
    assert_eq!(pool.sizes(), [0, 1]);
    pool.expire(BLOCK_TIME, ms(60_001), ms(60_000));
    assert_eq!(pool.sizes(), [0, 0]);
}

// liars

#[test]
fn a_peer_can_make_up_only_so_many_batches_and_does_not_take_the_room_of_others() {
    let mut pool = pool();
    pool.on_have(peer(2), &made_up(0, ANNOUNCED_MAX + 50), ms(0));
    assert_eq!(pool.sizes(), [0, ANNOUNCED_MAX]);
    pool.on_have(peer(3), &[digest(0)], ms(0));
    assert_eq!(pool.sizes(), [0, ANNOUNCED_MAX + 1]);
}

#[test]
fn announcing_the_same_batch_again_takes_no_room() {
    let mut pool = pool();
    for _ in 0..ANNOUNCED_MAX {
        pool.on_have(peer(2), &[digest(0)], ms(0));
    }
    pool.on_have(peer(2), &[digest(1)], ms(0));
    assert_eq!(pool.sizes(), [0, 2]);
}

#[test]
fn what_came_or_was_forgotten_makes_room_for_other_announcements() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0)], ms(0));
    pool.on_have(peer(2), &made_up(0, ANNOUNCED_MAX), ms(0));
    assert_eq!(pool.sizes(), [0, ANNOUNCED_MAX]);
    store(&mut pool, batch(1, 0));
    pool.on_have(peer(2), &made_up(50_000, 9), ms(0));
    assert_eq!(pool.sizes(), [1, ANNOUNCED_MAX]);
}

#[test]
fn a_leaders_proposals_leave_it_no_more_room_for_made_up_batches() {
    let mut pool = pool();
    pool.on_have(peer(2), &made_up(0, ANNOUNCED_MAX), ms(0));
    for number in 0..20 {
        pool.want(&[digest(number)], from(2), ms(0));
        store(&mut pool, batch(1, number));
    }
    pool.on_have(peer(2), &made_up(50_000, 20), ms(0));
    assert_eq!(pool.sizes(), [20, ANNOUNCED_MAX]);
}

/// Its leader may have fallen silent, and those who have it in a final block announce it no more.
#[test]
fn what_a_proposal_names_is_asked_for_from_everybody_when_its_holders_did_not_answer() {
    let mut pool = pool();
    pool.want(&[digest(1)], from(2), ms(0));
    let mut ask = |at| pool.to_fetch(ms(at), ms(500)).into_iter().map(|fetch| fetch.from).collect::<Vec<_>>();
    assert_eq!(ask(0), [from(2)]);
    assert_eq!(ask(499), []);
    assert_eq!(ask(500), [None]);
    assert_eq!(ask(1_000), [None]);
}

#[test]
fn in_a_new_epoch_what_others_announced_is_still_asked_for_and_what_only_a_leaver_did_is_not() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0), digest(1)], ms(0));
    pool.on_have(peer(3), &[digest(1)], ms(0));
    pool.enter_epoch(Some(peer(0)), Quorum { n: 4 }, |key| *key != peer(2));
    assert_eq!(pool.to_fetch(ms(500), DELTA), [Fetch { digest: digest(1), from: from(3) }]);
}

/// Otherwise each new epoch would let a liar announce as many again.
#[test]
fn a_new_epoch_gives_a_liar_no_more_room() {
    let mut pool = pool();
    pool.on_have(peer(2), &made_up(0, ANNOUNCED_MAX), ms(0));
    pool.enter_epoch(Some(peer(0)), Quorum { n: 4 }, |_| true);
    pool.on_have(peer(2), &made_up(50_000, ANNOUNCED_MAX), ms(0));
    assert_eq!(pool.sizes(), [0, ANNOUNCED_MAX]);
}

#[test]
fn what_was_declined_is_no_reason_to_ask_or_to_make_a_block_unless_a_proposal_names_it() {
    let mut pool = pool();
    (2..4).for_each(|number| pool.on_have(peer(number), &[digest(0)], ms(0)));
    assert!(pool.heard_pending(&BTreeSet::new()));
    pool.decline(&digest(0));
    assert!(!pool.heard_pending(&BTreeSet::new()));
    assert_eq!(pool.to_fetch(ms(10_000), DELTA), []);
    pool.want(&[digest(0)], None, ms(10_000));
    assert_eq!(pool.to_fetch(ms(10_000), DELTA).len(), 1);
}

#[test]
fn what_only_was_announced_is_asked_for_more_and_more_rarely() {
    let mut pool = pool();
    pool.on_have(peer(2), &[digest(0)], ms(0));
    let asked: Vec<u64> =
        (0..60).map(|half| half * 500).filter(|at| !pool.to_fetch(ms(*at), DELTA).is_empty()).collect();
    assert_eq!(asked, [500, 1_000, 2_000, 4_000, 8_000, 16_000]);
}
