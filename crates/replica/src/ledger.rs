//! What a replica reads of the final chain.

use realdid_mempool::Senders;
use realdid_state::{MemberEntry, StateKey, StateRead, read};
use realdid_sync::ChainStore;
use realdid_types::{Sender, Sequence};

/// The final chain and the state after it.
pub trait Ledger: StateRead + ChainStore {}

impl<T: StateRead + ChainStore> Ledger for T {}

/// The senders' next numbers in a state.
pub(crate) struct StateSenders<'a>(pub(crate) &'a dyn StateRead);

impl Senders for StateSenders<'_> {
    fn next_sequence(&self, sender: &Sender) -> Sequence {
        let next = match sender {
            Sender::Did(did) => read::<realdid_identity::DidRecord>(self.0, &StateKey::Record(*did))
                .map(|record| record.next_sequence),
            Sender::Organisation(name) => read::<MemberEntry>(self.0, &StateKey::Member(name.clone()))
                .map(|member| member.next_sequence),
        };
        next.unwrap_or_default()
    }
}
