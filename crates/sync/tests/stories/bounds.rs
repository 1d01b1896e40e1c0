//! Nothing grows beyond what is stated, whoever sends what.

use std::time::Duration;

use realdid_crypto::Digest;
use realdid_sync::{
    BATCHES_IN_FLIGHT_MAX, BATCHES_PER_PEER_MAX, DESCENT_BLOCKS_MAX, Input, PEERS_MAX, READY_BLOCKS_LOW,
    WINDOW_BLOCKS_MAX,
};
use realdid_types::{BatchDigest, Request, limits};

use crate::{
    chain::Chain,
    peers::Character::{Honest, NoBatches, Silent},
    world::World,
};

fn heavy() -> Chain {
    let mut chain = Chain::genesis();
    (0..200).for_each(|_| chain.extend(20, 1));
    chain
}

fn batches_asked(world: &World) -> usize {
    world.sent.iter().filter(|(_, _, request)| matches!(request, Request::Batch(_))).count()
}

#[test]
fn batches_in_flight_are_bounded_in_total() {
    let mut world = World::at(0, heavy()).with([NoBatches; 20]).behind(200);
    world.run_until(1, |_| false);

    assert_eq!(batches_asked(&world), BATCHES_IN_FLIGHT_MAX);
}

#[test]
fn batches_in_flight_are_bounded_for_each_peer() {
    let mut world = World::at(0, heavy()).with([NoBatches]).behind(200);
    world.run_until(1, |_| false);

    assert_eq!(batches_asked(&world), BATCHES_PER_PEER_MAX);
}

#[test]
fn no_more_is_delivered_than_a_window_ahead_of_execution() {
    let mut chain = Chain::genesis();
    (0..1_000).for_each(|_| chain.extend(0, 1));
    let mut world = World::at(0, chain);
    world.execution = Duration::from_secs(100);
    let mut world = world.with([Honest(1)]).behind(1_000);

    world.run_until(90, |_| false);

    assert_eq!(world.delivered, WINDOW_BLOCKS_MAX as u64);
    world.run(1_000).assert_caught_up();
}

#[test]
fn no_more_blocks_wait_than_two_answers_hold() {
    let mut world = World::at(0, Chain::of(3_000)).with([NoBatches; 2]).behind(3_000);

    world.run_until(100, |_| false);

    assert!(world.blocks_kept() <= READY_BLOCKS_LOW + limits::CATCH_UP_BLOCKS_MAX, "{}", world.blocks_kept());
}

#[test]
fn of_a_long_descent_only_the_lowest_blocks_are_kept() {
    let mut world = World::at(0, Chain::of(5_000).sparse(5_000)).with([Honest(10)]).behind(5_000);

    // until the first descent stands on the tip
    let mut most = 0;
    while world.delivered == 0 {
        world.run_until(0, |_| false);
        world.now += Duration::from_millis(50);
        most = most.max(world.blocks_kept());
    }

    assert!((DESCENT_BLOCKS_MAX..=DESCENT_BLOCKS_MAX + 1).contains(&most), "{most}");
}

#[test]
fn peers_are_bounded() {
    let mut world = World::at(0, Chain::of(1));
    (0..1_000).for_each(|number| world.step(Input::PeerUp(crate::chain::key(number))));

    assert_eq!(format!("{:?}", world.machine).matches("Standing").count(), PEERS_MAX);
}

/// Deadlines that pass together are one failure: the peer is asked again after one second, not after many.
#[test]
fn many_batches_that_are_late_together_count_once() {
    let mut world = World::at(0, heavy()).with([NoBatches]).behind(200);
    world.run_until(4, |_| false);

    assert_eq!(batches_asked(&world), 2 * BATCHES_PER_PEER_MAX);
}

#[test]
fn batches_that_no_block_names_are_not_kept() {
    let chain = Chain::of(10);
    let mut world = World::at(0, chain.clone()).with([Silent]).behind(10);
    let before = format!("{:?}", world.machine);
    let from = world.peer(0);

    for batch in chain.batches.values() {
        world.step(Input::Batch { from, batch: batch.clone() });
        world.step(Input::BatchHeld(BatchDigest(Digest::ZERO)));
    }

    assert_eq!(format!("{:?}", world.machine), before);
}

#[test]
fn a_machine_that_has_caught_up_is_as_small_as_a_new_one() {
    let world = World::at(0, heavy()).with([Honest(10), NoBatches]).behind(200).run(120);
    world.assert_caught_up();

    let text = format!("{:?}", world.machine);

    let small = World::at(200, heavy()).with([Honest(10), NoBatches]);
    let fresh = format!("{:?}", small.machine);
    assert!(text.len() <= fresh.len() + 200, "{text}\n{fresh}");
}

#[test]
fn hints_are_bounded_by_the_peers() {
    let mut world = World::at(5, Chain::of(5));
    for number in 0..1_000 {
        let from = crate::chain::key(number);
        world.step(Input::EpochHint { epoch: realdid_types::Epoch(9), from });
    }

    assert!(!world.machine.is_behind(), "who is not connected cannot hint");
}
