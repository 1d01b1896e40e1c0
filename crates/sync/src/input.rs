//! What the machine is told.

use std::sync::Arc;

use realdid_crypto::PublicKey;
use realdid_types::{
    BatchDigest, BlockDigest, CatchUpAnswer, Certificate, Epoch, EpochEnd, EpochView, GenesisDigest, Header,
    Height, SignedBatch, ValidatorSet,
};

/// A peer, by the consensus key that its authenticated stream belongs to.
pub type Peer = PublicKey;

/// The newest block that is final and executed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: Height,
    /// Its digest.
    pub digest: BlockDigest,
    /// The view in which it was proposed.
    pub at: EpochView,
    /// The next epoch's validators as decided after it; those of its own epoch while nothing changes.
    pub next: Arc<ValidatorSet>,
}

impl Tip {
    /// The block of this header, with the set that executing it led to.
    #[must_use]
    pub fn new(header: &Header, next: Arc<ValidatorSet>) -> Self {
        Self { height: header.height, digest: header.digest(), at: header.at, next }
    }
}

/// Where a machine starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The network.
    pub genesis: GenesisDigest,
    /// What is final here.
    pub tip: Tip,
    /// The epoch that can be proven here: the tip's, or the one after it if the tip is a barrier and the proof that
    /// its epoch ended is stored.
    pub epoch: Epoch,
    /// The validators of that epoch.
    pub validators: Arc<ValidatorSet>,
}

/// Everything that can happen to the machine.
#[derive(Clone, Debug)]
pub enum Input {
    /// A Commit certificate of my epoch, verified, names a block that the engine cannot connect to its chain.
    Behind {
        /// The certificate.
        certificate: Certificate,
    },
    /// A peer showed a certificate of a later epoch. It cannot be verified: a reason to ask that peer, no more.
    EpochHint {
        /// The certificate's epoch.
        epoch: Epoch,
        /// Who showed it.
        from: Peer,
    },
    /// An answer to [`realdid_types::Request::CatchUp`].
    Answer {
        /// Who answers.
        from: Peer,
        /// What.
        answer: CatchUpAnswer,
    },
    /// A proof that an epoch ended, asked for or not.
    EpochEnd {
        /// Who sent it.
        from: Peer,
        /// The proof; nothing of it verified.
        end: EpochEnd,
    },
    /// A batch, asked for or not; nothing of it verified.
    Batch {
        /// Who sent it.
        from: Peer,
        /// The batch.
        batch: Arc<SignedBatch>,
    },
    /// This batch is stored here, verified. To be said whenever one becomes stored, and in place of sending a
    /// request for one that is stored already.
    BatchHeld(BatchDigest),
    /// What is final here has moved on: something delivered was executed, or the engine went on by itself.
    Delivered(Tip),
    /// The engine entered an epoch by itself. Saying so after [`crate::Effect::EnterEpoch`] changes nothing.
    EpochEntered {
        /// The epoch.
        epoch: Epoch,
        /// Its validators.
        validators: Arc<ValidatorSet>,
    },
    /// A stream to this peer is up.
    PeerUp(Peer),
    /// No stream to this peer is left.
    PeerDown(Peer),
    /// The time of the last [`crate::Effect::WakeAt`] has come. Ticks at other times do no harm.
    Tick,
}
