//! Single votes of the present epoch, until a quorum of them is a certificate.

use std::collections::BTreeMap;

use realdid_crypto::{Signature, Signed, Verifier};
use realdid_types::{
    BlockDigest, Certificate, Evidence, GenesisDigest, ValidatorIndex, ValidatorSet, View, Vote, VoteKind,
    VoteStatement,
};

/// Votes for views further ahead than this are dropped, and asked for again on arrival there.
pub const VIEWS_AHEAD: u64 = 2;
/// Single votes are kept for this many of the newest views; older ones only as certificates.
pub const VIEWS_KEPT: u64 = 64;

/// At most one vote of each kind per validator and view, for at most [`VIEWS_KEPT`] + [`VIEWS_AHEAD`] views.
///
/// Signatures are checked only when a quorum agrees, all in one batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    views: BTreeMap<View, BTreeMap<(VoteKind, ValidatorIndex), Counted>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Counted {
    block: BlockDigest,
    signature: Signature,
    verified: bool,
}

/// What counting a vote led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Counted.
    New,
    /// Counted before.
    Known,
    /// It contradicts a vote of the same signer; both may still be forged.
    Contradicts(Vote),
}

/// The outcome of looking for a quorum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// A quorum of good signatures.
    pub certificate: Option<Certificate>,
    /// Signers of bad ones, whose votes were taken out.
    pub forged: Vec<ValidatorIndex>,
}

impl Tally {
    /// Counts a vote; a second one of the same kind by the same signer is never counted.
    pub fn add(&mut self, vote: &Vote, verified: bool) -> Noted {
        let of_view = self.views.entry(vote.statement.at.view).or_default();
        let key = (vote.statement.kind, vote.signer);
        if let Some(known) = of_view.get_mut(&key) {
            known.verified |= verified && known.signature == vote.signature;
            return if known.block == vote.statement.block {
                Noted::Known
            } else {
                let statement = VoteStatement { block: known.block, ..vote.statement };
                Noted::Contradicts(Vote { statement, signer: vote.signer, signature: known.signature })
            };
        }
        of_view.insert(key, Counted { block: vote.statement.block, signature: vote.signature, verified });
        self.opposite(vote).map_or(Noted::New, Noted::Contradicts)
    }

    /// The same signer's Skip beside a Commit, or the other way round.
    fn opposite(&self, vote: &Vote) -> Option<Vote> {
        let kind = match vote.statement.kind {
            VoteKind::Prepare => return None,
            VoteKind::Commit => VoteKind::Skip,
            VoteKind::Skip => VoteKind::Commit,
        };
        let other = self.views.get(&vote.statement.at.view)?.get(&(kind, vote.signer))?;
        let statement = VoteStatement { kind, at: vote.statement.at, block: other.block };
        Some(Vote { statement, signer: vote.signer, signature: other.signature })
    }

    /// Makes a certificate of `statement` if a quorum of good signatures is here.
    pub fn count(
        &mut self,
        statement: VoteStatement,
        set: &ValidatorSet,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Count {
        let quorum = set.quorum().size();
        if self.signatures(&statement).count() < quorum {
            return Count::default();
        }
        let forged = self.take_out_forged(statement, set, genesis, verifier);
        let signatures: BTreeMap<_, _> =
            self.signatures(&statement).map(|(index, counted)| (index, counted.signature)).collect();
        Count { certificate: Certificate::assemble(statement, &signatures, set), forged }
    }

    fn take_out_forged(
        &mut self,
        statement: VoteStatement,
        set: &ValidatorSet,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Vec<ValidatorIndex> {
        let message = statement.signing_digest(genesis);
        let unverified: Vec<(ValidatorIndex, Signature)> = self
            .signatures(&statement)
            .filter(|(_, counted)| !counted.verified)
            .map(|(index, counted)| (index, counted.signature))
            .collect();
        let signed: Vec<Signed<'_>> = unverified
            .iter()
            .filter_map(|(index, signature)| {
                let key = &set.get(*index)?.consensus_key;
                Some(Signed { key, message: message.as_bytes(), signature })
            })
            .collect();
        let bad = verifier.verify(&signed).err().unwrap_or_default();
        let forged: Vec<ValidatorIndex> =
            bad.iter().filter_map(|place| unverified.get(*place)).map(|(index, _)| *index).collect();
        if let Some(of_view) = self.views.get_mut(&statement.at.view) {
            of_view.retain(|(kind, index), _| *kind != statement.kind || !forged.contains(index));
            for (index, _) in &unverified {
                if let Some(counted) = of_view.get_mut(&(statement.kind, *index)) {
                    counted.verified = true;
                }
            }
        }
        forged
    }

    fn signatures<'a>(
        &'a self,
        statement: &VoteStatement,
    ) -> impl Iterator<Item = (ValidatorIndex, &'a Counted)> + use<'a> {
        let (kind, block) = (statement.kind, statement.block);
        let of_view = self.views.get(&statement.at.view).into_iter().flatten();
        of_view
            .filter(move |((of, _), counted)| *of == kind && counted.block == block)
            .map(|((_, index), counted)| (*index, counted))
    }

    /// Whether this validator's Skip of this view was counted.
    #[must_use]
    pub fn has_skip(&self, view: View, signer: ValidatorIndex) -> bool {
        self.views.get(&view).is_some_and(|of_view| of_view.contains_key(&(VoteKind::Skip, signer)))
    }

    /// The votes of one signer that are kept, newest view first.
    pub fn of_signer(
        &self,
        epoch: realdid_types::Epoch,
        signer: ValidatorIndex,
    ) -> impl Iterator<Item = Vote> + '_ {
        self.views.iter().rev().flat_map(move |(view, of_view)| {
            of_view.iter().filter(move |((_, index), _)| *index == signer).map(move |((kind, _), counted)| {
                Vote {
                    statement: VoteStatement {
                        kind: *kind,
                        at: realdid_types::EpochView::new(epoch, *view),
                        block: counted.block,
                    },
                    signer,
                    signature: counted.signature,
                }
            })
        })
    }

    /// Lets go of views at or below the floor and of all but the newest when the present view is `present`.
    pub fn prune(&mut self, floor: View, present: View) {
        let oldest = present.0.saturating_sub(VIEWS_KEPT);
        self.views.retain(|view, _| *view > floor && view.0 > oldest);
    }
}

/// The evidence in two votes, if both signatures hold.
#[must_use]
pub fn evidence(
    a: &Vote,
    b: &Vote,
    set: &ValidatorSet,
    genesis: GenesisDigest,
    verifier: &dyn Verifier,
) -> Option<Evidence> {
    Evidence::votes(a.clone(), b.clone()).filter(|evidence| evidence.verify(set, genesis, verifier).is_ok())
}

#[cfg(test)]
mod tests;
