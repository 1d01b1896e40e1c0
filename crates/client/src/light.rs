//! A light client: it trusts a validator set, and believes what certificates of that set lead to.

use realdid_crypto::Verifier;
use realdid_identity::DidRecord;
use realdid_merkle::{Proof, ProofBytesError, ProofError};
use realdid_state::{StateKey, value_digest};
use realdid_types::{
    Block, Certificate, CertificateError, DecodeError, Did, Epoch, EpochEnd, EpochEndError, Genesis,
    GenesisDigest, GenesisError, Header, Height, ValidatorSet, VoteKind, Wire,
};

/// Knows the validators of the newest epoch that was proven to it.
#[derive(Clone, Debug)]
pub struct LightClient {
    genesis: GenesisDigest,
    epoch: Epoch,
    validators: ValidatorSet,
}

/// What a node hands over about a DID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProof {
    /// The record's bytes; none for "there is no such DID".
    pub value: Option<Vec<u8>>,
    /// The Merkle proof's bytes.
    pub proof: Vec<u8>,
    /// The bytes of the block whose state root the proof leads to.
    pub block: Vec<u8>,
    /// The bytes of that block's Commit certificate.
    pub certificate: Vec<u8>,
}

/// An entry of the state, or its absence, that a quorum of validators vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<T> {
    /// The entry; none if there was none.
    pub entry: Option<T>,
    /// The header whose state root shows it; the state is that after the block before.
    pub header: Header,
}

/// A record, or its absence, that a quorum of validators vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRecord {
    /// The record; none if there was none.
    pub record: Option<DidRecord>,
    /// The header whose state root shows it; the state is that after the block before.
    pub header: Header,
}

/// Why what a node says is not believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Bytes that are none of ours.
    #[error("the {0} cannot be read: {1}")]
    Decode(&'static str, DecodeError),
    /// Bytes that are no proof.
    #[error("the proof cannot be read: {0}")]
    ProofBytes(#[from] ProofBytesError),
    /// The proof leads elsewhere.
    #[error("the proof does not lead to the state root: {0}")]
    Proof(#[from] ProofError),
    /// The certificate is for something else.
    #[error("the certificate is not a Commit certificate of this block")]
    OtherBlock,
    /// The block's list of batches is not the one that its header names.
    #[error("the block's batches are not those that its header names")]
    OtherBatches,
    /// A certificate of validators that are not proven here.
    #[error(
        "the certificate is of epoch {found}, and the validators of epoch {known} are known: prove the epochs between"
    )]
    OtherEpoch {
        /// The certificate's.
        found: Epoch,
        /// The newest that is known.
        known: Epoch,
    },
    /// The certificate does not hold.
    #[error("the certificate does not hold: {0}")]
    Certificate(#[from] CertificateError),
    /// How an epoch ended is not proven.
    #[error("the end of epoch {0} is not proven: {1}")]
    EpochEnd(Epoch, EpochEndError),
    /// The set is not the one that the epoch before chose.
    #[error("these are not the validators that the epoch before chose")]
    OtherValidators,
    /// The version is not the one before another that is proven.
    #[error("this is not version {0}, by the digest that the version after it holds")]
    OtherVersion(u64),
    /// The block is not below another that is proven.
    #[error("this is not the block below block {0}")]
    OtherParent(Height),
    /// The genesis makes no network.
    #[error("the genesis starts no network: {0}")]
    Genesis(#[from] GenesisError),
}

impl Untrusted {
    /// A name for it that stays as it is.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(..) | Self::ProofBytes(_) => "malformed",
            Self::Proof(_) => "proof_invalid",
            Self::OtherBlock => "other_block",
            Self::OtherBatches => "other_batches",
            Self::OtherEpoch { .. } => "other_epoch",
            Self::Certificate(_) => "certificate_invalid",
            Self::EpochEnd(..) => "epoch_end_invalid",
            Self::OtherValidators => "other_validators",
            Self::OtherVersion(_) => "other_version",
            Self::OtherParent(_) => "other_parent",
            Self::Genesis(_) => "genesis_invalid",
        }
    }
}

impl LightClient {
    /// One that trusts a genesis.
    ///
    /// # Errors
    /// If it makes no network.
    pub fn new(genesis: &Genesis) -> Result<Self, Untrusted> {
        Ok(Self { genesis: genesis.digest(), epoch: Epoch(0), validators: genesis.validator_set()? })
    }

    /// The newest epoch whose validators are known.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Names the network.
    #[must_use]
    pub fn genesis(&self) -> GenesisDigest {
        self.genesis
    }

    /// Goes on to the next epoch: `end` proves that this one ended and which set it chose, `next` is that set.
    ///
    /// # Errors
    /// Says what does not hold; then nothing changes.
    pub fn advance(
        &mut self,
        end: &EpochEnd,
        next: ValidatorSet,
        verifier: &dyn Verifier,
    ) -> Result<(), Untrusted> {
        let epoch = self.epoch;
        let chosen = end
            .verify(&self.validators, self.genesis, verifier)
            .map_err(|error| Untrusted::EpochEnd(epoch, error))?;
        // the same set may have been in office before
        if end.commit.statement.at.epoch != epoch || chosen != next.digest() {
            return Err(Untrusted::OtherValidators);
        }
        self.epoch = epoch.next();
        self.validators = next;
        Ok(())
    }

    /// Checks a certified block.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_block(
        &self,
        block: &[u8],
        certificate: &[u8],
        verifier: &dyn Verifier,
    ) -> Result<Header, Untrusted> {
        let block = Block::decode(block).map_err(|error| Untrusted::Decode("block", error))?;
        let certificate =
            Certificate::decode(certificate).map_err(|error| Untrusted::Decode("certificate", error))?;
        if block.header.batches != Block::batches_root(&block.batches) {
            return Err(Untrusted::OtherBatches);
        }
        self.check_header(&block.header, &certificate, verifier)?;
        Ok(block.header)
    }

    /// Checks that a quorum of the known validators made a block with this header final.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_header(
        &self,
        header: &Header,
        certificate: &Certificate,
        verifier: &dyn Verifier,
    ) -> Result<(), Untrusted> {
        let statement = certificate.statement;
        if statement.kind != VoteKind::Commit || statement.block != header.digest() {
            return Err(Untrusted::OtherBlock);
        }
        if statement.at.epoch != self.epoch {
            return Err(Untrusted::OtherEpoch { found: statement.at.epoch, known: self.epoch });
        }
        Ok(certificate.verify(&self.validators, self.genesis, verifier)?)
    }

    /// Checks what a node says of a DID.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_record(
        &self,
        did: Did,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<ProvenRecord, Untrusted> {
        let header = self.check_value(&StateKey::Record(did), shown, verifier)?;
        let record = shown.value.as_deref().map(DidRecord::decode).transpose();
        let record = record.map_err(|error| Untrusted::Decode("record", error))?;
        Ok(ProvenRecord { record, header })
    }

    /// Checks what a node says of any entry of the state.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check_entry<T: Wire>(
        &self,
        key: &StateKey,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Proven<T>, Untrusted> {
        let header = self.check_value(key, shown, verifier)?;
        let entry = shown.value.as_deref().map(T::decode).transpose();
        let entry = entry.map_err(|error| Untrusted::Decode("entry", error))?;
        Ok(Proven { entry, header })
    }

    /// The header that vouches for a value, or for its absence.
    fn check_value(
        &self,
        key: &StateKey,
        shown: &RecordProof,
        verifier: &dyn Verifier,
    ) -> Result<Header, Untrusted> {
        let header = self.check_block(&shown.block, &shown.certificate, verifier)?;
        let proof = Proof::decode(&shown.proof)?;
        let value = shown.value.as_deref().map(value_digest);
        proof.verify(&header.state_root.0, &key.hashed(), value.as_ref())?;
        Ok(header)
    }
}
