//! Every lie alone, and beside honest peers that are slower than the liar.

use realdid_sync::{Effect, Input, Lie};
use realdid_types::{Block, CatchUpAnswer, Message, Request, VoteStatement};

use crate::{
    chain::{Chain, TagVerifier, certify},
    peers::{
        Character::{self, *},
        LIARS,
    },
    world::World,
};

#[test]
fn a_liar_alone_makes_nothing_be_delivered_that_is_not_certified() {
    // the world asserts this at each delivery; here it only has to go on long enough
    for liar in LIARS {
        let world = World::at(0, Chain::of(30)).with([liar]).behind(30).run(120);
        assert!(world.fork.is_none(), "{liar:?}");
    }
}

#[test]
fn no_liar_keeps_a_validator_from_catching_up_with_one_slow_honest_peer() {
    for liar in LIARS {
        let world = World::at(0, Chain::of(300)).with([liar, Honest(400), liar]).behind(300).run(600);
        assert_eq!(world.executed, 300, "{liar:?} at {:?}", world.now);
        assert!(!world.distrusted.contains_key(&world.peer(1)), "{liar:?}");
        assert!(world.now.as_secs() < 180, "{liar:?} costs {:?}", world.now);
    }
}

#[test]
fn what_contradicts_a_certified_digest_is_distrusted() {
    type Expected = fn(&Lie) -> bool;
    let table: [(Character, Expected); 10] = [
        (FalseHeight, |lie| matches!(lie, Lie::OtherBlock { .. })),
        (Gap, |lie| matches!(lie, Lie::OtherBlock { .. })),
        (OtherHeader, |lie| matches!(lie, Lie::OtherBlock { .. })),
        (OtherReferences, |lie| matches!(lie, Lie::References(_))),
        (Huge, |lie| matches!(lie, Lie::TooManyBlocks(1_000))),
        (Forged, |lie| matches!(lie, Lie::Certificate(_))),
        (Prepared, |lie| matches!(lie, Lie::NoCertificate)),
        (Uncertified, |lie| matches!(lie, Lie::NoCertificate)),
        (Old, |lie| matches!(lie, Lie::NotAbove { .. })),
        (UnsignedBatches, |lie| matches!(lie, Lie::Batch(_))),
    ];
    for (liar, expected) in table {
        let world = World::at(3, Chain::of(30)).with([liar, Honest(10)]).behind(30).run(120);
        let lie = world.distrusted.get(&world.peer(0));
        assert!(lie.is_some_and(expected), "{liar:?} is called {lie:?}");
        assert_eq!(world.distrusted.len(), 1, "and nobody else");
    }
}

/// Two peers may be asked the same because the first is late; the second answer is no lie.
#[test]
fn an_answer_that_others_gave_before_is_not_distrusted() {
    let slow = [Honest(2_500), Honest(2_600), Honest(4_100)];
    let world = World::at(0, Chain::of(1_000).sparse(1_000)).with(slow).behind(1_000).run(600);

    world.assert_caught_up();
    assert!(world.distrusted.is_empty());
}

#[test]
fn what_may_have_an_innocent_reason_is_not_distrusted() {
    for character in [Silent, Empty, Drip, NoBatches, Far, LaterEpoch, OtherBatches] {
        let world = World::at(3, Chain::of(30)).with([character, Honest(10)]).behind(30).run(120);
        assert!(world.distrusted.is_empty(), "{character:?}");
    }
}

/// A true certificate a million blocks up would be walked down from for hours.
#[test]
fn a_certificate_far_up_is_given_up_for_a_nearer_one() {
    let world = World::at(0, Chain::of(5_000)).with([Far, Honest(10)]).behind(5_000).run(120);

    world.assert_caught_up();
    let questions =
        world.sent.iter().filter(|(_, _, request)| matches!(request, Request::CatchUp(_))).count();
    assert!(questions < 30, "{questions} questions for 20 answers' worth of blocks");
}

#[test]
fn answers_that_nobody_asked_for_are_not_looked_at() {
    let chain = Chain::of(10);
    let mut world = World::at(0, chain.clone()).with([Honest(10), Silent]);
    let request = realdid_types::CatchUpRequest {
        above: chain.blocks[0].header.height,
        below: realdid_types::BlockDigest::ZERO,
    };
    let Some(Message::CatchUp(answer)) = realdid_sync::answer(&chain, &Request::CatchUp(request)) else {
        panic!("catching up is always answered")
    };

    let from = world.peer(1);
    world.step(Input::Answer { from, answer: *answer });

    assert_eq!(world.delivered, 0);
    assert!(!world.machine.is_behind());
}

/// Beyond f faulty validators nothing can be repaired; the contradiction must not be taken for news.
#[test]
fn a_certified_chain_that_excludes_the_tip_stops_the_machine() {
    let chain = Chain::of(5);
    let mut other = Chain::genesis();
    (0..6).for_each(|_| other.extend(3, 2));
    let mut world = World::at(5, chain).with([Silent]);
    let certificate = other.commit_at(6);
    world.step(Input::Behind { certificate: certificate.clone() });
    let (_, from, request) = world.sent[0].clone();
    let Some(Message::CatchUp(answer)) = realdid_sync::answer(&other, &request) else { panic!("no answer") };

    world.step(Input::Answer { from, answer: *answer });

    assert_eq!(world.fork, Some(certificate.clone()));
    assert!(world.machine.step(world.now, Input::Behind { certificate }, &TagVerifier).is_empty());
}

#[test]
fn a_block_that_does_not_fit_below_its_child_is_refused_though_its_digest_is_named() {
    let mut chain = Chain::of(2);
    let Block { mut header, batches } = chain.blocks[2].clone();
    header.height.0 += 7;
    let commit = certify(VoteStatement::commit(header.at, header.digest()), &chain.sets[0]);
    chain.blocks[2] = Block { header, batches };
    let mut world = World::at(0, chain.clone()).with([Silent]);
    let effects = |world: &mut World, input| world.machine.step(world.now, input, &TagVerifier);
    let asked = effects(&mut world, Input::Behind { certificate: commit.clone() });
    let Some(Effect::Send { to, request: Request::CatchUp(request) }) = asked.into_iter().next() else {
        panic!("it asks at once")
    };

    let blocks = chain.blocks[1..].to_vec();
    let answer = CatchUpAnswer { request, commit: Some(commit), blocks };
    let said = effects(&mut world, Input::Answer { from: to, answer });

    let height = chain.blocks[1].header.height;
    assert!(said.contains(&Effect::Distrust { peer: to, reason: Lie::OtherPlace(height) }));
}
