//! The chain's vocabulary: what blocks, votes, certificates, transactions and records are, how large they may be,
//! and the one encoding that wire, disk and signatures share.
//!
//! Everything here is a plain value. A value that was decoded is canonical (encoding it again gives the same
//! bytes) and inside its limits; whether its signatures hold is asked separately, of a
//! [`realdid_crypto::Verifier`].

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

pub mod limits;

#[macro_use]
pub mod wire;

mod digests;
mod names;
mod numbers;

mod address;
mod batch;
mod certificate;
mod evidence;
mod genesis;
mod header;
mod message;
mod operation;
mod text;
mod transaction;
mod validators;
mod vote;

pub use address::{AddressRecord, AddressRecords, AddressStatement};
pub use batch::{Batch, BatchReference, SignedBatch};
pub use certificate::{Certificate, CertificateError, Signers};
pub use digests::{
    BatchDigest, BatchesRoot, BlockDigest, GenesisDigest, ProposalId, StateRoot, TransactionId,
    ValidatorsDigest,
};
pub use evidence::{Evidence, EvidenceError, SignedHeader};
pub use genesis::{Genesis, GenesisError, Member, Parameters};
pub use header::{Block, EpochEnd, EpochEndError, Header, Proposal};
pub use message::{
    CatchUpAnswer, CatchUpRequest, EpochQuestion, Have, Message, Request, ViewRange, WipedAnswer,
    WipedQuestion,
};
pub use names::{Did, InvalidDid, Sender};
pub use numbers::{Epoch, EpochView, Height, Sequence, Timestamp, ValidatorIndex, View};
pub use operation::{
    Action, AddValidator, Approve, Attest, Change, CompromisedKey, Controllers, CreateDid, DeactivateDid,
    DidKey, Operation, ProofOfPossession, Propose, Purposes, PutMember, RecoverDid, RegisterSite,
    RemoveMember, RemoveValidator, ReportEvidence, Role, Roles, Rule, Service, SetParameters, SetRule, Site,
    UpdateDid, UpdateSite, Withdraw, WithdrawApproval,
};
pub use text::{
    HttpsUrl, InvalidText, NetworkName, OrganisationName, Origin, ReturnAddress, ServiceKind, ServiceName,
    SiteName,
};
pub use transaction::{KeySignature, SignedTransaction, Transaction};
pub use validators::{Quorum, Validator, ValidatorSet, ValidatorSetError};
pub use vote::{Vote, VoteKind, VoteStatement};
pub use wire::{DecodeError, Wire};
