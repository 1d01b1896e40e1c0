//! Nothing grows beyond what is stated, whoever sends what.

use realdid_crypto::Digest;
use realdid_sync::{BATCHES_IN_FLIGHT_MAX, BATCHES_PER_PEER_MAX, Input, WINDOW_BLOCKS_MAX};
use realdid_types::{BatchDigest, Request};

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
    let mut world = World::at(0, chain).with([Honest(1)]).behind(1_000);

    let mut most = 0;
    for _ in 0..4_000 {
        let before = world.sent.len();
        world.run_until(0, |world| world.sent.len() > before);
        most = most.max(world.delivered - world.executed);
        world.run_until(60, |world| world.executed >= 1_000 || world.sent.len() > before);
    }

    assert!(most <= WINDOW_BLOCKS_MAX as u64, "{most}");
    world.run(60).assert_caught_up();
}

#[test]
fn a_large_block_after_another_waits_for_the_window() {
    let mut world = World::at(0, heavy()).with([Honest(10); 4]).behind(200);
    world.run_until(60, |_| false);

    world.assert_caught_up();
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
