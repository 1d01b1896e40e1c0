//! Signs its batches so that rules with and without the cofactor disagree.

use std::sync::Arc;

use realdid_types::{Message, SignedBatch};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch()?;
    let message = batch.signing_digest(saying.world.genesis_digest);
    let signature = saying.world.keyring.sign_crafted(&batch.author, message.as_bytes());
    Some(vec![Arc::new(Message::Batch(Box::new(SignedBatch { batch, signature })))])
}
