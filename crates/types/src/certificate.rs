//! Certificates: a quorum of votes of one kind.

use std::collections::BTreeMap;

use realdid_crypto::{Signature, Signed, Verifier};

use crate::{
    DecodeError, GenesisDigest, ValidatorIndex, ValidatorSet, VoteStatement, limits,
    wire::{Field, Ordered, Reader, Writer},
};

/// Which validators of a set signed: one bit each, so that a duplicate cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signers {
    // one bit per validator, least significant bit of byte 0 first; ⌈n/8⌉ bytes, spare bits zero
    bits: Vec<u8>,
}

/// Exactly a quorum of signatures under one statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certificate {
    /// What the quorum says.
    pub statement: VoteStatement,
    /// Who signed.
    pub signers: Signers,
    /// In ascending order of the signers' indices.
    pub signatures: Vec<Signature>,
}

/// Why a certificate does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// A Skip with a block, or another statement without one.
    #[error("a skip names no block, and nothing else goes without one")]
    Statement,
    /// The bitmap is not one bit for each of the set's validators.
    #[error("the bitmap is not made for {0} validators")]
    Bitmap(usize),
    /// More or fewer signers than a quorum.
    #[error("{signers} signers where a quorum is {quorum}")]
    Quorum {
        /// How many signed.
        signers: usize,
        /// How many must.
        quorum: usize,
    },
    /// Not one signature for each signer.
    #[error("{signatures} signatures for {signers} signers")]
    Count {
        /// How many signatures.
        signatures: usize,
        /// How many signers.
        signers: usize,
    },
    /// These signers' signatures do not hold.
    #[error("the signatures of validators {0:?} do not hold")]
    Forged(Vec<ValidatorIndex>),
}

impl Signers {
    /// Marks these validators of a set of `n`; indices outside it are left out.
    #[must_use]
    pub fn new(indices: impl IntoIterator<Item = ValidatorIndex>, n: usize) -> Self {
        let mut bits = vec![0_u8; n.div_ceil(8)];
        for index in indices.into_iter().map(|index| usize::from(index.0)).filter(|index| *index < n) {
            if let Some(byte) = bits.get_mut(index / 8) {
                *byte |= 1 << (index % 8);
            }
        }
        Self { bits }
    }

    /// The marked validators, ascending.
    pub fn iter(&self) -> impl Iterator<Item = ValidatorIndex> + '_ {
        let set = |index: &u16| {
            self.bits.get(usize::from(index / 8)).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
        };
        let end = u16::try_from(self.bits.len().saturating_mul(8)).unwrap_or(u16::MAX);
        (0..end).filter(set).map(ValidatorIndex)
    }

    /// How many are marked.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bits.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    fn fits(&self, n: usize) -> bool {
        self.bits.len() == n.div_ceil(8) && self.iter().all(|index| usize::from(index.0) < n)
    }
}

impl Certificate {
    /// A certificate of the first quorum among these signatures, or none if they are too few.
    #[must_use]
    pub fn assemble(
        statement: VoteStatement,
        signatures: &BTreeMap<ValidatorIndex, Signature>,
        set: &ValidatorSet,
    ) -> Option<Self> {
        let quorum = set.quorum().size();
        let chosen: BTreeMap<_, _> = signatures
            .iter()
            .filter(|(index, _)| set.get(**index).is_some())
            .take(quorum)
            .map(|(index, signature)| (*index, *signature))
            .collect();
        let signers = Signers::new(chosen.keys().copied(), set.len());
        (chosen.len() == quorum).then(|| Self {
            statement,
            signers,
            signatures: chosen.into_values().collect(),
        })
    }

    /// Whether exactly a quorum of this set signed. The set must be that of the statement's epoch.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn verify(
        &self,
        set: &ValidatorSet,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Result<(), CertificateError> {
        self.check_shape(set)?;
        let message = self.statement.signing_digest(genesis);
        let validators = self.signers.iter().filter_map(|index| set.get(index));
        let signed: Vec<Signed<'_>> = validators
            .zip(&self.signatures)
            .map(|(validator, signature)| Signed {
                key: &validator.consensus_key,
                message: message.as_bytes(),
                signature,
            })
            .collect();
        verifier.verify(&signed).map_err(|bad| {
            let forged = self.signers.iter().enumerate().filter(|(place, _)| bad.contains(place));
            CertificateError::Forged(forged.map(|(_, index)| index).collect())
        })
    }

    /// Whether it is made for this set, leaving aside whether its signatures hold.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check_shape(&self, set: &ValidatorSet) -> Result<(), CertificateError> {
        if self.statement.check().is_err() {
            return Err(CertificateError::Statement);
        }
        let (signers, quorum, signatures) =
            (self.signers.count(), set.quorum().size(), self.signatures.len());
        if !self.signers.fits(set.len()) {
            return Err(CertificateError::Bitmap(set.len()));
        }
        if signers != quorum {
            return Err(CertificateError::Quorum { signers, quorum });
        }
        if signatures != signers {
            return Err(CertificateError::Count { signatures, signers });
        }
        Ok(())
    }

    fn check(&self) -> Result<(), DecodeError> {
        let (signers, signatures) = (self.signers.count(), self.signatures.len());
        if signers == signatures { Ok(()) } else { Err(DecodeError::Bitmap { signers, signatures }) }
    }
}

impl Field for Signers {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&self.bits]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        if bits.is_empty() || bits.len() > limits::SIGNERS_BYTES_MAX {
            return Err(DecodeError::Length { field: number, bytes: bits.len() });
        }
        Ok(Self { bits: bits.to_vec() })
    }
}

codec! {
    #[checked]
    Certificate[limits::CERTIFICATE_BYTES_MAX] {
        1: statement,
        2: signers,
        3: signatures up to limits::CERTIFICATE_SIGNATURES_MAX,
    }
}

/// Certificates stand in the order of their views.
impl Ordered for Certificate {
    fn precedes(&self, next: &Self) -> bool {
        self.statement.at < next.statement.at
    }
}
