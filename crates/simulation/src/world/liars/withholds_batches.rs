//! Sends its own batches to f + 1 validators only, and gives them to nobody who asks.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::Batch(batch) = &**saying.message else { return None };
    let own = batch.batch.author == saying.world.nodes[saying.from].author;
    let n = saying.world.nodes.len();
    let away = (saying.to + n - saying.from) % n;
    (own && away > n / 3 + 1).then(Vec::new)
}
