//! Claims to hold batches that do not exist.

use std::sync::Arc;

use realdid_crypto::{Context, Hasher};
use realdid_types::{BatchDigest, Have, Message};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let view = saying.own_vote()?.statement.at.view.0;
    let made_up =
        |n: u64| BatchDigest(Hasher::new(Context::Random).update(&(view * 100 + n).to_le_bytes()).finish());
    let have = Message::Have(Have { batches: (0..20).map(made_up).collect() });
    Some(vec![Arc::new(have), saying.truth()])
}
