//! Proposes late.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    saying.own_proposal()?;
    saying.later(80_000);
    Some(Vec::new())
}
