//! Votes for everything: both blocks of a view, Commit and Skip together.

use std::sync::Arc;

use realdid_crypto::Digest;
use realdid_types::{BlockDigest, Message, VoteKind, VoteStatement};

use super::Liar;
use crate::world::World;

pub(super) struct DoubleVoter;

impl Liar for DoubleVoter {
    fn says(
        &mut self,
        world: &mut World,
        from: usize,
        to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        let Message::Vote(vote) = &**message else { return vec![message.clone()] };
        let other = BlockDigest(Digest::from_bytes([7; 32]));
        let opposite = match vote.statement.kind {
            VoteKind::Prepare => VoteStatement::prepare(vote.statement.at, other),
            VoteKind::Commit => VoteStatement::skip(vote.statement.at),
            VoteKind::Skip => VoteStatement::prepare(vote.statement.at, other),
        };
        let second = world.sign_vote(from, opposite).map(|vote| Arc::new(Message::Vote(vote)));
        let mut said = vec![message.clone()];
        match world.random.below(3) {
            0 => said.extend(second),
            1 if to.is_multiple_of(2) => said = second.into_iter().collect(),
            _ => {}
        }
        said
    }
}
