//! Clients that wait for what becomes of their transactions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use realdid_types::TransactionId;
use tokio::sync::oneshot;

use crate::Fate;

/// Clients that may wait at once, over all transactions.
const WAITING_MAX: usize = 65_536;

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// That its transaction cannot be lost any more.
    Accepted,
    /// That it is decided.
    Final,
}

type Waiter = (Waits, oneshot::Sender<Fate>);

/// Who waits for which transaction.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<HashMap<TransactionId, Vec<Waiter>>>>);

impl Waiting {
    fn table(&self) -> MutexGuard<'_, HashMap<TransactionId, Vec<Waiter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a transaction; none if too many wait already.
    #[must_use]
    pub fn wait(&self, id: TransactionId, waits: Waits) -> Option<oneshot::Receiver<Fate>> {
        let mut table = self.table();
        if table.len() >= WAITING_MAX {
            table.retain(|_, waiters| {
                waiters.retain(|(_, waiter)| !waiter.is_closed());
                !waiters.is_empty()
            });
        }
        if table.len() >= WAITING_MAX {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        table.entry(id).or_default().push((waits, sender));
        Some(receiver)
    }

    /// Tells those who wait for a transaction.
    pub fn tell(&self, id: &TransactionId, fate: Fate) {
        let mut table = self.table();
        let Some(waiters) = table.get_mut(id) else { return };
        let mut left = Vec::new();
        for (waits, waiter) in std::mem::take(waiters) {
            if fate == Fate::Accepted && waits == Waits::Final {
                left.push((waits, waiter));
            } else {
                // whoever has gone need not be told
                let _ = waiter.send(fate);
            }
        }
        if left.is_empty() {
            table.remove(id);
        } else {
            table.insert(*id, left);
        }
    }

    /// How many transactions somebody waits for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;

    use super::*;

    fn id(number: u8) -> TransactionId {
        TransactionId(Digest::from_bytes([number; 32]))
    }

    #[test]
    fn accepted_wakes_only_who_waits_for_it_and_void_wakes_everybody() {
        let waiting = Waiting::default();
        let mut accepted = waiting.wait(id(1), Waits::Accepted).unwrap();
        let mut decided = waiting.wait(id(1), Waits::Final).unwrap();

        waiting.tell(&id(1), Fate::Accepted);
        assert_eq!(accepted.try_recv(), Ok(Fate::Accepted));
        assert!(decided.try_recv().is_err());

        waiting.tell(&id(1), Fate::Void);
        assert_eq!(decided.try_recv(), Ok(Fate::Void));
        assert!(waiting.is_empty());
    }

    #[test]
    fn those_who_have_gone_take_no_room() {
        let waiting = Waiting::default();
        for number in 0..WAITING_MAX {
            let bytes: [u8; 8] = (number as u64).to_be_bytes();
            let digest = realdid_crypto::digest(realdid_crypto::Context::Random, &bytes);
            drop(waiting.wait(TransactionId(digest), Waits::Final).unwrap());
        }
        assert!(waiting.wait(id(1), Waits::Final).is_some());
    }
}
