//! What clients were told, and what became of it (S5).

use std::collections::{BTreeMap, BTreeSet};

use realdid_types::{Height, Sender, Sequence, SignedTransaction, Timestamp, TransactionId};

/// Transactions from the moment they were handed over.
#[derive(Default)]
pub struct Promises {
    submitted: BTreeMap<TransactionId, Submitted>,
    /// By the nodes that said so.
    accepted: BTreeMap<usize, BTreeSet<TransactionId>>,
    /// Nodes that lost their disk.
    wiped: BTreeSet<usize>,
    /// Nodes whose word counts for nothing.
    faulty: BTreeSet<usize>,
    /// By the height that decided them.
    pub decided: BTreeMap<TransactionId, Height>,
}

#[derive(Clone, Copy)]
struct Submitted {
    expires: Timestamp,
    /// Nothing that its sender did before stands in its way.
    is_first: bool,
}

impl Promises {
    /// A transaction is handed to a node.
    pub fn submit(&mut self, signed: &SignedTransaction) {
        let transaction = &signed.transaction;
        // a DID comes from what makes it, so that there is but one first transaction
        let is_first = matches!(transaction.sender, Sender::Did(_)) && transaction.sequence == Sequence(0);
        let submitted = Submitted { expires: transaction.expires, is_first };
        self.submitted.insert(signed.id(), submitted);
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

    /// A block decides a transaction; false if another did before.
    pub fn decide(&mut self, id: TransactionId, height: Height) -> bool {
        self.decided.insert(id, height).is_none()
    }

    /// What was accepted and is neither decided nor void by now.
    pub fn open(&self, now: Timestamp) -> BTreeSet<TransactionId> {
        self.filter(|id, submitted| submitted.expires > now && !self.decided.contains_key(id))
    }

    /// What of that must still be decided before it is void: it has until `soon` at least, and nothing can stand in
    /// its way.
    pub fn due(&self, soon: Timestamp) -> BTreeSet<TransactionId> {
        self.filter(|id, submitted| {
            submitted.is_first && submitted.expires > soon && !self.decided.contains_key(id)
        })
    }

    fn filter(&self, keep: impl Fn(&TransactionId, Submitted) -> bool) -> BTreeSet<TransactionId> {
        let known = self.accepted.values().flatten().filter_map(|id| Some((*id, *self.submitted.get(id)?)));
        known.filter(|(id, submitted)| keep(id, *submitted)).map(|(id, _)| id).collect()
    }
}
