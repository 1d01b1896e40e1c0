//! Sends batches that name another member as their author.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch()?;
    let victim = saying.world.nodes[(saying.from + 1) % saying.world.nodes.len()].author;
    let framed = saying.batch(batch.number, victim, batch.transactions);
    Some(vec![Arc::new(Message::Batch(Box::new(framed))), saying.truth()])
}
