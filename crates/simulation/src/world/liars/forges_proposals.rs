//! Proposes in other leaders' names, with signatures that they never made.

use std::sync::Arc;

use realdid_crypto::Signature;
use realdid_types::{Block, EpochView, Message, Proposal};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let voted = saying.own_vote()?.statement;
    let parent = saying.block(voted.block)?;
    let [present, next] = [voted.at, voted.at.next_view()].map(|at| forged(saying, &parent, at));
    Some([present, next].into_iter().flatten().chain([saying.truth()]).collect())
}

fn forged(saying: &Saying<'_>, parent: &Block, at: EpochView) -> Option<Arc<Message>> {
    let engine = saying.world.nodes[saying.from].replica.as_ref()?.engine();
    let mut block = Block { batches: Vec::new(), ..parent.clone() };
    block.header.at = at;
    block.header.proposer = engine.validators().leader(at);
    block.header.batches = Block::batches_root(&[]);
    block.header.transactions = 0;
    let signature = Signature::ed25519([9; 64]);
    let proposal = Proposal { block, signature, parent: None, skips: Vec::new(), commit: None };
    Some(Arc::new(Message::Proposal(Box::new(proposal))))
}
