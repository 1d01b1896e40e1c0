//! Who can send: a DID or a member organisation.

use std::fmt;

use realdid_crypto::Digest;

use crate::{
    DecodeError, limits,
    wire::{Field, Reader, Writer},
};

/// A name with letters that it may not have, or too long or short.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not 1 to {max} of a-z, 0-9 and -")]
pub struct InvalidName {
    name: String,
    max: usize,
}

/// Text that is not a DID of this method and network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not did:realdid:<network>:<base58 of 32 bytes>")]
pub struct InvalidDid(String);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $max:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps a name.
            ///
            /// # Errors
            /// If it is empty, too long, or has other characters.
            pub fn new(name: &str) -> Result<Self, InvalidName> {
                let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                if name.is_empty() || name.len() > $max || !name.bytes().all(allowed) {
                    let name = name.chars().take($max).collect();
                    return Err(InvalidName { name, max: $max });
                }
                Ok(Self(name.to_owned()))
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Field for $name {
            fn put(&self, number: u32, writer: &mut Writer) {
                writer.bytes(number, &[self.0.as_bytes()]);
            }

            fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
                let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::Text(number))?;
                Self::new(text).map_err(|_| DecodeError::Text(number))
            }
        }
    )*};
}

names! {
    /// A member of the consortium, such as `ministry` or `operator-1`: 1 to 32 of `a-z`, `0-9` and `-`.
    OrganisationName, limits::ORGANISATION_NAME_MAX;
    /// The name of the network in its DIDs: 1 to 20 of `a-z`, `0-9` and `-`.
    NetworkName, limits::NETWORK_NAME_MAX;
}

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
