//! Valid, missing or invalid: only what can never become right is a reason to give a view up at once.

mod forged;
mod invalid;
mod missing;

use realdid_types::Block;

use crate::{network::Network, node::Node};

/// A validator in view 2, whose leader may propose on the block that was prepared in view 1.
fn in_view_2(network: &Network) -> (Node<'_>, Block) {
    let mut node = Node::new(network, 0);
    let parent = network.child(1, &network.genesis);
    node.prepare(&parent);
    (node, parent)
}

#[test]
fn a_valid_block_is_prepared_and_its_view_not_skipped() {
    let network = Network::of(4);
    let (mut node, parent) = in_view_2(&network);
    let block = network.child(2, &parent);
    node.hear_block(&block);
    assert!(node.has_prepared(&block) && !node.has_skipped(2));
}
