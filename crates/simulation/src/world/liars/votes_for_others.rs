//! Votes in everybody's name before they do, with signatures that are its own.

use std::sync::Arc;

use realdid_types::{Message, ValidatorIndex, Vote};

use super::Saying;

pub fn lie(saying: &mut Saying<'_>) -> Option<Vec<Arc<Message>>> {
    let vote = saying.own_vote()?;
    let signers = (0..saying.validators()?).map(|index| ValidatorIndex(index as u16));
    let forged =
        signers.filter(|signer| *signer != vote.signer).map(|signer| Vote { signer, ..vote.clone() });
    Some(forged.map(|vote| Arc::new(Message::Vote(vote))).chain([saying.truth()]).collect())
}
