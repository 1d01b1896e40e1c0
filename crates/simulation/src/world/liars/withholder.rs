//! Sends proposals and batches to some only, and claims to hold what it does not.

use std::sync::Arc;

use realdid_types::Message;

use super::Liar;
use crate::world::World;

pub(super) struct Withholder;

impl Liar for Withholder {
    fn says(
        &mut self,
        world: &mut World,
        from: usize,
        to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        let favourite = (from + 1) % world.nodes.len();
        match &**message {
            Message::Proposal(_) | Message::Batch(_) if to != favourite && world.random.chance(70) => {
                Vec::new()
            }
            _ => vec![message.clone()],
        }
    }
}
