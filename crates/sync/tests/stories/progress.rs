//! The plain cases: somebody has what is missing.

use std::time::Duration;

use realdid_sync::Input;
use realdid_types::{BlockDigest, Epoch, EpochView, Height, Request, View, VoteStatement};

use crate::{
    chain::{Chain, certify},
    peers::Character::{Drip, Empty, Far, Honest, NoBatches, Short, Silent},
    world::World,
};

#[test]
fn one_missing_block_is_fetched() {
    let world = World::at(0, Chain::of(1)).with([Honest(10)]).behind(1).run(10);

    world.assert_caught_up();
    assert_eq!(world.certificates.len(), 1, "its certificate is delivered with it");
}

#[test]
fn three_hundred_blocks_take_two_answers() {
    let world = World::at(0, Chain::of(300)).with([Honest(10)]).behind(300).run(60);

    world.assert_caught_up();
    let answers = world.sent.iter().filter(|(_, _, request)| matches!(request, Request::CatchUp(_))).count();
    assert_eq!(answers, 2);
    assert_eq!(world.certificates.keys().copied().collect::<Vec<_>>(), [256, 300]);
}

#[test]
fn a_thousand_blocks_are_fetched_from_several_peers_at_once() {
    let world = World::at(0, Chain::of(1_000)).with([Honest(10); 4]).behind(1_000).run(60);

    world.assert_caught_up();
    for (peer, _) in &world.peers {
        let asked = world.sent.iter().filter(|(_, to, _)| to == peer).count();
        assert!(asked > 100, "the work is shared: {asked}");
    }
    assert!(world.now < Duration::from_secs(5), "and not one after the other: {:?}", world.now);
}

/// A validator may hold a single certificate far up, because it caught up itself.
#[test]
fn a_gap_without_certificates_is_walked_down_by_digest() {
    let world = World::at(0, Chain::of(1_000).sparse(1_000)).with([Honest(10); 2]).behind(1_000).run(60);

    world.assert_caught_up();
    assert_eq!(world.certificates.keys().copied().collect::<Vec<_>>(), [1_000]);
    let downwards =
        |request: &Request| matches!(request, Request::CatchUp(of) if of.below != BlockDigest::ZERO);
    assert!(world.sent.iter().filter(|(_, _, request)| downwards(request)).count() >= 3);
}

#[test]
fn a_gap_longer_than_what_is_kept_is_crossed_in_pieces() {
    let world = World::at(0, Chain::of(3_000).sparse(3_000)).with([Honest(10)]).behind(3_000).run(120);

    world.assert_caught_up();
}

#[test]
fn a_restart_in_the_middle_goes_on_from_the_tip() {
    let mut world = World::at(0, Chain::of(600)).with([Honest(10)]).behind(600);
    world.run_until(60, |world| world.executed >= 200);
    let reached = world.executed;

    let world = World::at(reached, world.chain).with([Honest(10)]).behind(600).run(60);

    world.assert_caught_up();
    let above = |request: &Request| matches!(request, Request::CatchUp(of) if of.above.0 < reached);
    assert!(!world.sent.iter().any(|(_, _, request)| above(request)), "nothing is fetched twice");
}

#[test]
fn batches_that_are_stored_are_not_fetched_again() {
    let chain = Chain::of(20);
    let mut world = World::at(0, chain.clone());
    world.stored = chain.batches.keys().copied().collect();
    let world = world.with([Honest(10)]).behind(20).run(20);

    world.assert_caught_up();
}

#[test]
fn when_the_engine_goes_on_by_itself_nothing_is_delivered_twice() {
    let mut world = World::at(0, Chain::of(300)).with([Honest(100)]).behind(300);
    world.run_until(60, |world| world.delivered >= 100);
    (world.delivered, world.executed) = (300, 300);
    let tip = world.chain.tip_at(300);
    world.step(Input::Delivered(tip));
    let world = world.run(60);

    assert!(!world.machine.is_behind());
    assert_eq!(world.delivered, 300);
}

#[test]
fn without_a_certificate_or_hint_nobody_is_asked() {
    let world = World::at(0, Chain::of(10)).with([Honest(10)]).run(60);

    assert!(world.sent.is_empty() && world.alarms == 0);
}

#[test]
fn only_a_commit_certificate_of_this_epoch_above_the_tip_is_reason_to_ask() {
    let chain = Chain::of(10);
    let set = &chain.sets[0];
    let digest = chain.tip().digest();
    let prepared = certify(VoteStatement::prepare(chain.tip().at, digest), set);
    let later = certify(VoteStatement::commit(EpochView::new(Epoch(1), View(1)), digest), set);
    let known = chain.commit_at(4);
    let mut world = World::at(5, chain).with([Honest(10)]);

    for certificate in [prepared, later, known] {
        world.step(Input::Behind { certificate });
    }
    let from = world.peer(0);
    world.step(Input::EpochHint { epoch: Epoch(0), from });

    assert!(world.sent.is_empty());
}

#[test]
fn once_caught_up_there_is_no_timer_and_no_question() {
    let mut world = World::at(0, Chain::of(50)).with([Honest(10), Silent]).behind(50).run(60);
    world.assert_caught_up();
    let (sent, alarms) = (world.sent.len(), world.alarms);

    world.now += Duration::from_secs(3_600);
    world.step(Input::Tick);

    assert_eq!((world.sent.len(), world.alarms), (sent, alarms));
}

#[test]
fn a_silent_peer_loses_its_turn_at_the_deadline() {
    let world = World::at(0, Chain::of(1)).with([Silent, Honest(10)]).behind(1).run(20);

    world.assert_caught_up();
    let (second, to, _) = &world.sent[1];
    assert_eq!((*second, *to), (Duration::from_secs(2), world.peer(1)));
}

#[test]
fn silent_peers_are_asked_less_and_less() {
    let mut world = World::at(0, Chain::of(1)).with([Silent]).behind(1);
    world.run_until(120, |_| false);

    assert!((6..=14).contains(&world.sent.len()), "{} questions in two minutes", world.sent.len());
}

#[test]
fn a_peer_that_drips_is_asked_only_when_no_other_is_free() {
    let world = World::at(0, Chain::of(1_000)).with([Drip, Honest(50)]).behind(1_000).run(120);

    world.assert_caught_up();
    let headers = world
        .sent
        .iter()
        .filter(|(_, to, request)| *to == world.peer(0) && matches!(request, Request::CatchUp(_)));
    assert!(headers.count() <= 2);
}

/// A slow line is no lie: an answer that comes after the deadline still counts.
#[test]
fn late_answers_are_taken() {
    let world = World::at(0, Chain::of(40)).with([Honest(5_000)]).behind(40).run(300);

    world.assert_caught_up();
    assert!(world.distrusted.is_empty());
}

#[test]
fn a_peer_that_has_nothing_yet_is_asked_again_later() {
    let mut world = World::at(0, Chain::of(5)).with([Empty]).behind(5);
    world.run_until(10, |_| false);
    assert!((5..=12).contains(&world.sent.len()));

    world.peers[0].1 = Honest(10);

    world.run(10).assert_caught_up();
}

#[test]
fn a_peer_that_comes_back_is_asked_at_once() {
    let mut world = World::at(0, Chain::of(5)).with([Honest(100)]).behind(5);
    let peer = world.peer(0);
    world.step(Input::PeerDown(peer));
    world.run_until(30, |_| false);
    assert_eq!(world.delivered, 0, "answers on a stream that is gone are not waited for");

    world.step(Input::PeerUp(peer));

    world.run(30).assert_caught_up();
}

/// Whoever knew the certificate may be gone, and the others may not be that far.
#[test]
fn a_descent_that_nobody_can_continue_is_given_up_for_what_there_is() {
    let mut world = World::at(0, Chain::of(100)).with([Far]).behind(100);
    world.run_until(1, |_| false);
    assert_eq!(world.blocks_kept(), 1, "the highest block, and no way down");
    let far = world.peer(0);
    world.step(Input::PeerDown(far));

    let mut world = world.with([Short(60)]);
    world.run_until(60, |_| false);

    assert_eq!(world.executed, 60);
}

#[test]
fn batches_asked_of_a_peer_that_is_gone_are_asked_of_another_at_once() {
    let mut world = World::at(0, Chain::of(100)).with([Honest(10), NoBatches]).behind(100);
    world.run_until(1, |_| false);
    let gone = world.peer(1);

    world.step(Input::PeerDown(gone));
    world.run_until(60, |world| world.executed == 100);

    assert!(world.now < Duration::from_secs(2), "before the deadline: {:?}", world.now);
}

/// The engine may pass a descent by; what belongs to it must then not be taken for a fork.
#[test]
fn an_answer_about_blocks_that_the_engine_has_passed_is_no_contradiction() {
    let mut world = World::at(0, Chain::of(150).sparse(50)).with([Far, Honest(1_000)]);
    world.chain.commits.split_off(&Height(101));
    world = world.behind(100);
    world.run_until(1, |_| false);
    assert!(world.blocks_kept() > 0 && world.delivered == 0, "a descent from height 100 is under way");

    let newest = Chain::of(150).commit_at(150);
    world.step(Input::Behind { certificate: newest });
    (world.delivered, world.executed) = (120, 120);
    let tip = world.chain.tip_at(120);
    world.step(Input::Delivered(tip));
    world.chain = Chain::of(150);
    let world = world.run(60);

    world.assert_caught_up();
}

#[test]
fn a_batch_that_two_blocks_name_is_fetched_once() {
    let mut chain = Chain::genesis();
    chain.extend(3, 1);
    chain.extend_with(chain.blocks[1].batches.clone(), 1);
    let world = World::at(0, chain).with([Honest(10)]).behind(2).run(10);

    world.assert_caught_up();
    assert_eq!(world.sent.iter().filter(|(_, _, request)| matches!(request, Request::Batch(_))).count(), 3);
}

#[test]
fn coming_back_is_no_way_to_be_asked_first() {
    let mut world = World::at(0, Chain::of(1)).with([Silent, Honest(10)]);
    let silent = world.peer(0);
    world.step(Input::PeerDown(silent));
    world.step(Input::PeerUp(silent));

    let world = world.behind(1);

    assert_eq!(world.sent[0].1, world.peer(1));
}
