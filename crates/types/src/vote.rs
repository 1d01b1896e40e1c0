//! Votes: what a validator says about a view.

use realdid_crypto::{Context, Digest, Hasher, Signature, Verifier, verify_one};

use crate::{
    BlockDigest, DecodeError, EpochView, GenesisDigest, ValidatorIndex, ValidatorSet, Wire, limits,
    wire::{Field, Reader, Writer},
};

/// The three things that a validator can say about a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VoteKind {
    /// "I hold this block, its batches and its parent's proof."
    Prepare,
    /// "A quorum has prepared this block."
    Commit,
    /// "I give this view up and will not commit in it."
    Skip,
}

/// What a vote says, without who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoteStatement {
    /// Which of the three.
    pub kind: VoteKind,
    /// The view that it is about.
    pub at: EpochView,
    /// The block; zero for a Skip and only there.
    pub block: BlockDigest,
}

/// A statement with its signer and signature. Nothing here says that the signature holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// What is said.
    pub statement: VoteStatement,
    /// The signer's place in the set of the statement's epoch.
    pub signer: ValidatorIndex,
    /// By the signer's consensus key over [`VoteStatement::signing_digest`].
    pub signature: Signature,
}

impl VoteStatement {
    /// "I hold this block."
    #[must_use]
    pub const fn prepare(at: EpochView, block: BlockDigest) -> Self {
        Self { kind: VoteKind::Prepare, at, block }
    }

    /// "A quorum holds this block."
    #[must_use]
    pub const fn commit(at: EpochView, block: BlockDigest) -> Self {
        Self { kind: VoteKind::Commit, at, block }
    }

    /// "I give this view up."
    #[must_use]
    pub const fn skip(at: EpochView) -> Self {
        Self { kind: VoteKind::Skip, at, block: BlockDigest::ZERO }
    }

    /// What is signed: a digest over network, kind, view and block.
    #[must_use]
    pub fn signing_digest(&self, genesis: GenesisDigest) -> Digest {
        Hasher::new(Context::Vote).update(genesis.0.as_bytes()).update(&self.encode()).finish()
    }

    /// A Skip names no block, and nothing else goes without.
    pub(crate) fn check(&self) -> Result<(), DecodeError> {
        if (self.kind == VoteKind::Skip) == (self.block == BlockDigest::ZERO) {
            Ok(())
        } else {
            Err(DecodeError::Statement)
        }
    }
}

impl Vote {
    /// Whether the signer of this set really said so.
    #[must_use]
    pub fn verify(&self, set: &ValidatorSet, genesis: GenesisDigest, verifier: &dyn Verifier) -> bool {
        let Some(validator) = set.get(self.signer) else { return false };
        let message = self.statement.signing_digest(genesis);
        self.statement.check().is_ok()
            && verify_one(verifier, &validator.consensus_key, message.as_bytes(), &self.signature)
    }
}

impl Field for VoteKind {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.number(number, (*self as u64).saturating_add(1));
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.number(number)?.ok_or(DecodeError::Missing(number))? {
            1 => Ok(Self::Prepare),
            2 => Ok(Self::Commit),
            3 => Ok(Self::Skip),
            other => Err(DecodeError::UnknownKind { field: number, number: other }),
        }
    }
}

codec! { #[versioned] #[checked] VoteStatement[limits::VOTE_STATEMENT_BYTES_MAX] { 2: kind, 3: at, 4: block, } }
codec! { Vote[limits::VOTE_BYTES_MAX] { 1: statement, 2: signer, 3: signature, } }
