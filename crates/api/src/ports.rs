//! What the interface and the node tell each other.

use std::sync::Arc;

use realdid_crypto::PublicKey;
use realdid_mempool::Refusal;
use realdid_state::Outcome;
use realdid_storage::Store;
use realdid_types::{BlockDigest, Height, SignedTransaction, Timestamp, TransactionId};
use tokio::sync::{broadcast, mpsc, watch};

use crate::{Metrics, Status, Waiting};

/// A node as its interface sees it.
#[derive(Clone)]
pub struct Ports {
    /// What is final.
    pub store: Arc<Store>,
    /// Under which key this node makes batches of what it is handed.
    pub author: PublicKey,
    /// Takes what clients hand in; when it is full, clients are told to come back.
    pub submissions: mpsc::Sender<Submission>,
    /// How the node is.
    pub status: watch::Receiver<Arc<Status>>,
    /// Every block that becomes final.
    pub finals: broadcast::Sender<Final>,
    /// What the node counts.
    pub metrics: Metrics,
    /// Clients that wait for what becomes of their transactions.
    pub waiting: Waiting,
    /// Whether orders are taken that exist for development only.
    pub refuse: Option<mpsc::Sender<Vec<String>>>,
}

/// Transactions that one client handed in together, decoded strictly; nothing is verified.
#[derive(Debug)]
pub struct Submission {
    /// At least one.
    pub transactions: Vec<SignedTransaction>,
}

/// What became of a transaction, as far as this node can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is not taken.
    Refused(Refusal),
    /// A signature does not hold.
    Forged,
    /// It cannot be lost any more: it will be final, or void at its expiry.
    Accepted,
    /// It was never decided, and its expiry has passed.
    Void,
    /// It is decided.
    Final {
        /// In this block.
        height: Height,
        /// With this outcome.
        outcome: Outcome,
    },
}

/// A block that became final.
#[derive(Clone, Debug)]
pub struct Final {
    /// Its height.
    pub height: Height,
    /// Its digest.
    pub block: BlockDigest,
    /// Its time.
    pub time: Timestamp,
    /// What was decided in it.
    pub decided: Arc<[(TransactionId, Outcome)]>,
}
