//! Proposes blocks with a wrong validators digest.

use std::sync::Arc;

use realdid_crypto::Digest;
use realdid_types::{Message, ValidatorsDigest};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let proposal = saying.own_proposal()?;
    let other = Digest::from_bytes([8; 32]);
    Some(vec![Arc::new(saying.changed(proposal, |header| header.validators = ValidatorsDigest(other)))])
}
