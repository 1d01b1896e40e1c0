//! Answers those who catch up just before they give it up.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    if !matches!(**saying.message, Message::CatchUp(_) | Message::Batch(_)) {
        return None;
    }
    saying.later(1_900_000);
    Some(Vec::new())
}
