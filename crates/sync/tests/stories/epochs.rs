//! Barriers and closing blocks: one epoch's validators vouch for the next.

use std::sync::Arc;

use realdid_sync::{HINT_FAILURES_MAX, Input, Tip};
use realdid_types::{Epoch, Request, ValidatorSet};

use crate::{
    chain::Chain,
    peers::Character::{Far, ForgedEpochEnd, Honest, LaterEpoch, Silent},
    world::World,
};

fn three_epochs() -> Chain {
    Chain::of(300).close_epoch(1).and(40).close_epoch(3).and(10)
}

#[test]
fn two_epoch_changes_are_crossed_on_a_hint_alone() {
    let world = World::at(0, three_epochs()).with([Honest(10); 3]).hinted().run(60);

    world.assert_caught_up();
    assert_eq!(world.epoch, 2);
}

#[test]
fn a_barrier_without_a_certificate_of_its_own_is_final_through_its_closing_blocks() {
    let mut chain = three_epochs();
    chain.commits.retain(|height, _| height.0 % 7 == 0);
    chain.commits.insert(chain.tip().height, three_epochs().commit_at(chain.height()));

    let world = World::at(0, chain).with([Honest(10); 2]).hinted().run(60);

    world.assert_caught_up();
    assert!(!world.certificates.contains_key(&340));
}

#[test]
fn closing_blocks_are_never_delivered() {
    let chain = Chain::of(3).close_epoch(300).and(2);

    // the world compares every delivery with the ledger, which has no closing blocks
    let world = World::at(0, chain).with([Honest(10)]).hinted().run(60);

    world.assert_caught_up();
    assert_eq!(world.delivered, 5);
}

#[test]
fn a_restart_between_the_barrier_and_the_next_epoch_asks_for_the_proof_first() {
    let world = World::at(300, three_epochs()).with([Honest(10)]).hinted().run(60);

    assert!(matches!(&world.sent[0].2, Request::EpochEnd(question) if question.epoch == Epoch(0)));
    world.assert_caught_up();
}

#[test]
fn the_closing_blocks_certificate_is_reason_enough_to_go_on() {
    let chain = three_epochs();
    let certificate = chain.ends[&Epoch(0)].commit.clone();
    let mut world = World::at(290, chain).with([Honest(10)]);

    world.step(Input::Behind { certificate });
    let world = world.run(60);

    world.assert_caught_up();
    assert_eq!(world.epoch, 2);
}

#[test]
fn a_forged_proof_of_an_epochs_end_is_refused() {
    let world = World::at(0, three_epochs()).with([ForgedEpochEnd, Honest(10)]).hinted().run(60);

    world.assert_caught_up();
    assert_eq!(world.distrusted.keys().collect::<Vec<_>>(), [&world.peer(0)]);
}

#[test]
fn a_hint_is_worth_one_question_to_the_peer_that_gave_it() {
    let mut world = World::at(5, Chain::of(5)).with([Honest(10), Honest(10)]);
    let from = world.peer(1);

    world.step(Input::EpochHint { epoch: Epoch(7), from });
    let world = world.run(60);

    assert_eq!(world.sent.iter().map(|(_, to, _)| *to).collect::<Vec<_>>(), [from]);
    world.assert_caught_up();
}

#[test]
fn a_peer_that_hints_and_then_is_silent_is_given_up() {
    let mut world = World::at(5, Chain::of(5)).with([Silent]);
    let from = world.peer(0);

    world.step(Input::EpochHint { epoch: Epoch(7), from });
    let world = world.run(600);

    assert_eq!(world.sent.len(), HINT_FAILURES_MAX as usize);
    world.assert_caught_up();
    assert!(!format!("{:?}", world.machine).contains("Question {"), "and nothing of it is kept");
}

#[test]
fn liars_about_epochs_do_not_keep_the_validator_from_the_next_one() {
    let world = World::at(0, three_epochs()).with([LaterEpoch, Far, Honest(30)]).hinted().run(120);

    world.assert_caught_up();
}

/// The validators that follow are in the headers; the validator's own execution must agree with them.
#[test]
fn another_next_set_than_the_certified_one_stops_everything() {
    let chain = Chain::of(5).close_epoch(1).and(5);
    let others = chain.sets[0].iter().skip(1).cloned().collect();
    let other = Arc::new(ValidatorSet::new(others).unwrap());
    let unchanged = chain.sets[0].clone();

    for executed in [other, unchanged] {
        let mut world = World::at(4, chain.clone()).with([Honest(10)]).hinted();
        world.run_until(60, |world| world.delivered == 5);
        let barrier = chain.blocks[5].header.clone();
        world.step(Input::Delivered(Tip::new(&barrier, executed)));
        let world = world.run(60);

        assert_eq!(world.fork.as_ref(), Some(&chain.ends[&Epoch(0)].commit));
        assert_eq!((world.epoch, world.delivered), (0, 5));
    }
}

#[test]
fn an_epoch_that_the_engine_entered_by_itself_is_taken_over() {
    let chain = three_epochs();
    let mut world = World::at(0, chain.clone()).with([Honest(10)]).behind(250);
    world.run_until(60, |world| world.delivered > 100);
    (world.delivered, world.executed, world.epoch) = (300, 300, 1);
    world.step(Input::Delivered(chain.tip_at(300)));
    world.step(Input::EpochEntered { epoch: Epoch(1), validators: chain.sets[1].clone() });

    let world = world.behind(340).run(60);

    assert!(world.executed >= 340 && world.fork.is_none());
}
