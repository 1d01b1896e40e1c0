//! Leaves out of its proposals whatever its victim sends.

use std::sync::Arc;

use realdid_types::{Block, Message, Sender};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let mut proposal = saying.own_proposal()?;
    let victim = saying.world.victim?;
    let of_victim = |batch: &realdid_types::BatchReference| {
        let batch = saying.world.nodes[saying.from].live.batches.get(&batch.digest);
        batch.is_some_and(|batch| {
            batch.batch.transactions.iter().any(|signed| signed.transaction.sender == Sender::Did(victim))
        })
    };
    let before = proposal.block.batches.len();
    proposal.block.batches.retain(|batch| !of_victim(batch));
    if proposal.block.batches.len() == before {
        return None;
    }
    let block = &mut proposal.block;
    block.header.batches = Block::batches_root(&block.batches);
    block.header.transactions = block.batches.iter().map(|batch| batch.transactions).sum();
    Some(vec![Arc::new(saying.changed(proposal, |_| {}))])
}
