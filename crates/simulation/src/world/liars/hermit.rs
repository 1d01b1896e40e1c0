//! Shows its votes to one peer only, another one in each view.

use std::sync::Arc;

use realdid_types::Message;

use super::Liar;
use crate::world::World;

pub(super) struct Hermit;

impl Liar for Hermit {
    fn says(
        &mut self,
        world: &mut World,
        _from: usize,
        to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        match &**message {
            Message::Vote(vote) if vote.statement.at.view.0 as usize % world.nodes.len() != to => Vec::new(),
            _ => vec![message.clone()],
        }
    }
}
