//! What the state holds besides DIDs.

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::Moment;
use realdid_types::{
    Action, BlockDigest, Change, Epoch, Height, OrganisationName, ProposalId, Roles, Rule, Sequence,
    Timestamp, ValidatorSet, codec, limits, wire::TopLevel,
};

use crate::BatchNumbers;

/// Proposals that may be open at once; each is swept when it expires.
pub(crate) const OPEN_PROPOSALS_MAX: usize = 64;

/// How many of the newest blocks a proof of possession may name.
pub(crate) const RECENT_HEADERS: u64 = 256;

/// A member of the consortium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberEntry {
    /// Signs its proposals and approvals.
    pub key: PublicKey,
    /// The number that its next transaction must have.
    pub next_sequence: Sequence,
    /// What it may do besides proposing and approving.
    pub roles: Option<Roles>,
    /// Its nodes, ascending; none are listed on networks of format 1.
    pub nodes: Vec<PublicKey>,
}

/// A member that has left: should it come back, its old transactions must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerMember {
    /// The number that its next transaction would have had.
    pub next_sequence: Sequence,
}

/// The names of all members, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// 1 to 1,000.
    pub names: Vec<OrganisationName>,
}

/// The rows of the policy that members have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Ascending by action.
    pub rules: Vec<Rule>,
}

/// A node of a member, which may author batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeEntry {
    /// Who answers for it.
    pub organisation: OrganisationName,
    /// The numbers of its batches that were in a block.
    pub numbers: BatchNumbers,
}

/// What a member spent in a window of block time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaEntry {
    /// Block time divided by the window's length.
    pub window: u64,
    /// Units spent in it.
    pub spent: u64,
}

/// The validators now and from the next epoch on; the same while nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSets {
    /// The present epoch.
    pub epoch: Epoch,
    /// Its validators.
    pub current: ValidatorSet,
    /// Those of the next.
    pub next: ValidatorSet,
}

/// A change that members are deciding on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalEntry {
    /// What would change.
    pub change: Change,
    /// The block time from which on it is void.
    pub expires: Timestamp,
    /// Who is for it, ascending.
    pub approvals: Vec<OrganisationName>,
}

/// The proposals that are open, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenProposals {
    /// Which.
    pub proposals: Vec<ProposalId>,
}

/// A block that a joining validator may have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecentHeader {
    /// Its height.
    pub height: Height,
    /// Its digest.
    pub block: BlockDigest,
}

/// The receipts of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockReceipts {
    /// The block.
    pub height: Height,
    /// The digest of its receipts in order.
    pub receipts: Digest,
}

/// Evidence on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidenced {
    /// Names it.
    pub evidence: Digest,
    /// When it was reported.
    pub reported: Moment,
}

codec! {
    #[versioned]
    MemberEntry { 2: key, 3: next_sequence, 4: roles, 5: nodes ascending to limits::MEMBER_NODES_MAX, }
}
codec! { #[versioned] FormerMember { 2: next_sequence, } }
codec! { #[versioned] Members { 2: names up to limits::MEMBERS_MAX, } }
codec! { #[versioned] Policy { 2: rules ascending to Action::ALL.len(), } }
codec! { #[versioned] NodeEntry { 2: organisation, 3: numbers, } }
codec! { #[versioned] QuotaEntry { 2: window, 3: spent, } }
codec! { #[versioned] ValidatorSets { 2: epoch, 3: current, 4: next, } }
codec! { #[versioned] ProposalEntry { 2: change, 3: expires, 4: approvals up to limits::MEMBERS_MAX, } }
codec! { #[versioned] OpenProposals { 2: proposals up to OPEN_PROPOSALS_MAX, } }
codec! { #[versioned] RecentHeader { 2: height, 3: block, } }
codec! { #[versioned] BlockReceipts { 2: height, 3: receipts, } }
codec! { #[versioned] Evidenced { 2: evidence, 3: reported, } }

macro_rules! entries {
    ($($name:ty),*) => {$(
        impl TopLevel for $name {
            const BYTES_MAX: usize = 128 * 1024;
        }
    )*};
}
entries!(
    MemberEntry,
    FormerMember,
    Members,
    Policy,
    NodeEntry,
    QuotaEntry,
    ValidatorSets,
    ProposalEntry,
    OpenProposals,
    RecentHeader,
    BlockReceipts,
    Evidenced
);
