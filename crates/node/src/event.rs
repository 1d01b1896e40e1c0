//! Everything that can happen to a node's core.

use std::sync::Arc;

use realdid_crypto::PublicKey;
use realdid_network::validators;
use realdid_types::{BatchDigest, Message, SignedTransaction, Vote};

/// One event.
#[derive(Debug)]
pub(crate) enum Event {
    /// On the validators' plane.
    Plane(validators::Event),
    /// A message from the public plane, by the transport key of who said it; batches in it are verified.
    Public(PublicKey, Arc<Message>),
    /// A peer of the public plane is connected.
    PublicConnected(PublicKey),
    /// A peer of the public plane is gone.
    PublicDisconnected(PublicKey),
    /// A message of a validator, by its consensus key, was decoded and what is signed in it verified.
    Verified(PublicKey, Arc<Message>),
    /// A frame of a validator could not be decoded.
    Garbled(PublicKey, String),
    /// Clients' transactions, all of whose signatures hold.
    Submitted(Vec<SignedTransaction>),
    /// These are durable, in the order in which they were written.
    Synced(Vec<Stored>),
    /// Peers, by their transport keys, to have nothing to do with: a partition, for development.
    Refuse(Vec<PublicKey>),
    /// Half a second has passed.
    Tick,
}

/// What a sync made durable.
#[derive(Debug)]
pub(crate) enum Stored {
    /// A write of consensus with its votes as they were signed.
    Votes(u64, Vec<Vote>),
    /// A batch.
    Batch(BatchDigest),
    /// The numbers of own batches below this.
    Numbers(u64),
}
