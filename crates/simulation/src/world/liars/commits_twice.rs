//! Commits a block to some and another to the rest.

use std::sync::Arc;

use realdid_crypto::Digest;
use realdid_types::{BlockDigest, Message, VoteKind, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let vote = saying.own_vote().filter(|vote| vote.statement.kind == VoteKind::Commit)?;
    let other = BlockDigest(Digest::from_bytes([7; 32]));
    let second = saying.vote(VoteStatement::commit(vote.statement.at, other));
    let first = (saying.to.is_multiple_of(2)).then(|| saying.truth());
    Some(second.into_iter().chain(first).collect())
}
