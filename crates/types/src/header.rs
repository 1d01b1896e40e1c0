//! Headers, blocks and proposals.

use realdid_crypto::{Context, Digest, Hasher, Signature, Verifier, digest};

use crate::{
    BatchReference, BatchesRoot, BlockDigest, Certificate, EpochView, GenesisDigest, Height, StateRoot,
    Timestamp, ValidatorIndex, ValidatorSet, ValidatorsDigest, View, VoteStatement, Wire, limits,
};

/// What votes are about and what a light client checks. Its digest names the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The view in which it was proposed.
    pub at: EpochView,
    /// Its place in the ledger; a closing block keeps the height after the barrier's.
    pub height: Height,
    /// The block that it extends.
    pub parent: BlockDigest,
    /// The parent's view, 0 when the parent is genesis or closed the epoch before.
    pub parent_view: View,
    /// The set that votes on this block.
    pub validators: ValidatorsDigest,
    /// The set that votes after this epoch, as known after the parent.
    pub next_validators: ValidatorsDigest,
    /// The state's root after the parent.
    pub state_root: StateRoot,
    /// Digest of the whole batch references.
    pub batches: BatchesRoot,
    /// Transactions in all batches together.
    pub transactions: u32,
    /// When it was proposed; above the parent's.
    pub time: Timestamp,
    /// The leader that proposed it.
    pub proposer: ValidatorIndex,
}

/// A header with the references to the batches that it orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// In execution order.
    pub batches: Vec<BatchReference>,
}

/// A leader's block with everything that a voter needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The block.
    pub block: Block,
    /// By the leader over the header's digest, as a kind of its own.
    pub signature: Signature,
    /// The parent's Prepare or Commit certificate; the closing block's in an epoch's first block; none on genesis.
    pub parent: Option<Certificate>,
    /// Skip certificates of the newest views between the parent's and this one, ascending; at most 16.
    pub skips: Vec<Certificate>,
    /// The newest Commit certificate that the leader knows.
    pub commit: Option<Certificate>,
}

/// Proof that an epoch ended: its closing block is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// From the barrier to the certified closing block, each the parent of the next.
    pub headers: Vec<Header>,
    /// Of the last header.
    pub commit: Certificate,
}

/// Why a proof of an epoch's end does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EpochEndError {
    /// Less than a barrier and a closing block.
    #[error("{0} headers where at least a barrier and a closing block are needed")]
    TooShort(usize),
    /// A header does not follow from the one before.
    #[error("header {0} does not follow from the one before")]
    Broken(usize),
    /// The certificate is not a commit of the last header.
    #[error("the certificate does not commit the last header")]
    OtherBlock,
    /// The certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] crate::CertificateError),
}

impl Header {
    /// Names the block.
    #[must_use]
    pub fn digest(&self) -> BlockDigest {
        BlockDigest(digest(Context::Header, &self.encode()))
    }

    /// Whether this is a closing block: it stands after the barrier of its epoch, and changes nothing.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.validators != self.next_validators
    }

    /// What the leader signs.
    #[must_use]
    pub fn proposal_digest(&self, genesis: GenesisDigest) -> Digest {
        Hasher::new(Context::Proposal)
            .update(genesis.0.as_bytes())
            .update(self.digest().0.as_bytes())
            .finish()
    }
}

impl Block {
    /// Names the block: its header's digest.
    #[must_use]
    pub fn digest(&self) -> BlockDigest {
        self.header.digest()
    }

    /// The digest over whole references that the header carries.
    #[must_use]
    pub fn batches_root(references: &[BatchReference]) -> BatchesRoot {
        let mut hasher = Hasher::new(Context::BatchesRoot);
        for reference in references {
            let bytes = reference.encode();
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
        }
        BatchesRoot(hasher.finish())
    }
}

impl EpochEnd {
    /// Whether a quorum of `set` made the closing block final, and which set comes next.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn verify(
        &self,
        set: &ValidatorSet,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Result<ValidatorsDigest, EpochEndError> {
        let [barrier, closing @ ..] = self.headers.as_slice() else { return Err(EpochEndError::TooShort(0)) };
        let Some(last) = closing.last() else { return Err(EpochEndError::TooShort(1)) };
        if barrier.is_closing() || barrier.validators != set.digest() {
            return Err(EpochEndError::Broken(0));
        }
        for (place, pair) in self.headers.windows(2).enumerate() {
            if let [parent, child] = pair
                && !child.closes(parent, barrier, last.next_validators)
            {
                return Err(EpochEndError::Broken(place.saturating_add(1)));
            }
        }
        if self.commit.statement != VoteStatement::commit(last.at, last.digest()) {
            return Err(EpochEndError::OtherBlock);
        }
        self.commit.verify(set, genesis, verifier)?;
        Ok(last.next_validators)
    }

    /// The barrier: the last block of the epoch that is part of the ledger.
    #[must_use]
    pub fn barrier(&self) -> Option<&Header> {
        self.headers.first()
    }
}

impl Header {
    /// Whether this is a closing block on `parent` after `barrier` that leads to the set `next`.
    fn closes(&self, parent: &Header, barrier: &Header, next: ValidatorsDigest) -> bool {
        self.is_closing()
            && self.parent == parent.digest()
            && self.parent_view == parent.at.view
            && self.at.epoch == barrier.at.epoch
            && self.at > parent.at
            && self.time > parent.time
            && self.height == barrier.height.next()
            && self.validators == barrier.validators
            && self.next_validators == next
            && self.transactions == 0
            && self.batches == Block::batches_root(&[])
    }
}

codec! {
    #[versioned]
    Header[limits::HEADER_BYTES_MAX] {
        2: at,
        3: height,
        4: parent,
        5: parent_view,
        6: validators,
        7: next_validators,
        8: state_root,
        9: batches,
        10: transactions,
        11: time,
        12: proposer,
    }
}
codec! { Block[limits::BLOCK_BYTES_MAX] { 1: header, 2: batches up to limits::BLOCK_BATCHES_MAX, } }
codec! {
    Proposal[limits::PROPOSAL_BYTES_MAX] {
        1: block,
        2: signature,
        3: parent,
        4: skips ascending to limits::PROPOSAL_SKIPS_MAX,
        5: commit,
    }
}
codec! {
    EpochEnd[limits::EPOCH_END_BYTES_MAX] { 1: headers up to limits::EPOCH_END_HEADERS_MAX, 2: commit, }
}
