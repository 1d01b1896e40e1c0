//! Proposes on the parent of the newest prepared block, as if that had never been prepared.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let proposal = saying.own_proposal()?;
    let parent = saying.block(proposal.block.header.parent)?;
    let lie = saying.changed(proposal, |header| {
        header.parent = parent.header.parent;
        header.parent_view = parent.header.parent_view;
        header.height = parent.header.height;
        header.state_root = parent.header.state_root;
    });
    Some(vec![Arc::new(lie)])
}
