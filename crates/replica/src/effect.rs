//! What a replica asks for.

use std::{sync::Arc, time::Duration};

use realdid_consensus::{Alarm, Peer, Write};
use realdid_mempool::Refusal;
use realdid_state::Execution;
use realdid_types::{
    Batch, Block, Certificate, EpochEnd, Evidence, Header, Message, SignedBatch, TransactionId,
};

use crate::Timer;

/// Carried out in order, before the next step.
#[derive(Clone, Debug)]
pub enum Effect {
    /// As [`realdid_consensus::Effect::Write`]; answered by [`crate::Input::Stored`] if it asks for a sync.
    Write(Write),
    /// Store a verified batch; answered by [`crate::Input::BatchStored`] once it is synced.
    StoreBatch(Arc<SignedBatch>),
    /// Store that this node's batches may have had any number below this; answered by [`crate::Input::NumbersReserved`]
    /// once that is synced.
    ReserveNumbers(u64),
    /// Answered by [`crate::Input::Execute`], the next input: before it takes its time, everything before this effect is
    /// carried out, so that votes and proposals do not wait for it.
    Execute(Box<Executable>),
    /// Make a block part of the final chain: one atomic write.
    Commit(Box<Commit>),
    /// Send to one peer; may be lost.
    Send(Peer, Arc<Message>),
    /// Send to every other validator of the present sets; may be lost.
    Broadcast(Arc<Message>),
    /// Answered by [`crate::Input::ProposalSigned`].
    SignProposal(Box<Header>),
    /// Answered by [`crate::Input::BatchSigned`].
    SignBatch(Box<Batch>),
    /// Wake the replica.
    SetTimer(Timer, Duration),
    /// The validators changed; the proof is stored by a write of the same step.
    EpochEntered(Box<EpochEnd>),
    /// A transaction that was handed in is not taken.
    Refused(TransactionId, Refusal),
    /// These cannot be lost any more: they become final, or void at their expiry.
    Accepted(Vec<TransactionId>),
    /// These are void and were never decided.
    Void(Vec<TransactionId>),
    /// Put this on the ledger.
    Report(Box<Evidence>),
    /// Cut this peer off for a while.
    Distrust(Peer, String),
    /// Voting has stopped.
    Alarm(Alarm),
}

/// A block with its batches, in its order.
#[derive(Clone, Debug)]
pub struct Executable {
    /// The block.
    pub block: Block,
    /// What it lists.
    pub batches: Vec<Arc<SignedBatch>>,
}

/// A final block with everything that it changes.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The block.
    pub block: Block,
    /// Its own Commit certificate, if one is known.
    pub commit: Option<Certificate>,
    /// What executing it led to.
    pub execution: Arc<Execution>,
}
