//! What a validator that forgot its votes must hear, and where it may vote then.

use realdid_consensus::{Effect, Timer};
use realdid_types::{Certificate, Epoch, View, VoteStatement, WipedAnswer};

use super::{answer, asks, bound_written, bounded, chain, hear_answer, wiped};
use crate::{
    network::{Network, at, forged},
    node::distrusted,
};

#[test]
fn a_wiped_validator_casts_nothing_however_long_it_listens() {
    let network = Network::of(4);
    let mut node = wiped(&network);
    for timer in [Timer::Listen, Timer::Patience(at(1)), Timer::Repair, Timer::Listen] {
        node.fire(timer);
    }
    for block in chain(&network, 4) {
        node.prepare(&block);
    }
    assert_eq!(node.decided(), []);
}

#[test]
fn a_wiped_validator_asks_again_until_it_is_answered() {
    let network = Network::of(4);
    let mut node = wiped(&network);
    assert!(asks(&node.fire(Timer::Repair)));
    for from in 1..4 {
        let answer = answer(&node, 1);
        hear_answer(&mut node, from, answer);
    }
    assert!(!asks(&node.fire(Timer::Repair)));
}

#[test]
fn a_quorum_of_others_must_answer_before_a_bound_is_set() {
    for (n, quorum) in [(2, 1), (4, 3), (7, 5), (10, 7)] {
        let network = Network::of(n);
        let mut node = wiped(&network);
        for from in 1..quorum {
            let answer = answer(&node, 1);
            assert_eq!(bound_written(&hear_answer(&mut node, from, answer)), None, "{from} of {n}");
        }
        let answer = answer(&node, 1);
        assert_eq!(bound_written(&hear_answer(&mut node, quorum, answer)), Some(at(3)), "{n}");
    }
}

#[test]
fn the_bound_lies_two_views_above_the_highest_present_view() {
    let network = Network::of(4);
    let mut node = wiped(&network);
    let effects: Vec<Effect> = [(1, 4), (2, 9), (3, 6)]
        .into_iter()
        .flat_map(|(from, present)| {
            let answer = answer(&node, present);
            hear_answer(&mut node, from, answer)
        })
        .collect();
    assert_eq!(bound_written(&effects), Some(at(11)));
}

#[test]
fn an_answer_counts_once_for_each_validator_and_never_for_oneself() {
    let network = Network::of(4);
    let mut node = wiped(&network);
    for from in [1, 1, 2, 2, 0, 1] {
        let answer = answer(&node, 1);
        hear_answer(&mut node, from, answer);
    }
    assert_eq!(bound_written(&node.effects), None);
}

/// Two good answers and this one are not enough.
fn does_not_count(change: fn(&mut WipedAnswer)) {
    let network = Network::of(4);
    let mut node = wiped(&network);
    for from in [1, 2, 3] {
        let mut answer = answer(&node, 5);
        if from == 3 {
            change(&mut answer);
        }
        hear_answer(&mut node, from, answer);
    }
    assert_eq!(bound_written(&node.effects), None);
}

#[test]
fn an_answer_to_an_older_question_does_not_count() {
    does_not_count(|answer| answer.nonce = realdid_crypto::Digest::ZERO);
}

#[test]
fn an_answer_about_another_epoch_does_not_count() {
    does_not_count(|answer| answer.present.epoch = Epoch(1));
}

#[test]
fn a_present_view_without_its_entry_certificate_does_not_count() {
    does_not_count(|answer| answer.entry = None);
    does_not_count(|answer| answer.present.view = View(6));
    does_not_count(|answer| answer.present.view = View(1));
}

#[test]
fn a_present_view_with_a_forged_entry_certificate_does_not_count_and_is_held_against_the_sender() {
    let network = Network::of(4);
    let mut node = wiped(&network);
    let mut fake = answer(&node, 9);
    let forge = |certificate: &mut Certificate| certificate.signatures[0] = forged();
    fake.entry.as_mut().map(forge).expect("an entry");
    assert_eq!(distrusted(&hear_answer(&mut node, 3, fake)), 1);
    for from in [1, 2] {
        let answer = answer(&node, 1);
        hear_answer(&mut node, from, answer);
    }
    assert_eq!(bound_written(&node.effects), None);
}

#[test]
fn nothing_is_cast_before_the_bound_is_durable() {
    let network = Network::of(4);
    let mut node = bounded(&network, true);
    let chain = chain(&network, 3);
    chain[..2].iter().for_each(|block| node.prepare(block));
    node.hear_block(&chain[2]);
    assert_eq!((node.decided(), node.engine.is_voting()), (vec![], false));
    node.store();
    assert_eq!(node.decided(), [VoteStatement::prepare(at(3), chain[2].digest())]);
}

#[test]
fn nothing_is_cast_below_the_bound_and_everything_from_it_on() {
    let network = Network::of(4);
    let mut node = bounded(&network, false);
    node.pool.announced_pending = true;
    for (block, view) in chain(&network, 3).iter().zip(1..) {
        node.prepare(block);
        node.fire(Timer::Lead(at(view + 1)));
        let silent = node.decided().iter().all(|statement| statement.at >= at(3));
        assert!(silent, "{:?}", node.decided());
    }
    assert!(node.decided().iter().any(|statement| statement.at == at(3)));
}

#[test]
fn the_bound_outlives_a_restart() {
    let network = Network::of(4);
    let mut node = bounded(&network, false).restart();
    assert!(node.engine.is_voting());
    let chain = chain(&network, 3);
    chain[..2].iter().for_each(|block| node.prepare(block));
    assert_eq!(node.decided(), []);
    node.hear_block(&chain[2]);
    assert!(node.has_prepared(&chain[2]));
}

#[test]
fn a_bound_that_was_lost_with_its_write_is_asked_for_again() {
    let network = Network::of(4);
    let node = bounded(&network, true).restart();
    assert!(node.engine.is_wiped() && asks(&node.effects));
}
