//! Who forgot its votes: asks, is given a bound by a quorum of others, and is silent below it for ever.

mod alarms;
mod start;
mod wiped;

use realdid_consensus::{Effect, Folder, Incoming, Record};
use realdid_types::{Block, EpochView, Message, WipedAnswer};

use crate::{
    disk::Disk,
    network::{Network, at},
    node::{Node, writes},
};

fn wiped(network: &Network) -> Node<'_> {
    Node::start(network, 0, Disk::new(network, Folder::Wiped))
}

fn listening(network: &Network) -> Node<'_> {
    Node::start(network, 0, Disk::new(network, Folder::Voted))
}

/// A chain of valid blocks for the views 1 to `last`.
fn chain(network: &Network, last: u64) -> Vec<Block> {
    let mut chain = vec![network.genesis.clone()];
    for view in 1..=last {
        chain.extend(chain.last().map(|parent| network.child(view, parent)));
    }
    chain.split_off(1)
}

/// "I am in this view", proven, to the present question.
fn answer(node: &Node<'_>, present: u64) -> WipedAnswer {
    let entry = (present > 1).then(|| node.network.skipped(present - 1));
    WipedAnswer { nonce: node.disk.nonce(), present: at(present), entry }
}

fn hear_answer(node: &mut Node<'_>, from: u8, answer: WipedAnswer) -> Vec<Effect> {
    node.hear(from, Incoming::WipedAnswer(Box::new(answer)))
}

/// The bound that these effects ask to be written and synced.
fn bound_written(effects: &[Effect]) -> Option<EpochView> {
    let mut synced = writes(effects).filter(|write| write.sync).flat_map(|write| &write.records);
    synced.find_map(|record| match record {
        Record::WipedBound(bound) => Some(*bound),
        _ => None,
    })
}

fn asks(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Broadcast(Message::WipedQuestion(_))))
}

/// A wiped validator that was told three times of view 1, so that its bound is view 3.
fn bounded(network: &Network, slow_disk: bool) -> Node<'_> {
    let mut node = wiped(network);
    node.slow_disk = slow_disk;
    for from in 1..4 {
        let answer = answer(&node, 1);
        hear_answer(&mut node, from, answer);
    }
    node
}
