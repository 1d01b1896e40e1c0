//! What the engine asks for.

use std::time::Duration;

use realdid_types::{
    Block, BlockDigest, Certificate, Epoch, EpochEnd, EpochView, Evidence, Header, Message, Proposal,
    VoteStatement,
};

use crate::{Peer, Timer};

/// Carried out by the driver, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Sign the votes and store everything in one atomic write; if it asks for a sync, answer with
    /// [`crate::Input::Stored`] once that has returned. A failed write ends the process.
    Write(Write),
    /// Send to one peer; may be lost.
    Send(Peer, Message),
    /// Send to every other validator of the present sets; may be lost.
    Broadcast(Message),
    /// Sign this header as its proposer and answer with [`crate::Input::ProposalSigned`].
    SignProposal(Box<Header>),
    /// Wake the engine at this monotonic time.
    SetTimer(Timer, Duration),
    /// Execute on top of its parent, which is executed; all batches are held. Answered by [`crate::Input::Executed`].
    Execute(Box<Block>),
    /// Get these batches, first from the peer that named them.
    FetchBatches(Vec<realdid_types::BatchDigest>, Peer),
    /// The block is final: store it with its outcome in one atomic write and tell whoever waits.
    Final {
        /// Directly above the one delivered before.
        block: Box<Block>,
        /// Its own Commit certificate, if one is known.
        commit: Option<Certificate>,
    },
    /// More blocks are final than the engine fetches by itself: catch up to this verified certificate.
    CatchUp(Certificate),
    /// Somebody speaks of an epoch that I cannot prove yet.
    LaterEpoch(Epoch, Peer),
    /// The epoch is over; its proof is stored with this step's write. Peers are now those of the next set.
    EpochEntered(Box<EpochEnd>),
    /// Put this on the ledger.
    Report(Box<Evidence>),
    /// This peer sent something that no honest one sends: cut it off for a while.
    Distrust(Peer, &'static str),
    /// The chain contradicts itself, or my key votes elsewhere. Voting has stopped.
    Alarm(Alarm),
}

/// What must reach the disk together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// Rises by one with each write.
    pub id: u64,
    /// To be signed and stored; none may leave before the sync returns.
    pub votes: Vec<VoteStatement>,
    /// Everything else.
    pub records: Vec<Record>,
    /// Whether the engine waits for the sync.
    pub sync: bool,
}

/// One thing to remember over a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A verified certificate. A Commit certificate lets votes and certificates of lower views go, in the same write.
    Certificate(Certificate),
    /// A proposal that a vote is about. It stays until a block of its height is stored as final, or its epoch is over:
    /// if everybody crashes between a Commit certificate and the blocks that it makes final, nobody else has them.
    Proposal(Box<Proposal>),
    /// No proposal of mine may be made at or below this after a restart.
    LeadMark(EpochView),
    /// I forgot votes and may cast none below this.
    WipedBound(EpochView),
    /// The epoch is over; everything of it but the proof can go.
    EpochEnd(Box<EpochEnd>),
    /// Voting stopped until an operator clears it.
    Alarm(Alarm),
}

/// Why voting stopped. More than f validators are faulty, or this one's key is used twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Two certificates that cannot both exist.
    Certificates(Box<Certificate>, Box<Certificate>),
    /// A certified block does not descend from my final chain.
    Fork(BlockDigest, Box<Certificate>),
    /// A quorum prepared a block whose root after my executed parent is not mine.
    Root(BlockDigest),
    /// A valid vote of my key that I have not cast.
    ForeignVote(VoteStatement),
}
