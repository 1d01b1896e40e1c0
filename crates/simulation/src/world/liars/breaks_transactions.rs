//! Signs batches in which a transaction is not signed by its sender.

use std::sync::Arc;

use realdid_crypto::Signature;
use realdid_types::{Have, Message};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let batch = saying.own_batch()?;
    let mut transactions = batch.transactions.clone();
    let signature = transactions.first_mut()?.signatures.first_mut()?;
    signature.signature = Signature::ed25519([4; 64]);
    let broken = saying.batch(batch.number, batch.author, transactions);
    let have = Message::Have(Have { batches: vec![broken.batch.digest()] });
    Some(vec![Arc::new(Message::Batch(Box::new(broken))), Arc::new(have), saying.truth()])
}
