//! Skips the views that it leads.

use std::sync::Arc;

use realdid_types::{Message, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let at = saying.own_proposal()?.block.header.at;
    Some(saying.vote(VoteStatement::skip(at)).into_iter().collect())
}
