//! What clients were told, and what became of it (S5).

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::PublicKey;
use realdid_types::{
    Batch, BatchDigest, Height, Sender, Sequence, SignedTransaction, Timestamp, TransactionId,
};

/// Transactions from the moment they were handed over.
#[derive(Default)]
pub struct Promises {
    submitted: BTreeMap<TransactionId, SignedTransaction>,
    /// By the nodes that said so.
    accepted: BTreeMap<usize, BTreeSet<TransactionId>>,
    /// Nodes that lost their disk.
    wiped: BTreeSet<usize>,
    /// Nodes whose word counts for nothing.
    faulty: BTreeSet<usize>,
    /// By the height that decided them.
    pub decided: BTreeMap<TransactionId, Height>,
    /// The batches that each author numbered so.
    numbered: BTreeMap<(PublicKey, u64), BatchDigest>,
}

impl Promises {
    /// A transaction is handed to a node.
    pub fn submit(&mut self, signed: &SignedTransaction) {
        self.submitted.entry(signed.id()).or_insert_with(|| signed.clone());
    }

    /// A client is told that its transactions cannot be lost any more.
    pub fn accept(&mut self, node: usize, ids: &[TransactionId]) {
        if !self.faulty.contains(&node) {
            self.accepted.entry(node).or_default().extend(ids);
        }
    }

    /// Whether a node told its client that this transaction cannot be lost any more; or its word counts for nothing.
    pub fn is_accepted(&self, node: usize, id: &TransactionId) -> bool {
        self.faulty.contains(&node) || self.accepted.get(&node).is_some_and(|ids| ids.contains(id))
    }

    /// A node forgets which batches it made. One that votes is told how far the others are before it makes new ones.
    pub fn lose_disk(&mut self, node: usize) {
        self.wiped.insert(node);
    }

    /// Whether a node ever lost its disk.
    pub fn has_lost_disk(&self, node: usize) -> bool {
        self.wiped.contains(&node)
    }

    /// These may number two batches alike: nobody told them what they lost, or they use one key.
    pub fn distrust(&mut self, nodes: [usize; 2]) {
        self.faulty.extend(nodes);
        nodes.iter().for_each(|node| drop(self.accepted.remove(node)));
    }

    /// A node sends a batch of its own; false if another had this number. One that was accepted could be dropped then.
    pub fn number(&mut self, node: usize, batch: &Batch) -> bool {
        let digest = batch.digest();
        let known = *self.numbered.entry((batch.author, batch.number)).or_insert(digest);
        known == digest || self.faulty.contains(&node)
    }

    /// A block decides a transaction; false if another did before.
    pub fn decide(&mut self, id: TransactionId, height: Height) -> bool {
        self.decided.insert(id, height).is_none()
    }

    /// What was accepted and is neither decided nor void by now.
    pub fn open(&self, now: Timestamp) -> BTreeMap<TransactionId, &SignedTransaction> {
        let accepted = self.accepted.values().flatten().filter(|id| !self.decided.contains_key(*id));
        let known = accepted.filter_map(|id| Some((*id, self.submitted.get(id)?)));
        known.filter(|(_, signed)| signed.transaction.expires > now).collect()
    }

    /// What of that must still be decided before it is void: it has until `soon` at least, and nothing that its sender
    /// did before can stand in its way.
    pub fn due(&self, soon: Timestamp) -> BTreeSet<TransactionId> {
        // a DID comes from what makes it, so that there is but one first transaction
        let is_first = |signed: &SignedTransaction| {
            let transaction = &signed.transaction;
            matches!(transaction.sender, Sender::Did(_)) && transaction.sequence == Sequence(0)
        };
        self.open(soon).into_iter().filter(|(_, signed)| is_first(signed)).map(|(id, _)| id).collect()
    }
}
