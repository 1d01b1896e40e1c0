//! The validators of an epoch and how many of them must agree.

use std::collections::BTreeSet;

use realdid_crypto::{Context, PublicKey, digest};

use crate::{EpochView, OrganisationName, ValidatorIndex, ValidatorsDigest, Wire, limits, wire::TopLevel};

/// A member's validator, as it stands under the set's digest. Its addresses are published apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Validator {
    /// Who runs it.
    pub organisation: OrganisationName,
    /// Signs votes and proposals.
    pub consensus_key: PublicKey,
    /// Names it on the validators' plane.
    pub transport_key: PublicKey,
}

/// The validators of one epoch in their fixed order: 1 to 200, no key twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: Vec<Validator>,
    digest: ValidatorsDigest,
}

/// Why a list of validators is no set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// None, or too many.
    #[error("{0} validators where 1 to {max} are allowed", max = limits::VALIDATORS_MAX)]
    Size(usize),
    /// A key is used twice.
    #[error("two validators share a key")]
    SharedKey,
}

/// The arithmetic of n validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quorum {
    /// How many there are.
    pub n: usize,
}

impl Quorum {
    /// f = ⌊(n − 1) / 3⌋: how many may be faulty in any way.
    #[must_use]
    pub const fn faulty(self) -> usize {
        self.n.saturating_sub(1) / 3
    }

    /// q = ⌊(n + f) / 2⌋ + 1: how many must agree. Two such quorums share an honest validator, and the honest alone
    /// are one.
    #[must_use]
    pub const fn size(self) -> usize {
        self.n.saturating_add(self.faulty()) / 2 + 1
    }
}

impl ValidatorSet {
    /// Checks and keeps validators in this order.
    ///
    /// # Errors
    /// If there are none or too many, or two share a key.
    pub fn new(validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        if validators.is_empty() || validators.len() > limits::VALIDATORS_MAX {
            return Err(ValidatorSetError::Size(validators.len()));
        }
        let keys: BTreeSet<_> = validators
            .iter()
            .flat_map(|validator| [validator.consensus_key, validator.transport_key])
            .collect();
        if keys.len() != validators.len().saturating_mul(2) {
            return Err(ValidatorSetError::SharedKey);
        }
        let list = ValidatorList { validators };
        let digest = ValidatorsDigest(digest(Context::Validators, &list.encode()));
        Ok(Self { validators: list.validators, digest })
    }

    /// What headers carry.
    #[must_use]
    pub fn digest(&self) -> ValidatorsDigest {
        self.digest
    }

    /// How many there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.validators.len()
    }

    /// How many of them must agree.
    #[must_use]
    pub fn quorum(&self) -> Quorum {
        Quorum { n: self.len() }
    }

    /// The validator at this place.
    #[must_use]
    pub fn get(&self, index: ValidatorIndex) -> Option<&Validator> {
        self.validators.get(usize::from(index.0))
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Validator> {
        self.validators.iter()
    }

    /// The place of the validator with this consensus key.
    #[must_use]
    pub fn index_of(&self, consensus_key: &PublicKey) -> Option<ValidatorIndex> {
        let place = self.validators.iter().position(|validator| validator.consensus_key == *consensus_key)?;
        u16::try_from(place).ok().map(ValidatorIndex)
    }

    /// Who proposes in a view: they take turns, and each epoch starts with another.
    #[must_use]
    pub fn leader(&self, at: EpochView) -> ValidatorIndex {
        let turn = at.epoch.0.wrapping_add(at.view.0) % self.validators.len().max(1) as u64;
        ValidatorIndex(u16::try_from(turn).unwrap_or(0))
    }
}

/// A set as it is encoded.
#[derive(Clone, Debug)]
struct ValidatorList {
    validators: Vec<Validator>,
}

impl crate::wire::Body for ValidatorSet {
    fn write(&self, writer: &mut crate::wire::Writer) {
        ValidatorList { validators: self.validators.clone() }.write(writer);
    }

    fn read(reader: &mut crate::wire::Reader<'_>) -> Result<Self, crate::DecodeError> {
        let list = ValidatorList::read(reader)?;
        Self::new(list.validators).map_err(|_| crate::DecodeError::Invalid("not a set of validators"))
    }
}

codec! { Validator { 1: organisation, 2: consensus_key, 3: transport_key, } }
codec! { #[versioned] ValidatorList { 2: validators up to limits::VALIDATORS_MAX, } }

impl TopLevel for ValidatorList {
    const BYTES_MAX: usize = 64 * 1024;
}

impl TopLevel for ValidatorSet {
    const BYTES_MAX: usize = 64 * 1024;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_quorums_share_an_honest_validator_and_the_honest_alone_are_one() {
        for n in 1..=2_000 {
            let quorum = Quorum { n };
            let (f, q) = (quorum.faulty(), quorum.size());
            assert!(2 * q - n > f, "n = {n}");
            assert!(q <= n - f, "n = {n}");
            assert!(q - f > f, "n = {n}");
        }
    }

    #[test]
    fn quorums_of_known_sizes() {
        let sizes = [(4, 3), (5, 4), (6, 4), (7, 5), (10, 7), (100, 67)];
        assert!(sizes.iter().all(|(n, q)| Quorum { n: *n }.size() == *q));
    }
}
