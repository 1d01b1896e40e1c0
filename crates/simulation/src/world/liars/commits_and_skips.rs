//! Commits and skips the same view.

use std::sync::Arc;

use realdid_types::{Message, VoteKind, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let vote = saying.own_vote().filter(|vote| vote.statement.kind == VoteKind::Commit)?;
    let skip = saying.vote(VoteStatement::skip(vote.statement.at));
    Some([saying.truth()].into_iter().chain(skip).collect())
}
