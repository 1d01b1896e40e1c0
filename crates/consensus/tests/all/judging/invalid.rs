//! What a leader signed and what can never become right: the view is skipped at once.

use realdid_consensus::Timer;
use realdid_types::{Block, BlockDigest, Height, StateRoot, ValidatorsDigest, View, limits};

use super::in_view_2;
use crate::{
    network::{Network, at},
    pool::{batch, with_batches},
};

/// Lets a leader sign a changed block, and says whether it was skipped and never prepared.
fn is_skipped_at_once(change: impl Fn(Block) -> Block) -> bool {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let block = change(network.child(2, &parent));
    node.pool.contradicted.insert(batch(9).digest);
    node.hear_block(&block);
    node.has_skipped(2) && !node.has_prepared(&block)
}

/// Changes one field of the header.
fn header(change: impl Fn(&mut realdid_types::Header)) -> impl Fn(Block) -> Block {
    move |mut block| {
        change(&mut block.header);
        block
    }
}

fn elsewhere() -> realdid_crypto::Digest {
    batch(77).digest.0
}

#[test]
fn a_wrong_state_root_is_invalid() {
    assert!(is_skipped_at_once(header(|header| header.state_root = StateRoot(elsewhere()))));
}

#[test]
fn a_wrong_height_is_invalid() {
    for height in [0, 1, 3] {
        assert!(is_skipped_at_once(header(|header| header.height = Height(height))), "{height}");
    }
}

#[test]
fn a_wrong_digest_of_the_validators_is_invalid() {
    assert!(is_skipped_at_once(header(|header| header.validators = ValidatorsDigest(elsewhere()))));
}

#[test]
fn a_wrong_digest_of_the_next_validators_is_invalid() {
    assert!(is_skipped_at_once(header(|header| header.next_validators = ValidatorsDigest(elsewhere()))));
}

#[test]
fn a_wrong_parent_view_is_invalid() {
    for view in [0, 2, 3] {
        assert!(is_skipped_at_once(header(|header| header.parent_view = View(view))), "{view}");
    }
}

#[test]
fn another_parent_than_the_certified_one_is_invalid() {
    assert!(is_skipped_at_once(header(|header| header.parent = BlockDigest(elsewhere()))));
}

#[test]
fn a_time_that_is_not_after_the_parents_is_invalid() {
    let parent_time = Network::of(4).child(1, &Network::of(4).genesis).header.time;
    assert!(is_skipped_at_once(header(|header| header.time = parent_time)));
    assert!(is_skipped_at_once(header(|header| header.time.0 = parent_time.0 - 1)));
    assert!(!is_skipped_at_once(header(|header| header.time = parent_time.next())));
}

#[test]
fn a_wrong_count_of_transactions_is_invalid() {
    assert!(is_skipped_at_once(header(|header| header.transactions += 1)));
}

#[test]
fn a_batch_listed_twice_is_invalid() {
    assert!(is_skipped_at_once(|block| with_batches(block, vec![batch(1), batch(2), batch(1)])));
}

#[test]
fn more_batches_than_a_block_holds_are_invalid() {
    let many = |count: usize| (0..).take(count).map(batch).filter(|one| one.digest != batch(9).digest);
    let max = limits::BLOCK_BATCHES_MAX;
    assert!(is_skipped_at_once(|block| with_batches(block, many(max + 2).collect())));
    assert!(!is_skipped_at_once(|block| with_batches(block, many(max + 1).collect())));
}

#[test]
fn a_batch_that_is_not_what_its_reference_says_is_invalid() {
    assert!(is_skipped_at_once(|block| with_batches(block, vec![batch(1), batch(9)])));
}

#[test]
fn a_contradicted_batch_is_invalid_although_another_one_is_missing() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    node.pool.missing.insert(batch(1).digest);
    node.pool.contradicted.insert(batch(2).digest);
    node.hear_block(&with_batches(network.child(2, &parent), vec![batch(1), batch(2)]));
    assert!(node.has_skipped(2));
}

#[test]
fn an_invalid_block_is_skipped_although_its_batches_are_missing() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    node.pool.missing.insert(batch(1).digest);
    let mut block = with_batches(network.child(2, &parent), vec![batch(1)]);
    block.header.state_root = StateRoot(elsewhere());
    node.hear_block(&block);
    assert!(node.has_skipped(2));
}

#[test]
fn an_invalid_block_is_never_prepared_however_long_it_lies_there() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let mut block = network.child(2, &parent);
    block.header.height = Height(7);
    node.hear_block(&block);
    for timer in [Timer::Patience(at(2)), Timer::Advance(at(2)), Timer::Early(at(2)), Timer::Repair] {
        node.fire(timer);
    }
    assert!(!node.has_prepared(&block));
}
