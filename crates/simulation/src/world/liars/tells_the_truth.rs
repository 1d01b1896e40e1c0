//! Says what the protocol says, and counts as faulty all the same: its key is on another machine too.

use std::sync::Arc;

use realdid_types::Message;

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let _ = saying;
    None
}
