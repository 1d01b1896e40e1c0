//! What can be asked of the ledger.

use realdid_crypto::{Context, Digest, Hasher, PublicKey, Signature, digest};

use crate::{
    BlockDigest, DecodeError, Did, Evidence, GenesisDigest, Height, OrganisationName, ProposalId, Timestamp,
    Wire, limits, wire::Ordered,
};

/// One change. The kinds are closed: a ledger that does not know one refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make a DID.
    CreateDid(CreateDid),
    /// Change a DID's keys.
    UpdateDid(UpdateDid),
    /// Propose a change that members must approve.
    Propose(Propose),
    /// Approve a proposal.
    Approve(Approve),
    /// Put a validator's contradiction on record.
    ReportEvidence(ReportEvidence),
}

/// What a key may be used for; at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purposes {
    /// Logging in.
    pub authentication: bool,
    /// Changing the record.
    pub invocation: bool,
    /// Signing statements.
    pub assertion: bool,
}

/// A key of a DID with its purposes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DidKey {
    /// The key.
    pub key: PublicKey,
    /// What it is for.
    pub purposes: Purposes,
}

/// Makes a DID whose identifier is the digest of this operation. Signed by every key in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDid {
    /// 1 to 8, ascending by key; at least one for invocation.
    pub keys: Vec<DidKey>,
    /// Digest of a recovery key that nobody has seen.
    pub recovery: Digest,
    /// Digest of the only key that may be rotated in next; zero for none.
    pub next_key: Digest,
}

/// Changes the keys of the sender's DID. Signed by an invocation key and by every added key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateDid {
    /// The DID.
    pub did: Did,
    /// Ascending by key.
    pub add: Vec<DidKey>,
    /// Ascending.
    pub remove: Vec<PublicKey>,
    /// As in [`CreateDid`]; replaces the former commitment.
    pub next_key: Digest,
}

/// Opens a proposal that takes effect when enough members approve it in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propose {
    /// What is to change.
    pub change: Change,
    /// The block time from which on it is void.
    pub expires: Timestamp,
}

/// What members can decide together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A validator joins from the next epoch on.
    AddValidator(AddValidator),
    /// A validator leaves with the end of this epoch.
    RemoveValidator(RemoveValidator),
}

/// A validator that is to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddValidator {
    /// The member that runs it.
    pub organisation: OrganisationName,
    /// Signs votes.
    pub consensus_key: PublicKey,
    /// Names it on the validators' plane.
    pub transport_key: PublicKey,
    /// Shows that the organisation holds the consensus key.
    pub proof: ProofOfPossession,
}

/// A signature by a joining validator's consensus key over a recent header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOfPossession {
    /// The header's height.
    pub height: Height,
    /// By the consensus key, over that header's digest as a kind of its own.
    pub signature: Signature,
}

/// A validator that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveValidator {
    /// Its consensus key.
    pub consensus_key: PublicKey,
}

/// A member's yes to a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approve {
    /// The transaction that proposed it.
    pub proposal: ProposalId,
}

/// Two signed statements of one validator that no honest one makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportEvidence {
    /// The contradiction.
    pub evidence: Evidence,
}

impl Operation {
    /// The digest of the operation alone; of a [`CreateDid`], the DID.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(Context::Operation, &self.encode())
    }
}

impl ProofOfPossession {
    /// What a joining validator's consensus key signs: that it knows this header of this network.
    #[must_use]
    pub fn signing_digest(genesis: GenesisDigest, header: BlockDigest) -> Digest {
        Hasher::new(Context::Possession).update(genesis.0.as_bytes()).update(header.0.as_bytes()).finish()
    }
}

impl DidKey {
    fn check(&self) -> Result<(), DecodeError> {
        let Purposes { authentication, invocation, assertion } = self.purposes;
        if authentication || invocation || assertion { Ok(()) } else { Err(DecodeError::NoPurpose) }
    }
}

/// No two entries of a list are for one key.
impl Ordered for DidKey {
    fn precedes(&self, next: &Self) -> bool {
        self.key < next.key
    }
}

impl CreateDid {
    fn check(&self) -> Result<(), DecodeError> {
        if self.keys.is_empty() { Err(DecodeError::Missing(1)) } else { Ok(()) }
    }
}

alternatives! {
    Operation[limits::OPERATION_BYTES_MAX] { 1: CreateDid, 2: UpdateDid, 3: Propose, 4: Approve, 5: ReportEvidence, }
}
alternatives! { Change { 1: AddValidator, 2: RemoveValidator, } }

codec! { Purposes { 1: authentication, 2: invocation, 3: assertion, } }
codec! { #[checked] DidKey { 1: key, 2: purposes, } }
codec! { #[checked] CreateDid { 1: keys ascending to limits::DID_KEYS_MAX, 2: recovery, 3: next_key, } }
codec! {
    UpdateDid {
        1: did,
        2: add ascending to limits::DID_KEYS_MAX,
        3: remove ascending to limits::DID_KEYS_MAX,
        4: next_key,
    }
}
codec! { Propose { 1: change, 2: expires, } }
codec! { AddValidator { 1: organisation, 2: consensus_key, 3: transport_key, 4: proof, } }
codec! { ProofOfPossession { 1: height, 2: signature, } }
codec! { RemoveValidator { 1: consensus_key, } }
codec! { Approve { 1: proposal, } }
codec! { ReportEvidence { 1: evidence, } }
