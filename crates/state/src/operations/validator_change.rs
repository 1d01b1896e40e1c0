//! Which changes of the validators are possible now.

use realdid_crypto::verify_one;
use realdid_types::{AddValidator, ProofOfPossession, RemoveValidator, Validator, ValidatorSet, limits};

use crate::{MemberEntry, RecentHeader, Refused, StateKey, block::BlockExecution, entries::RECENT_HEADERS};

/// The next set with one more validator, if it may join.
pub(super) fn joined(block: &BlockExecution<'_>, add: &AddValidator) -> Result<ValidatorSet, Refused> {
    changed(block, with(block, &block.sets.next, add)?)
}

/// The next set with one validator fewer, if it may leave.
pub(super) fn left(block: &BlockExecution<'_>, remove: &RemoveValidator) -> Result<ValidatorSet, Refused> {
    changed(block, without(&block.sets.next, remove)?)
}

fn changed(block: &BlockExecution<'_>, validators: Vec<Validator>) -> Result<ValidatorSet, Refused> {
    let current = &block.sets.current;
    let set = ValidatorSet::new(validators).map_err(|_| Refused::ValidatorExists)?;
    if difference(current, &set) > changes_max(current) { Err(Refused::TooManyChanges) } else { Ok(set) }
}

/// How many validators may join and leave in one epoch: one, or as many as may be faulty.
pub(crate) fn changes_max(current: &ValidatorSet) -> usize {
    current.quorum().faulty().max(1)
}

/// How many validators stand in one of two sets only.
pub(crate) fn difference(a: &ValidatorSet, b: &ValidatorSet) -> usize {
    let only = |one: &ValidatorSet, other: &ValidatorSet| {
        one.iter().filter(|validator| !other.iter().any(|same| same == *validator)).count()
    };
    only(a, b).saturating_add(only(b, a))
}

fn with(
    block: &BlockExecution<'_>,
    next: &ValidatorSet,
    add: &AddValidator,
) -> Result<Vec<Validator>, Refused> {
    if block.draft.get::<MemberEntry>(&StateKey::Member(add.organisation.clone())).is_none() {
        return Err(Refused::UnknownMember);
    }
    if next.len() >= limits::VALIDATORS_MAX {
        return Err(Refused::TooManyValidators);
    }
    let joining = Validator {
        organisation: add.organisation.clone(),
        consensus_key: add.consensus_key,
        transport_key: add.transport_key,
    };
    Ok(next.iter().cloned().chain([joining]).collect())
}

fn without(next: &ValidatorSet, remove: &RemoveValidator) -> Result<Vec<Validator>, Refused> {
    if next.index_of(&remove.consensus_key).is_none() {
        return Err(Refused::UnknownValidator);
    }
    if next.len() == 1 {
        return Err(Refused::TooFewValidators);
    }
    Ok(next.iter().filter(|validator| validator.consensus_key != remove.consensus_key).cloned().collect())
}

/// A joining validator's consensus key must have signed one of the newest headers: whoever copies another's key into
/// a proposal cannot.
pub(super) fn check_possession(block: &BlockExecution<'_>, add: &AddValidator) -> Result<(), Refused> {
    let slot = StateKey::RecentHeader((add.proof.height.0 % RECENT_HEADERS) as u8);
    let recent = block.draft.get::<RecentHeader>(&slot).filter(|recent| recent.height == add.proof.height);
    let header = recent.ok_or(Refused::HeaderNotRecent)?.block;
    let message = ProofOfPossession::signing_digest(block.inputs.genesis, header);
    if verify_one(block.inputs.verifier, &add.consensus_key, message.as_bytes(), &add.proof.signature) {
        Ok(())
    } else {
        Err(Refused::PossessionForged)
    }
}
