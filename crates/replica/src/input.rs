//! What a replica is told.

use std::{sync::Arc, time::Duration};

use realdid_consensus::{Now, Peer};
use realdid_crypto::{PublicKey, Signature, Verifier};
use realdid_types::{
    BatchDigest, GenesisDigest, Header, Message, Parameters, SignedBatch, SignedTransaction, Vote,
};

use crate::{Executable, Ledger};

/// What never changes while a replica lives.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The network.
    pub genesis: GenesisDigest,
    /// The consensus key.
    pub me: PublicKey,
    /// The key under which this node authors batches.
    pub node: PublicKey,
    /// The parameters in genesis.
    pub parameters: Parameters,
}

/// What storage remembers.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// For consensus.
    pub consensus: realdid_consensus::Recovered,
    /// Batches that are stored and in no final block.
    pub batches: Vec<Arc<SignedBatch>>,
    /// No batch that left from this folder has had this number or a higher one; 0 if none has left.
    pub next_batch: u64,
}

/// What a replica cannot know by itself, given to every step.
pub struct Surroundings<'a> {
    /// The clocks.
    pub now: Now,
    /// The final chain and state, with every [`crate::Effect::Commit`] of earlier steps applied.
    pub ledger: &'a dyn Ledger,
    /// Checks signatures.
    pub verifier: &'a dyn Verifier,
}

/// Everything that can happen to a replica.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first input, once.
    Start,
    /// A message on a peer's authenticated stream, decoded strictly.
    Received(Peer, Arc<Message>),
    /// A stream is up, or up again.
    Connected(Peer),
    /// No stream is left.
    Disconnected(Peer),
    /// A small frame went to this peer and back in this time.
    RoundTrip(Peer, Duration),
    /// A write is synced, with its votes as they were signed.
    Stored(u64, Vec<Vote>),
    /// Answers [`crate::Effect::SignProposal`].
    ProposalSigned(Box<Header>, Signature),
    /// Answers [`crate::Effect::SignBatch`].
    BatchSigned(Arc<SignedBatch>),
    /// A batch of [`crate::Effect::StoreBatch`] is durable.
    BatchStored(BatchDigest),
    /// Answers [`crate::Effect::ReserveNumbers`].
    NumbersReserved(u64),
    /// Answers [`crate::Effect::Execute`].
    Execute(Box<Executable>),
    /// A client hands in a transaction; its signatures are verified.
    Submitted(Box<SignedTransaction>),
    /// A timer that was set.
    Timer(Timer),
    /// Whether there is room to store votes.
    DiskFull(bool),
}

/// What a replica asks to be woken for. Setting one replaces the pending one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// One of consensus.
    Consensus(realdid_consensus::Timer),
    /// Pack a batch.
    Pack,
    /// Fetch batches.
    Fetch,
    /// One of catching up.
    CatchUp,
}
