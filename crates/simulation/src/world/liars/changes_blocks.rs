//! Answers those who catch up with blocks that were never certified.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::CatchUp(answer) = &**saying.message else { return None };
    let mut answer = (**answer).clone();
    let last = answer.blocks.last_mut()?;
    last.header.time = last.header.time.plus(1);
    Some(vec![Arc::new(Message::CatchUp(Box::new(answer)))])
}
