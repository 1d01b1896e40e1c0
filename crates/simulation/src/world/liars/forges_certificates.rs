//! Sends certificates of Commits that nobody cast.

use std::sync::Arc;

use realdid_crypto::Signature;
use realdid_types::{Message, VoteStatement};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::Certificate(certificate) = &**saying.message else { return None };
    let mut forged = certificate.clone();
    forged.statement = VoteStatement::skip(certificate.statement.at.next_view());
    forged.signatures.iter_mut().for_each(|signature| *signature = Signature::ed25519([9; 64]));
    Some(vec![Arc::new(Message::Certificate(forged)), saying.truth()])
}
