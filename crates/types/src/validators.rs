//! The validators of an epoch and how many of them must agree.

use std::collections::BTreeSet;

use realdid_crypto::{Context, PublicKey, digest};

use crate::{
    DecodeError, EpochView, OrganisationName, ValidatorIndex, ValidatorsDigest, Wire, limits,
    wire::{Body, Reader, TopLevel, Writer, put_format, put_list, take_format, take_list},
};

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
        (self.n.saturating_add(self.faulty()) / 2).saturating_add(1)
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
        let mut set = Self { validators, digest: ValidatorsDigest::ZERO };
        set.digest = ValidatorsDigest(digest(Context::Validators, &set.encode()));
        Ok(set)
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
        let turn = at.epoch.0.wrapping_add(at.view.0).checked_rem(self.validators.len() as u64);
        ValidatorIndex(turn.and_then(|turn| u16::try_from(turn).ok()).unwrap_or(0))
    }
}

// Written by hand: the digest is made from the encoding and is not part of it.
impl Body for ValidatorSet {
    const NESTED_MAX: usize = limits::VALIDATOR_SET_BYTES_MAX;
    const VERSIONED: bool = true;
    const FIELDS: &'static [(u32, &'static str)] = &[(2, "validators")];

    fn write(&self, writer: &mut Writer) {
        put_format(writer);
        put_list(&self.validators, 2, writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        take_format(reader)?;
        Ok(Self::new(take_list(2, limits::VALIDATORS_MAX, reader)?)?)
    }
}

impl TopLevel for ValidatorSet {
    const BYTES_MAX: usize = limits::VALIDATOR_SET_BYTES_MAX;
}

codec! { Validator { 1: organisation, 2: consensus_key, 3: transport_key, } }
