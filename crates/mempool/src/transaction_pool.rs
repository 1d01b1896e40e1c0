//! Transactions of a node's own clients, in each sender's order, until they are decided or void.

use std::{collections::BTreeMap, time::Duration};

use realdid_types::{
    GenesisDigest, Sender, Sequence, SignedTransaction, Timestamp, TransactionId, Wire,
    limits::{BATCH_BYTES_MAX, BATCH_TRANSACTIONS_MAX},
};

use crate::limits::{PACK_DELAY, REPACK_DELAY, SEQUENCE_AHEAD_MAX, TRANSACTIONS_MAX};

/// Room for a batch's author, number and signature beside its transactions.
const BATCH_OVERHEAD: usize = 256;

/// What the final state says of senders.
pub trait Senders {
    /// The number that the sender's next transaction must have.
    fn next_sequence(&self, sender: &Sender) -> Sequence;
}

/// Why a transaction is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Made for another network.
    #[error("the transaction is meant for another network")]
    OtherNetwork,
    /// Void.
    #[error("the transaction has expired")]
    Expired,
    /// Valid for too long.
    #[error("the transaction expires further ahead than allowed")]
    ExpiresTooLate,
    /// Its number is used up.
    #[error("the number {given} is used up, the sender's next is {next}")]
    SequenceUsed {
        /// Its number.
        given: Sequence,
        /// The sender's next.
        next: Sequence,
    },
    /// Too far ahead of the sender's next.
    #[error("the number {given} is too far ahead of the sender's next, {next}")]
    SequenceAhead {
        /// Its number.
        given: Sequence,
        /// The sender's next.
        next: Sequence,
    },
    /// Another transaction of the sender with this number waits.
    #[error("another transaction of the sender has this number")]
    SequenceTaken,
    /// No room.
    #[error("the pool is full, try again later")]
    Full,
}

/// Transactions of own clients.
#[derive(Clone, Debug)]
pub struct TransactionPool {
    genesis: GenesisDigest,
    max_expiry: u64,
    waiting: BTreeMap<(Sender, Sequence), Waiting>,
}

#[derive(Clone, Debug)]
struct Waiting {
    id: TransactionId,
    signed: SignedTransaction,
    bytes: usize,
    since: Duration,
    packed: Option<Duration>,
}

impl TransactionPool {
    /// An empty pool of this network, where transactions expire at most `max_expiry` milliseconds ahead.
    #[must_use]
    pub fn new(genesis: GenesisDigest, max_expiry: u64) -> Self {
        Self { genesis, max_expiry, waiting: BTreeMap::new() }
    }

    /// Takes a transaction whose signatures hold. Taking one again changes nothing.
    ///
    /// # Errors
    /// Says why it is not taken.
    pub fn insert(
        &mut self,
        signed: SignedTransaction,
        senders: &dyn Senders,
        block_time: Timestamp,
        now: Duration,
    ) -> Result<TransactionId, Refusal> {
        let transaction = &signed.transaction;
        self.check(&signed, senders.next_sequence(&transaction.sender), block_time)?;
        let id = signed.id();
        let key = (transaction.sender.clone(), transaction.sequence);
        match self.waiting.get(&key) {
            Some(known) if known.signed == signed => return Ok(id),
            Some(_) => return Err(Refusal::SequenceTaken),
            None if self.waiting.len() >= TRANSACTIONS_MAX => return Err(Refusal::Full),
            None => {}
        }
        let bytes = signed.encode().len().saturating_add(8);
        self.waiting.insert(key, Waiting { id, signed, bytes, since: now, packed: None });
        Ok(id)
    }

    fn check(
        &self,
        signed: &SignedTransaction,
        next: Sequence,
        block_time: Timestamp,
    ) -> Result<(), Refusal> {
        let transaction = &signed.transaction;
        let given = transaction.sequence;
        if transaction.genesis != self.genesis {
            Err(Refusal::OtherNetwork)
        } else if transaction.expires <= block_time {
            Err(Refusal::Expired)
        } else if transaction.expires > block_time.plus(self.max_expiry) {
            Err(Refusal::ExpiresTooLate)
        } else if given < next {
            Err(Refusal::SequenceUsed { given, next })
        } else if given.0.saturating_sub(next.0) > SEQUENCE_AHEAD_MAX {
            Err(Refusal::SequenceAhead { given, next })
        } else {
            Ok(())
        }
    }

    /// The transactions of the next batch, once a batch is full or the oldest has waited long enough.
    pub fn pack(&mut self, now: Duration) -> Option<Vec<SignedTransaction>> {
        let due = |waiting: &Waiting| match waiting.packed {
            None => true,
            Some(packed) => now.saturating_sub(packed) >= REPACK_DELAY,
        };
        let ready: Vec<_> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| due(waiting))
            .map(|(key, waiting)| (waiting.since, key.clone()))
            .collect();
        let bytes: usize =
            self.waiting.values().filter(|waiting| due(waiting)).map(|waiting| waiting.bytes).sum();
        let full =
            ready.len() >= BATCH_TRANSACTIONS_MAX || bytes >= BATCH_BYTES_MAX.saturating_sub(BATCH_OVERHEAD);
        let oldest = ready.iter().map(|(since, _)| *since).min()?;
        if !full && now.saturating_sub(oldest) < PACK_DELAY {
            return None;
        }
        Some(self.take(ready, now))
    }

    /// Oldest senders first, each sender's in order, as many as fit.
    fn take(
        &mut self,
        mut ready: Vec<(Duration, (Sender, Sequence))>,
        now: Duration,
    ) -> Vec<SignedTransaction> {
        ready.sort_by(|(since_a, (_, sequence_a)), (since_b, (_, sequence_b))| {
            (since_a, sequence_a).cmp(&(since_b, sequence_b))
        });
        let mut bytes = BATCH_OVERHEAD;
        let mut taken = Vec::new();
        for (_, key) in ready {
            let Some(waiting) = self.waiting.get_mut(&key) else { continue };
            bytes = bytes.saturating_add(waiting.bytes);
            if bytes > BATCH_BYTES_MAX || taken.len() >= BATCH_TRANSACTIONS_MAX {
                break;
            }
            waiting.packed = Some(now);
            taken.push(waiting.signed.clone());
        }
        taken
    }

    /// When [`TransactionPool::pack`] may next give something.
    #[must_use]
    pub fn next_pack(&self) -> Option<Duration> {
        let due = |waiting: &Waiting| {
            waiting
                .packed
                .map_or(waiting.since.saturating_add(PACK_DELAY), |at| at.saturating_add(REPACK_DELAY))
        };
        self.waiting.values().map(due).min()
    }

    /// Lets go of what the final state has decided and of what is void; says which became void undecided.
    pub fn on_final(&mut self, senders: &dyn Senders, block_time: Timestamp) -> Vec<TransactionId> {
        let mut void = Vec::new();
        self.waiting.retain(|(sender, sequence), waiting| {
            let decided = senders.next_sequence(sender) > *sequence;
            let expired = waiting.signed.transaction.expires <= block_time;
            if expired && !decided {
                void.push(waiting.id);
            }
            !decided && !expired
        });
        void
    }

    /// How many transactions wait or are on their way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
