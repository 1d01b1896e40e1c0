//! Moves certificates to the next epoch.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::Certificate(certificate) = &**saying.message else { return None };
    let mut moved = certificate.clone();
    moved.statement.at.epoch = moved.statement.at.epoch.next();
    Some(vec![Arc::new(Message::Certificate(moved)), saying.truth()])
}
