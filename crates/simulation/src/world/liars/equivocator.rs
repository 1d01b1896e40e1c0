//! Proposes one block to half of the validators and another to the rest, and votes for both.

use std::sync::Arc;

use realdid_types::{Message, Proposal, VoteKind, VoteStatement};

use super::Liar;
use crate::world::World;

pub(super) struct Equivocator;

impl Liar for Equivocator {
    fn says(
        &mut self,
        world: &mut World,
        from: usize,
        to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        match &**message {
            Message::Proposal(proposal)
                if proposal.block.header.proposer.0 as usize == from && to.is_multiple_of(2) =>
            {
                let twin = twin_of(world, from, proposal);
                let at = twin.block.header.at;
                let vote = world.sign_vote(from, VoteStatement::prepare(at, twin.block.digest()));
                let vote = vote.map(|vote| Arc::new(Message::Vote(vote)));
                [Some(Arc::new(Message::Proposal(Box::new(twin)))), vote].into_iter().flatten().collect()
            }
            Message::Vote(vote) if vote.statement.kind == VoteKind::Prepare && to.is_multiple_of(2) => {
                Vec::new()
            }
            _ => vec![message.clone()],
        }
    }
}

/// The same block a millisecond later.
fn twin_of(world: &World, from: usize, proposal: &Proposal) -> Proposal {
    let mut twin = proposal.clone();
    twin.block.header.time = twin.block.header.time.next();
    let message = twin.block.header.proposal_digest(world.genesis_digest);
    twin.signature = world.keyring.sign(&world.nodes[from].key, message.as_bytes());
    twin
}
