//! Leaves the last signer out of certificates.

use std::sync::Arc;

use realdid_types::{Message, Signers};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let Message::Certificate(certificate) = &**saying.message else { return None };
    let mut short = certificate.clone();
    let count = short.signatures.len().saturating_sub(1);
    let n = saying.validators()?;
    short.signers = Signers::new(certificate.signers.iter().take(count), n);
    short.signatures.truncate(count);
    Some(vec![Arc::new(Message::Certificate(short))])
}
