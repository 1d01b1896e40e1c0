//! Prepares a block and another that nobody has seen.

use std::sync::Arc;

use realdid_crypto::Digest;
use realdid_types::{BlockDigest, Message, VoteKind, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let vote = saying.own_vote().filter(|vote| vote.statement.kind == VoteKind::Prepare)?;
    let other = BlockDigest(Digest::from_bytes([7; 32]));
    let second = saying.vote(VoteStatement::prepare(vote.statement.at, other));
    Some([saying.truth()].into_iter().chain(second).collect())
}
