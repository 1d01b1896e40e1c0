//! Tells whoever lost its votes that the network is only beginning, and shows it no vote of its own.

use std::sync::Arc;

use realdid_types::{Message, View};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    if let Message::WipedAnswer(answer) = &**saying.message {
        let mut answer = (**answer).clone();
        (answer.present.view, answer.entry) = (View(1), None);
        return Some(vec![Arc::new(Message::WipedAnswer(Box::new(answer)))]);
    }
    let Message::Vote(_) = &**saying.message else { return None };
    saying.own_vote().is_none().then(Vec::new)
}
