//! Proposes one block to half of the validators and another to the rest, and prepares both.

use std::sync::Arc;

use realdid_types::{Message, VoteKind, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    if !saying.to.is_multiple_of(2) {
        return None;
    }
    if let Some(proposal) = saying.own_proposal() {
        let twin = saying.changed(proposal, |header| header.time = header.time.next());
        let Message::Proposal(twin) = twin else { return None };
        let header = &twin.block.header;
        let vote = saying.vote(VoteStatement::prepare(header.at, header.digest()));
        return Some(Some(Arc::new(Message::Proposal(twin))).into_iter().chain(vote).collect());
    }
    // what the other half prepares is not for this one to know
    saying
        .own_vote()
        .filter(|vote| vote.statement.kind == VoteKind::Prepare && saying.leads(vote.statement.at))?;
    Some(Vec::new())
}
