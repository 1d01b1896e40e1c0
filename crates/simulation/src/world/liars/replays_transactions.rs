//! Packs transactions again: those of others, and its own in two batches.

use std::sync::Arc;

use realdid_types::{Have, Message};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch().filter(|batch| batch.transactions.len() < 10)?;
    let stored = saying.world.nodes[saying.from].live.batches.values();
    let others = stored.flat_map(|other| other.batch.transactions.iter().cloned()).take(40);
    let others = others.chain(batch.transactions.iter().cloned());
    let replayed = saying.batch(batch.number, batch.author, others.collect());
    let have = Message::Have(Have { batches: vec![replayed.batch.digest()] });
    Some(vec![Arc::new(Message::Batch(Box::new(replayed))), Arc::new(have), saying.truth()])
}
