//! Answers those who catch up with a height that nobody certified.

use std::sync::Arc;

use realdid_types::{Height, Message};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::CatchUp(answer) = &**saying.message else { return None };
    let mut answer = (**answer).clone();
    answer.commit = None;
    answer.blocks.iter_mut().for_each(|block| block.header.height = Height(block.header.height.0 + 1_000));
    Some(vec![Arc::new(Message::CatchUp(Box::new(answer)))])
}
