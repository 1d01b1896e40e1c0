//! Whoever is far behind goes on hearing of what is new, and neither drowns in it nor loses what it needs.

use realdid_consensus::Input;
use realdid_types::{Block, Height};

use crate::{network::Network, node::Node};

const GAP: usize = 300;

fn chain(network: &Network, blocks: u64) -> Vec<Block> {
    let mut chain: Vec<Block> = Vec::new();
    for view in 1..=blocks {
        chain.push(network.child(view, chain.last().unwrap_or(&network.genesis)));
    }
    chain
}

/// Hears how each of these blocks is proposed, prepared and final.
fn follow(node: &mut Node<'_>, blocks: &[Block]) {
    for block in blocks {
        node.prepare(block);
        node.learn(node.network.committed(block));
    }
}

fn sync(node: &mut Node<'_>, blocks: &[Block]) {
    for block in blocks {
        node.take(Input::Synced { block: block.clone(), commit: None });
    }
}

#[test]
fn blocks_beyond_a_long_gap_are_not_kept_for_later() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let chain = chain(&network, 1_000);
    node.learn(network.prepared(&chain[GAP - 1]));
    follow(&mut node, &chain[GAP..]);
    let [blocks, ..] = node.engine.sizes();
    assert!(blocks < 20, "{blocks} blocks are kept");
}

#[test]
fn the_gap_is_closed_by_catching_up_while_more_blocks_come() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let chain = chain(&network, 1_000);
    node.learn(network.prepared(&chain[GAP - 1]));
    let (mut synced, mut heard) = (0, GAP);
    // it catches up five times as fast as blocks come
    while synced < heard {
        follow(&mut node, &chain[heard..heard + 10]);
        heard += 10;
        let next = heard.min(synced + 50);
        sync(&mut node, &chain[synced..next]);
        synced = next;
    }
    assert_eq!(node.engine.tip().height, Height(heard as u64));
    // and goes on by itself
    follow(&mut node, &chain[heard..]);
    assert_eq!(node.engine.tip().height, Height(1_000));
}

#[test]
fn blocks_that_lead_down_to_the_tip_stay_whatever_is_beyond_the_gap() {
    let network = Network::of(4);
    let mut node = Node::new(&network, 0);
    let chain = chain(&network, 1_000);
    chain[..3].iter().for_each(|block| node.prepare(block));
    node.learn(network.prepared(&chain[GAP - 1]));
    follow(&mut node, &chain[GAP..GAP + 100]);
    assert!(chain[..3].iter().all(|block| node.engine.block(block.digest()).is_some()));
    assert_eq!(node.engine.tip().height, Height(0));
}
