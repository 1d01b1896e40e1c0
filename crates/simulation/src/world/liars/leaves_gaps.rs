//! Answers those who catch up with blocks that do not hang together.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::CatchUp(answer) = &**saying.message else { return None };
    let mut answer = (**answer).clone();
    let middle = answer.blocks.len() / 2;
    if answer.blocks.len() < 2 {
        return None;
    }
    answer.blocks.remove(middle);
    Some(vec![Arc::new(Message::CatchUp(Box::new(answer)))])
}
