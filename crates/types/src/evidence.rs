//! Proof that a validator contradicted itself.

use realdid_crypto::{Context, Digest, Signature, Verifier, digest, verify_one};

use crate::{Epoch, GenesisDigest, Header, ValidatorIndex, ValidatorSet, Vote, VoteKind, Wire, limits};

/// Two statements of one validator in one view that no honest validator signs both of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Two Prepares, two Commits, or a Commit and a Skip; ascending by statement.
    Votes(Box<(Vote, Vote)>),
    /// Two different headers proposed in one view, ascending by digest, each with the leader's signature.
    Proposals(Box<(SignedHeader, SignedHeader)>),
}

/// A header with its proposer's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    /// The header.
    pub header: Header,
    /// Over [`Header::proposal_digest`].
    pub signature: Signature,
}

/// Why evidence proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// An honest validator may say both.
    #[error("the statements do not contradict each other, or are not in order")]
    NoContradiction,
    /// A signature does not hold.
    #[error("a signature does not hold")]
    Forged,
}

impl Evidence {
    /// The evidence in two votes, if no honest validator signs both.
    #[must_use]
    pub fn votes(a: Vote, b: Vote) -> Option<Self> {
        let (a, b) = if a.statement <= b.statement { (a, b) } else { (b, a) };
        contradict(&a, &b).then(|| Self::Votes(Box::new((a, b))))
    }

    /// The evidence in two proposals of one view.
    #[must_use]
    pub fn proposals(a: SignedHeader, b: SignedHeader) -> Option<Self> {
        let (a, b) = if a.header.digest() <= b.header.digest() { (a, b) } else { (b, a) };
        compete(&a.header, &b.header).then(|| Self::Proposals(Box::new((a, b))))
    }

    /// Whether it proves that [`Evidence::accused`] of this set, the set of its epoch, is not honest.
    ///
    /// # Errors
    /// Says why it does not.
    pub fn verify(
        &self,
        set: &ValidatorSet,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Result<(), EvidenceError> {
        let contradiction = match self {
            Self::Votes(votes) => contradict(&votes.0, &votes.1),
            Self::Proposals(proposals) => {
                let (a, b) = (&proposals.0.header, &proposals.1.header);
                compete(a, b) && a.digest() < b.digest()
            }
        };
        if !contradiction {
            return Err(EvidenceError::NoContradiction);
        }
        let signed = match self {
            Self::Votes(votes) => {
                votes.0.verify(set, genesis, verifier) && votes.1.verify(set, genesis, verifier)
            }
            Self::Proposals(proposals) => {
                proposals.0.verify(set, genesis, verifier) && proposals.1.verify(set, genesis, verifier)
            }
        };
        if signed { Ok(()) } else { Err(EvidenceError::Forged) }
    }

    /// Whom it is against.
    #[must_use]
    pub fn accused(&self) -> (Epoch, ValidatorIndex) {
        match self {
            Self::Votes(votes) => (votes.0.statement.at.epoch, votes.0.signer),
            Self::Proposals(proposals) => (proposals.0.header.at.epoch, proposals.0.header.proposer),
        }
    }

    /// Names it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(Context::Evidence, &self.encode())
    }
}

impl SignedHeader {
    fn verify(&self, set: &ValidatorSet, genesis: GenesisDigest, verifier: &dyn Verifier) -> bool {
        let Some(proposer) = set.get(self.header.proposer) else { return false };
        let message = self.header.proposal_digest(genesis);
        verify_one(verifier, &proposer.consensus_key, message.as_bytes(), &self.signature)
    }
}

fn contradict(a: &Vote, b: &Vote) -> bool {
    let same_view = a.signer == b.signer && a.statement.at == b.statement.at && a.statement < b.statement;
    let kinds = (a.statement.kind, b.statement.kind);
    same_view && (kinds.0 == kinds.1 || kinds == (VoteKind::Commit, VoteKind::Skip))
}

fn compete(a: &Header, b: &Header) -> bool {
    a.at == b.at && a.proposer == b.proposer && a != b
}

alternatives! { Evidence[limits::EVIDENCE_BYTES_MAX] { 1: Votes, 2: Proposals, } }
codec! { SignedHeader { 1: header, 2: signature, } }
