//! Proposes blocks of ten seconds from now.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let proposal = saying.own_proposal()?;
    Some(vec![Arc::new(saying.changed(proposal, |header| header.time = header.time.plus(10_000)))])
}
