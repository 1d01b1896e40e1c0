//! Proposes without the certificates that the parent rule asks for.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let mut proposal = saying.own_proposal()?;
    proposal.skips.clear();
    proposal.parent = None;
    proposal.commit = None;
    Some(vec![Arc::new(Message::Proposal(Box::new(proposal)))])
}
