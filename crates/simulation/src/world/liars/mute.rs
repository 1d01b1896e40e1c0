//! Says nothing.

use std::sync::Arc;

use realdid_types::Message;

use super::Liar;
use crate::world::World;

pub(super) struct Mute;

impl Liar for Mute {
    fn says(
        &mut self,
        _world: &mut World,
        _from: usize,
        _to: usize,
        _message: &Arc<Message>,
    ) -> Vec<Arc<Message>> {
        Vec::new()
    }
}
