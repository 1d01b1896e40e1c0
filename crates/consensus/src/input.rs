//! What the engine is told.

use std::{sync::Arc, time::Duration};

use realdid_crypto::{PublicKey, Signature};
use realdid_types::{
    BatchDigest, BatchReference, Block, BlockDigest, Certificate, EpochEnd, EpochView, Header, Proposal,
    Request, StateRoot, Timestamp, ValidatorSet, Vote, WipedAnswer, WipedQuestion,
};

/// The two clocks, read once a turn by whoever drives the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since the process started; never goes back. All timers use it.
    pub monotonic: Duration,
    /// The time of day. Only block times use it.
    pub wall: Timestamp,
}

/// A peer on the validators' plane, by the consensus key that its authenticated stream belongs to.
pub type Peer = PublicKey;

/// Everything that can happen to the engine.
#[derive(Clone, Debug)]
pub enum Input {
    /// The driver is ready: timers may be set and messages sent. The first input, once.
    Start,
    /// A message came in on the stream of `from`.
    Received {
        /// Whose authenticated stream it was.
        from: Peer,
        /// What it says; decoded strictly, nothing verified.
        message: Incoming,
    },
    /// The stream to this peer is up, or up again.
    Connected(Peer),
    /// A small frame went to this peer and back in this time.
    RoundTrip(Peer, Duration),
    /// The write of this number is synced, with the votes in it as they were signed.
    Stored {
        /// [`crate::Write::id`].
        id: u64,
        /// In the order of [`crate::Write::votes`].
        votes: Vec<Vote>,
    },
    /// Answers [`crate::Effect::SignProposal`].
    ProposalSigned(Header, Signature),
    /// Answers [`crate::Effect::Execute`].
    Executed(BlockDigest, Outcome),
    /// A block that catching up proved to be final, in height order.
    Synced {
        /// The block.
        block: Block,
        /// Its own Commit certificate, verified, if it has one.
        commit: Option<Certificate>,
    },
    /// A verified Commit certificate excludes the final chain that is here: so catching up found.
    Forked(Certificate),
    /// The pool of batches changed: one became held, or was heard of.
    BatchesChanged,
    /// The timer that was set fired.
    Timer(Timer),
    /// Whether there is room to store votes.
    DiskFull(bool),
}

/// What peers say to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A leader's block.
    Proposal(Box<Proposal>),
    /// The sender's own vote; or mine, shown to me.
    Vote(Vote),
    /// News.
    Certificate(Certificate),
    /// How an epoch ended.
    EpochEnd(Box<EpochEnd>),
    /// A block that was asked for.
    Block(Box<Block>),
    /// A question.
    Request(Request),
    /// Where am I in the protocol?
    WipedQuestion(WipedQuestion),
    /// There.
    WipedAnswer(Box<WipedAnswer>),
    /// Anything that is not for the engine but shows that the sender lives.
    Other,
}

/// What executing a block led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The state's root after the block.
    pub root: StateRoot,
    /// The validators of the next epoch as decided after the block; those of this epoch while nothing changes.
    pub next: Arc<ValidatorSet>,
}

/// What the engine asks to be woken for. Setting one replaces the pending one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The leader had its time to propose.
    Lead(EpochView),
    /// The block had its time to be prepared.
    Advance(EpochView),
    /// One Δ since the view was entered.
    Patience(EpochView),
    /// The leader may not hold back any longer.
    Idle(EpochView),
    /// A proposal from the near future may be judged again.
    Early(EpochView),
    /// Peers that have shown nothing newer get the entry certificate.
    Spread(EpochView),
    /// Look for what is missing, once a second.
    Repair,
    /// The time to hear of forgotten votes is over.
    Listen,
}

/// What the engine may ask about batches while it takes a step.
pub trait Batches {
    /// Whether the batch is held, verified and durable, and is what `reference` says.
    fn status(&self, reference: &BatchReference) -> BatchStatus;
    /// What a leader should propose on a chain that already has `in_chain`; within a block's limits.
    fn select(&self, in_chain: &std::collections::BTreeSet<BatchDigest>) -> Vec<BatchReference>;
    /// Whether somebody honest is known to have a batch that is not in the chain.
    fn heard_pending(&self, in_chain: &std::collections::BTreeSet<BatchDigest>) -> bool;
    /// Whether I have announced a batch to everybody that is not in the chain.
    fn announced_pending(&self, in_chain: &std::collections::BTreeSet<BatchDigest>) -> bool;
}

/// What is known of a batch that a block refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchStatus {
    /// Verified, durable, and as the reference says.
    Held,
    /// Not here yet.
    Missing,
    /// Here, and not what the reference says, or wrong by itself: no block with it can ever be valid.
    Contradicted,
}
