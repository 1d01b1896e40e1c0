//! Hands round batches whose author belongs to no member, well signed.

use std::sync::Arc;

use realdid_types::{Have, Message, SignedBatch};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch()?;
    let stranger = saying.world.keyring.draw();
    let unsigned = realdid_types::Batch { author: stranger, ..batch };
    let message = unsigned.signing_digest(saying.world.genesis_digest);
    let signature = saying.world.keyring.sign(&stranger, message.as_bytes());
    let have = Message::Have(Have { batches: vec![unsigned.digest()] });
    let strangers = SignedBatch { batch: unsigned, signature };
    Some(vec![Arc::new(Message::Batch(Box::new(strangers))), Arc::new(have), saying.truth()])
}
