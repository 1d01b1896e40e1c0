//! What an engine starts from.

use std::sync::Arc;

use realdid_crypto::Digest;
use realdid_types::{
    Block, BlockDigest, Certificate, Epoch, EpochEnd, EpochView, Proposal, ValidatorSet, Vote,
};

use crate::{Alarm, Outcome};

/// Everything that storage remembers, read once at the start.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// The newest epoch that can be proven.
    pub epoch: Epoch,
    /// Its validators.
    pub validators: Arc<ValidatorSet>,
    /// The block that it starts on: genesis or the barrier before it.
    pub start: BlockDigest,
    /// The proof that the epoch before ended; none in epoch 0.
    pub epoch_end: Option<EpochEnd>,
    /// The newest final block.
    pub tip: Block,
    /// What executing it led to.
    pub outcome: Outcome,
    /// My own votes above the floor.
    pub votes: Vec<Vote>,
    /// Certificates above the floor, and the one that makes it.
    pub certificates: Vec<Certificate>,
    /// Proposals that my votes were about.
    pub proposals: Vec<Proposal>,
    /// The lead mark.
    pub lead_mark: EpochView,
    /// The bound that was given to me when I had forgotten my votes.
    pub wiped_bound: EpochView,
    /// What the folder says of my past.
    pub folder: Folder,
    /// Drawn freshly at this start; makes answers to my questions fresh.
    pub nonce: Digest,
    /// Voting stopped and no operator has cleared it.
    pub alarm: Option<Alarm>,
}

/// What a data folder says of the validator's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// Made for a key that has never voted.
    NeverVoted,
    /// Holds every vote of this key, or the bound that replaces them.
    Voted,
    /// Says nothing: the votes are lost.
    Wiped,
}
