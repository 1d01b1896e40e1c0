//! Who can send: a DID or a member organisation.

use std::fmt;

use realdid_crypto::Digest;

use crate::{
    DecodeError, NetworkName, OrganisationName,
    wire::{Field, Reader, Writer},
};

/// Text that is not a DID of this method and network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not did:realdid:<network>:<base58 of 32 bytes>")]
pub struct InvalidDid(String);

/// The network-independent part of a DID: the digest of the operation that created it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Did(pub Digest);

impl Did {
    /// The DID as text: `did:realdid:<network>:<base58btc of the digest>`.
    #[must_use]
    pub fn to_text(&self, network: &NetworkName) -> String {
        format!("did:realdid:{network}:{}", bs58::encode(self.0.as_bytes()).into_string())
    }

    /// The DID of a text of this network.
    ///
    /// # Errors
    /// If the method, the network or the identifier is not right.
    pub fn from_text(text: &str, network: &NetworkName) -> Result<Self, InvalidDid> {
        let invalid = || InvalidDid(text.chars().take(100).collect());
        let rest = text.strip_prefix("did:realdid:").and_then(|rest| rest.strip_prefix(network.as_str()));
        let id = rest.and_then(|rest| rest.strip_prefix(':')).ok_or_else(invalid)?;
        let mut bytes = [0_u8; 32];
        let length = bs58::decode(id).onto(&mut bytes[..]).map_err(|_| invalid())?;
        let did = Self(Digest::from_bytes(bytes));
        if length == 32 && did.to_text(network) == text { Ok(did) } else { Err(invalid()) }
    }
}

impl Field for Did {
    fn put(&self, number: u32, writer: &mut Writer) {
        self.0.put(number, writer);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Digest::take(number, reader).map(Self)
    }
}

/// On whose sequence a transaction counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The holder of a DID.
    Did(Did),
    /// A member of the consortium.
    Organisation(OrganisationName),
}

alternatives! { Sender { 1: Did, 2: Organisation, } }

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Did(did) => write!(f, "{}", bs58::encode(did.0.as_bytes()).into_string()),
            Self::Organisation(name) => write!(f, "{name}"),
        }
    }
}
