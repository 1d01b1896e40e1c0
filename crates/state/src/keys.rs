//! Every key of the state. A key's bytes are its number and then its parts; the map is keyed by their digest.

use realdid_crypto::{Context, Digest, PublicKey, digest};
use realdid_types::{Did, Epoch, OrganisationName, ProposalId, ValidatorIndex};

/// What the state holds values under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateKey {
    /// 1: a DID's [`realdid_identity::DidRecord`].
    Record(Did),
    /// 2: a key that a DID had: [`realdid_identity::ReplacedKey`].
    ReplacedKey(Did, PublicKey),
    /// 3: a member: [`crate::MemberEntry`], with its next sequence number.
    Member(OrganisationName),
    /// 4: a member's node, which authors batches: [`crate::NodeEntry`].
    Node(PublicKey),
    /// 5: what a member spent in the present window: [`crate::QuotaEntry`].
    Quota(OrganisationName),
    /// 6: the network's [`realdid_types::Parameters`].
    Parameters,
    /// 7: the validators of this epoch and of the next: [`crate::ValidatorSets`].
    ValidatorSets,
    /// 8: an open proposal: [`crate::ProposalEntry`].
    Proposal(ProposalId),
    /// 9: which proposals are open: [`crate::OpenProposals`].
    OpenProposals,
    /// 10: one of the newest 256 blocks, by height modulo 256: [`crate::RecentHeader`].
    RecentHeader(u8),
    /// 11: the receipts of the newest block: [`crate::BlockReceipts`].
    Receipts,
    /// 12: the first evidence against a validator in an epoch: [`crate::Evidenced`].
    Evidence(Epoch, ValidatorIndex),
    /// 13: what an authority says of a DID: [`realdid_identity::Attestation`].
    Attestation(Did, OrganisationName),
    /// 14: the site of a DID: [`realdid_identity::SiteRecord`].
    Site(Did),
    /// 15: the rows of the policy that are not as at the start: [`crate::Policy`].
    Policy,
    /// 16: the names of all members: [`crate::Members`]. Not on networks of format 1.
    Members,
    /// 17: the next sequence number of a member that has left: [`crate::FormerMember`].
    FormerMember(OrganisationName),
    /// 18: a node that may not author batches any more: [`crate::NodeEntry`], with the numbers that it used.
    FormerNode(PublicKey),
}

impl StateKey {
    /// The key's bytes in a store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (number, parts): (u8, [&[u8]; 2]) = match self {
            Self::Record(did) => (1, [did.0.as_bytes(), &[]]),
            Self::ReplacedKey(did, key) => (2, [did.0.as_bytes(), key.as_bytes()]),
            Self::Member(name) => (3, [name.as_str().as_bytes(), &[]]),
            Self::Node(key) => (4, [key.as_bytes(), &[]]),
            Self::Quota(name) => (5, [name.as_str().as_bytes(), &[]]),
            Self::Parameters => (6, [&[], &[]]),
            Self::ValidatorSets => (7, [&[], &[]]),
            Self::Proposal(id) => (8, [id.0.as_bytes(), &[]]),
            Self::OpenProposals => (9, [&[], &[]]),
            Self::RecentHeader(slot) => (10, [std::slice::from_ref(slot), &[]]),
            Self::Receipts => (11, [&[], &[]]),
            Self::Attestation(did, authority) => (13, [did.0.as_bytes(), authority.as_str().as_bytes()]),
            Self::Site(did) => (14, [did.0.as_bytes(), &[]]),
            Self::Policy => (15, [&[], &[]]),
            Self::Members => (16, [&[], &[]]),
            Self::FormerMember(name) => (17, [name.as_str().as_bytes(), &[]]),
            Self::FormerNode(key) => (18, [key.as_bytes(), &[]]),
            Self::Evidence(epoch, index) => {
                return [&[12][..], &epoch.0.to_be_bytes(), &index.0.to_be_bytes()].concat();
            }
        };
        [&[number][..], parts[0], parts[1]].concat()
    }

    /// The key in the authenticated map.
    #[must_use]
    pub fn hashed(&self) -> Digest {
        hashed(&self.to_bytes())
    }
}

/// The key in the authenticated map of a state key's bytes.
#[must_use]
pub fn hashed(bytes: &[u8]) -> Digest {
    digest(Context::StateKey, bytes)
}

/// The digest of a value in the authenticated map.
#[must_use]
pub fn value_digest(bytes: &[u8]) -> Digest {
    digest(Context::StateValue, bytes)
}
