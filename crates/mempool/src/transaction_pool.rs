//! Transactions of a node's own clients, in each sender's order, until they are decided or void.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use realdid_types::{
    GenesisDigest, Sender, Sequence, SignedTransaction, Timestamp, TransactionId,
    limits::{BATCH_BYTES_MAX, BATCH_TRANSACTIONS_MAX},
};

use crate::{
    limits::{PACK_DELAY, SEQUENCE_AHEAD_MAX, TRANSACTIONS_MAX},
    waiting::Waiting,
};

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

/// Names a transaction in the pool.
type Place = (Sender, Sequence);

/// Transactions of own clients.
///
/// Each waits in the queue until it is packed into a batch. What was packed waits for its batch to be in a final
/// block: a batch is never lost, so packing a transaction twice would only make more work for everybody when they are
/// slowest. What its block skipped goes back to the queue.
#[derive(Clone, Debug)]
pub struct TransactionPool {
    genesis: GenesisDigest,
    max_expiry: u64,
    transactions: BTreeMap<Place, Waiting>,
    /// What is to be packed, by when it may be, and each sender's in order.
    queue: BTreeSet<(Duration, Sequence, Sender)>,
    /// Everything, by when it is void.
    expiries: BTreeSet<(Timestamp, Place)>,
    queued_bytes: usize,
    /// When the newest batch left; none before the first.
    packed: Option<Duration>,
}

/// A transaction of a final block.
#[derive(Clone, Copy, Debug)]
pub struct Included<'a> {
    /// Which.
    pub transaction: &'a SignedTransaction,
    /// Whether this node's own batch brought it there.
    pub own: bool,
}

impl TransactionPool {
    /// An empty pool of this network, where transactions expire at most `max_expiry` milliseconds ahead.
    #[must_use]
    pub fn new(genesis: GenesisDigest, max_expiry: u64) -> Self {
        Self {
            genesis,
            max_expiry,
            transactions: BTreeMap::new(),
            queue: BTreeSet::new(),
            expiries: BTreeSet::new(),
            queued_bytes: 0,
            packed: None,
        }
    }

    /// Takes a transaction whose signatures hold. Taking one again changes nothing, unless it brings signatures: whoever
    /// sees a transaction can strip it of some and hand it in first, and what lacks one is never decided.
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
        let place = (transaction.sender.clone(), transaction.sequence);
        match self.transactions.get(&place) {
            Some(known) if known.id != id => return Err(Refusal::SequenceTaken),
            Some(known) => {
                if let Some(completed) = known.completed_by(&signed) {
                    self.remove(&place);
                    self.place(place, completed, now);
                }
                return Ok(id);
            }
            None if self.transactions.len() >= TRANSACTIONS_MAX => return Err(Refusal::Full),
            None => {}
        }
        self.place(place, signed, now);
        Ok(id)
    }

    fn place(&mut self, place: Place, signed: SignedTransaction, now: Duration) {
        self.expiries.insert((signed.transaction.expires, place.clone()));
        self.transactions.insert(place.clone(), Waiting::new(signed));
        self.enqueue(place, now);
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

    /// The transactions of the next batch, once it is due: see [`TransactionPool::next_pack`].
    pub fn pack(&mut self, now: Duration) -> Option<Vec<SignedTransaction>> {
        if self.next_pack()? > now {
            return None;
        }
        let mut bytes = BATCH_OVERHEAD;
        let mut packed = Vec::new();
        while let Some((since, sequence, sender)) =
            self.queue.first().filter(|(since, ..)| *since <= now).cloned()
        {
            let Some(waiting) = self.transactions.get_mut(&(sender.clone(), sequence)) else { break };
            bytes = bytes.saturating_add(waiting.bytes);
            if bytes > BATCH_BYTES_MAX || packed.len() >= BATCH_TRANSACTIONS_MAX {
                break;
            }
            waiting.queued = None;
            packed.push(waiting.signed.clone());
            self.queued_bytes = self.queued_bytes.saturating_sub(waiting.bytes);
            self.queue.remove(&(since, sequence, sender));
        }
        self.packed = Some(now);
        Some(packed)
    }

    /// When [`TransactionPool::pack`] may next give something: at once with a full batch or after a quiet moment, else
    /// a little after the batch before, so that under load each holds many.
    #[must_use]
    pub fn next_pack(&self) -> Option<Duration> {
        let (oldest, ..) = self.queue.first()?;
        let full = self.queue.len() >= BATCH_TRANSACTIONS_MAX
            || self.queued_bytes >= BATCH_BYTES_MAX.saturating_sub(BATCH_OVERHEAD);
        let rested = self.packed.map_or(Duration::ZERO, |packed| packed.saturating_add(PACK_DELAY));
        Some(if full { *oldest } else { rested.max(*oldest) })
    }

    /// A block is final: lets go of what it decided and of what is void from its time on, and queues again what it
    /// skipped of this node's own batches, also of those from before a restart: their clients were told that nothing
    /// is lost. Says which transactions became void undecided.
    pub fn on_final<'a>(
        &mut self,
        included: impl Iterator<Item = Included<'a>>,
        senders: &dyn Senders,
        block_time: Timestamp,
        now: Duration,
    ) -> Vec<TransactionId> {
        for Included { transaction, own } in included {
            let (sender, sequence) = (&transaction.transaction.sender, transaction.transaction.sequence);
            let next = senders.next_sequence(sender);
            self.remove_decided(sender, next);
            let place = (sender.clone(), sequence);
            if own && sequence >= next {
                self.remember(&place, transaction);
            }
            let waiting = self.transactions.get_mut(&place).filter(|waiting| own && waiting.queued.is_none());
            if let Some(rest) = waiting.map(Waiting::rest) {
                self.enqueue(place, now.saturating_add(rest));
            }
        }
        self.remove_void(block_time)
    }

    /// Takes back what this process does not know of because one before it packed it.
    fn remember(&mut self, place: &Place, signed: &SignedTransaction) {
        if !self.transactions.contains_key(place) && self.transactions.len() < TRANSACTIONS_MAX {
            self.expiries.insert((signed.transaction.expires, place.clone()));
            self.transactions.insert(place.clone(), Waiting::new(signed.clone()));
        }
    }

    fn remove_decided(&mut self, sender: &Sender, next: Sequence) {
        let decided = (sender.clone(), Sequence(0))..(sender.clone(), next);
        let places: Vec<Place> = self.transactions.range(decided).map(|(place, _)| place.clone()).collect();
        places.iter().for_each(|place| drop(self.remove(place)));
    }

    fn remove_void(&mut self, block_time: Timestamp) -> Vec<TransactionId> {
        let mut void = Vec::new();
        while let Some((_, place)) =
            self.expiries.first().filter(|(expires, _)| *expires <= block_time).cloned()
        {
            void.extend(self.remove(&place).map(|waiting| waiting.id));
        }
        void
    }

    fn enqueue(&mut self, place: Place, at: Duration) {
        if let Some(waiting) = self.transactions.get_mut(&place) {
            waiting.queued = Some(at);
            self.queued_bytes = self.queued_bytes.saturating_add(waiting.bytes);
            self.queue.insert((at, place.1, place.0));
        }
    }

    fn remove(&mut self, place: &Place) -> Option<Waiting> {
        let waiting = self.transactions.remove(place)?;
        self.expiries.remove(&(waiting.signed.transaction.expires, place.clone()));
        if let Some(at) = waiting.queued {
            self.queued_bytes = self.queued_bytes.saturating_sub(waiting.bytes);
            self.queue.remove(&(at, place.1, place.0.clone()));
        }
        Some(waiting)
    }

    /// How many transactions wait or are on their way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.transactions.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }
}
