//! What a wallet holds ready: how a DID stands, proven under one header.

use realdid_client::{LightClient, Untrusted};
use realdid_crypto::Verifier;
use realdid_identity::{Attestation, DidRecord};
use realdid_state::{MemberEntry, StateKey, value_digest};
use realdid_types::{
    Certificate, Did, Header, OrganisationName, StateRoot, Wire, codec, limits, wire::TopLevel,
};

use crate::EntryProof;

/// A DID's record and, if it is attested, by whom; proven under a header that a quorum of validators signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The header whose state root everything here leads to; the state is that after the block before.
    pub header: Header,
    /// Of that header.
    pub certificate: Certificate,
    /// The DID's record.
    pub record: DidRecord,
    /// That it stands there.
    pub proof: EntryProof,
    /// By whom it is attested, if anybody; wallets leave it out where it is not asked for.
    pub attested: Option<Attested>,
}

/// An authority's attestation of a DID, and that it is an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The authority's name.
    pub authority: OrganisationName,
    /// What it says.
    pub attestation: Proven<Attestation>,
    /// The authority's own entry.
    pub member: Proven<MemberEntry>,
}

/// An entry of the state with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<T> {
    /// The entry.
    pub entry: T,
    /// That it stands there.
    pub proof: EntryProof,
}

/// How a DID stood, by the word of a quorum of validators.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// When.
    pub header: &'a Header,
    /// Its record.
    pub record: &'a DidRecord,
    /// Who attests it, if anybody.
    pub attested: Option<&'a Attested>,
}

impl Bundle {
    /// What it says of a DID, once everything in it holds; `light` must know the validators of its epoch.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn verify(
        &self,
        did: Did,
        light: &LightClient,
        verifier: &dyn Verifier,
    ) -> Result<Standing<'_>, Untrusted> {
        light.check_header(&self.header, &self.certificate, verifier)?;
        let root = self.header.state_root;
        self.proof.check(root, &StateKey::Record(did), &self.record)?;
        if let Some(Attested { authority, attestation, member }) = &self.attested {
            let key = StateKey::Attestation(did, authority.clone());
            attestation.proof.check(root, &key, &attestation.entry)?;
            member.proof.check(root, &StateKey::Member(authority.clone()), &member.entry)?;
        }
        let Self { header, record, attested, .. } = self;
        Ok(Standing { header, record, attested: attested.as_ref() })
    }
}

impl EntryProof {
    fn check(&self, root: StateRoot, key: &StateKey, entry: &impl Wire) -> Result<(), Untrusted> {
        Ok(self.0.verify(&root.0, &key.hashed(), Some(&value_digest(&entry.encode())))?)
    }
}

codec! { ProvenAttestation { 1: entry, 2: proof, } }
codec! { ProvenMember { 1: entry, 2: proof, } }
type ProvenAttestation = Proven<Attestation>;
type ProvenMember = Proven<MemberEntry>;
codec! { Attested { 1: authority, 2: attestation, 3: member, } }
codec! { #[versioned] Bundle { 2: header, 3: certificate, 4: record, 5: proof, 6: attested, } }

impl TopLevel for Bundle {
    const BYTES_MAX: usize = limits::HEADER_BYTES_MAX
        + limits::CERTIFICATE_BYTES_MAX
        + limits::RECORD_BYTES_MAX
        + limits::MEMBER_BYTES_MAX
        + 3 * realdid_merkle::PROOF_BYTES_MAX
        + 1_024;
}
