//! Shows its votes to one peer only, another one in each view.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let view = saying.own_vote()?.statement.at.view.0 as usize;
    (view % saying.world.nodes.len() != saying.to).then(Vec::new)
}
