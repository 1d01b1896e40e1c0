//! Packs transactions that are void already.

use std::sync::Arc;

use realdid_types::{Have, Message};

use super::Saying;
use crate::world::clients;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch()?;
    let void = (0..3).map(|_| clients::create_too_late(saying.world)).collect();
    let packed = saying.batch(batch.number, batch.author, void);
    let have = Message::Have(Have { batches: vec![packed.batch.digest()] });
    Some(vec![Arc::new(Message::Batch(Box::new(packed))), Arc::new(have), saying.truth()])
}
