//! What the machine asks for.

use std::{sync::Arc, time::Duration};

use realdid_types::{
    BatchDigest, Block, BlockDigest, Certificate, CertificateError, EpochEnd, EpochEndError, Height, Request,
    SignedBatch, ValidatorSet,
};

use crate::Peer;

/// Carried out by the driver, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a question; it may be lost. If it asks for a batch that is stored here, say
    /// [`crate::Input::BatchHeld`] and do not send it.
    Send {
        /// To whom.
        to: Peer,
        /// What.
        request: Request,
    },
    /// Blocks that will be delivered are final by this verified certificate: remember it first, or a crash among them
    /// would leave final blocks that nothing proves.
    Proved(Box<Certificate>),
    /// This block is final: store the batches, execute it, and say [`crate::Input::Delivered`]. It stands directly
    /// above the one delivered before, and the first one above the tip.
    Deliver {
        /// The block; never a closing block.
        block: Box<Block>,
        /// Its batches that were fetched, in its order, the author's signature verified. The others are held.
        batches: Vec<Arc<SignedBatch>>,
        /// Its own Commit certificate, verified, if one came along.
        certificate: Option<Certificate>,
    },
    /// The epoch is over, and its barrier is the tip.
    EnterEpoch {
        /// The proof, verified with the epoch's validators.
        end: Box<EpochEnd>,
        /// The validators of the next epoch.
        next: Arc<ValidatorSet>,
    },
    /// This peer sent what no honest one sends: cut it off for a while.
    Distrust {
        /// Who.
        peer: Peer,
        /// What it sent.
        reason: Lie,
    },
    /// A verified certificate excludes the tip, or the validators that executing it led to. More than f validators
    /// are faulty, or this one computes wrongly. Catching up has stopped for good.
    Fork {
        /// The certificate.
        certificate: Box<Certificate>,
    },
    /// Say [`crate::Input::Tick`] at this time or soon after. Replaces the one before.
    WakeAt(Duration),
}

/// How an answer differs from what an honest peer can send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    /// More blocks than an answer may have.
    #[error("{0} blocks in one answer")]
    TooManyBlocks(usize),
    /// Blocks without the commit certificate that they were asked with.
    #[error("blocks without a commit certificate")]
    NoCertificate,
    /// A certificate that does not hold.
    #[error("certificate does not hold: {0}")]
    Certificate(#[from] CertificateError),
    /// A certificate of a block that I already have.
    #[error("certified block is at height {height}, asked was above {above}")]
    NotAbove {
        /// The block's height.
        height: Height,
        /// The question's.
        above: Height,
    },
    /// A block that is not the one that its child or certificate names.
    #[error("block {found} where {expected} is named")]
    OtherBlock {
        /// The digest that is certified.
        expected: BlockDigest,
        /// The one that came.
        found: BlockDigest,
    },
    /// A header that cannot stand below its child, or not in this epoch.
    #[error("header at height {0} does not fit below its child")]
    OtherPlace(Height),
    /// References that are not those under the header.
    #[error("references of the block at height {0} are not those under its header")]
    References(Height),
    /// A proof of an epoch's end that does not hold.
    #[error("proof of the epoch's end does not hold: {0}")]
    EpochEnd(#[from] EpochEndError),
    /// A batch that is not what a certified block says of it, or whose author did not sign it.
    #[error("batch {0} is not what its block says")]
    Batch(BatchDigest),
}
