//! What validators say to each other besides pushing batches.

use realdid_crypto::Digest;

use crate::{
    AddressRecords, BatchDigest, Block, BlockDigest, Certificate, Epoch, EpochEnd, EpochView, Height,
    Proposal, SignedBatch, View, Vote, limits,
};

/// One frame on the validators' plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A leader's block.
    Proposal(Box<Proposal>),
    /// The sender's own vote.
    Vote(Vote),
    /// Any certificate that the sender thinks is news.
    Certificate(Certificate),
    /// The proof that an epoch ended.
    EpochEnd(Box<EpochEnd>),
    /// A block asked for by digest.
    Block(Box<Block>),
    /// A batch, pushed by its author or asked for by digest.
    Batch(Box<SignedBatch>),
    /// "I hold these batches, verified and stored": an unsigned hint.
    Have(Have),
    /// A question that expects one or more of the above.
    Request(Request),
    /// Catching up: an answer.
    CatchUp(Box<CatchUpAnswer>),
    /// A validator that lost its votes asks where everybody is.
    WipedQuestion(WipedQuestion),
    /// Where the sender is.
    WipedAnswer(Box<WipedAnswer>),
    /// Where validators listen: what the sender knows and the receiver may not.
    Addresses(AddressRecords),
}

/// Questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Certificates of every kind of these views (inclusive, at most 64), and your own vote in the last.
    Views(ViewRange),
    /// A block.
    Block(BlockDigest),
    /// A batch.
    Batch(BatchDigest),
    /// How this epoch ended.
    EpochEnd(EpochQuestion),
    /// Certified blocks above a height.
    CatchUp(CatchUpRequest),
}

/// Views of one epoch, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewRange {
    /// The epoch.
    pub epoch: Epoch,
    /// The first view.
    pub first: View,
    /// The last view.
    pub last: View,
}

/// Asks how an epoch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochQuestion {
    /// Which.
    pub epoch: Epoch,
}

/// Batches that the sender holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Have {
    /// Which.
    pub batches: Vec<BatchDigest>,
}

/// Asks for certified blocks above a height, or for those that lead to a certified one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUpRequest {
    /// The asker's final height.
    pub above: Height,
    /// The block that the answer should end with; zero for "choose a certificate for me".
    pub below: BlockDigest,
}

/// Blocks ascending, each the parent of the next; the last is named by `commit` or is the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchUpAnswer {
    /// Echoes the question.
    pub request: CatchUpRequest,
    /// Of the last block, unless the question named one.
    pub commit: Option<Certificate>,
    /// At most 256, and together at most what a frame holds.
    pub blocks: Vec<Block>,
}

/// A fresh question by a validator that does not know its own votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WipedQuestion {
    /// The epoch that it can prove.
    pub epoch: Epoch,
    /// Fresh, so that no old answer counts.
    pub nonce: Digest,
}

/// An answer to [`WipedQuestion`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WipedAnswer {
    /// The question's.
    pub nonce: Digest,
    /// Where the sender is now.
    pub present: EpochView,
    /// The certificate of the view before, by which the sender entered; none at an epoch's first view.
    pub entry: Option<Certificate>,
}

alternatives! {
    #[versioned]
    Message[limits::FRAME_BYTES_MAX] {
        2: Proposal,
        3: Vote,
        4: Certificate,
        5: EpochEnd,
        6: Block,
        7: Batch,
        8: Have,
        9: Request,
        10: CatchUp,
        11: WipedQuestion,
        12: WipedAnswer,
        13: Addresses,
    }
}
alternatives! { Request { 1: Views, 2: Block, 3: Batch, 4: EpochEnd, 5: CatchUp, } }

codec! { ViewRange { 1: epoch, 2: first, 3: last, } }
codec! { EpochQuestion { 1: epoch, } }
codec! { Have[limits::HAVE_BYTES_MAX] { 1: batches up to limits::HAVE_MAX, } }
codec! { CatchUpRequest { 1: above, 2: below, } }
codec! {
    CatchUpAnswer[limits::CATCH_UP_ANSWER_BYTES_MAX] {
        1: request,
        2: commit,
        3: blocks up to limits::CATCH_UP_BLOCKS_MAX,
    }
}
codec! { WipedQuestion { 1: epoch, 2: nonce, } }
codec! { WipedAnswer { 1: nonce, 2: present, 3: entry, } }
