//! Sends its proposals to one validator only.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    saying.own_proposal()?;
    let favourite = (saying.from + 1) % saying.world.nodes.len();
    (saying.to != favourite).then(Vec::new)
}
