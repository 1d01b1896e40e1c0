//! Says what the protocol says.

use std::sync::Arc;

use realdid_types::Message;

use super::Liar;
use crate::world::World;

pub(super) struct Truthful;

impl Liar for Truthful {
    fn says(
        &mut self,
        _world: &mut World,
        _from: usize,
        _to: usize,
        message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        vec![message.clone()]
    }
}
