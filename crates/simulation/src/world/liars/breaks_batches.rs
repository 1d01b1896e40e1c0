//! Sends its batches with a signature that does not hold, to some.

use std::sync::Arc;

use realdid_crypto::Signature;
use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::Batch(batch) = &**saying.message else { return None };
    let mut broken = (**batch).clone();
    broken.signature = Signature::ed25519([3; 64]);
    let place = saying.to.is_multiple_of(2);
    place.then(|| vec![Arc::new(Message::Batch(Box::new(broken)))])
}
