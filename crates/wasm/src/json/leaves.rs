//! Values without parts.

use realdid_crypto::{Digest, PublicKey, Signature};
use realdid_types::{
    Action, Did, Evidence, GenesisDigest, Height, HttpsUrl, NetworkName, OrganisationName, Origin,
    ProposalId, ReturnAddress, Role, Sequence, ServiceKind, ServiceName, SiteName, Timestamp, Wire,
};
use serde_json::Value;

use super::{Json, Wrong};

/// Bytes in hexadecimal.
pub(crate) struct Bytes<const N: usize>(pub(crate) [u8; N]);

/// The hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None })
        .collect()
}

fn text(value: &Value) -> Result<&str, Wrong> {
    value.as_str().ok_or_else(|| Wrong::new("text is expected"))
}

impl<const N: usize> Json for Bytes<N> {
    fn show(&self, _: &NetworkName) -> Value {
        hex(&self.0).into()
    }

    fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
        let bytes = unhex(text(value)?).and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| Wrong::new(format!("{} hexadecimal digits are expected", N.saturating_mul(2))))
    }
}

impl Json for PublicKey {
    fn show(&self, network: &NetworkName) -> Value {
        Bytes(*self.as_bytes()).show(network)
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        Bytes::read(value, network).map(|bytes| Self::ed25519(bytes.0))
    }
}

impl Json for Signature {
    fn show(&self, network: &NetworkName) -> Value {
        Bytes(*self.as_bytes()).show(network)
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        Bytes::read(value, network).map(|bytes| Self::ed25519(bytes.0))
    }
}

/// A commitment: `null` for none, which must be said.
impl Json for Digest {
    fn show(&self, network: &NetworkName) -> Value {
        if *self == Self::ZERO { Value::Null } else { Bytes(*self.as_bytes()).show(network) }
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        if value.is_null() {
            return Ok(Self::ZERO);
        }
        Bytes::read(value, network).map(|bytes| Self::from_bytes(bytes.0))
    }
}

impl Json for Did {
    fn show(&self, network: &NetworkName) -> Value {
        self.to_text(network).into()
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        Ok(Self::from_text(text(value)?, network)?)
    }
}

/// The evidence's own bytes: nobody writes it by hand.
impl Json for Evidence {
    fn show(&self, _: &NetworkName) -> Value {
        hex(&self.encode()).into()
    }

    fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
        let bytes = unhex(text(value)?).ok_or_else(|| Wrong::new("hexadecimal digits are expected"))?;
        Self::decode(&bytes).map_err(|error| Wrong::new(error.to_string()))
    }
}

impl Json for u64 {
    fn show(&self, _: &NetworkName) -> Value {
        (*self).into()
    }

    fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
        value.as_u64().ok_or_else(|| Wrong::new("a whole number of 0 or more is expected"))
    }
}

impl Json for u32 {
    fn show(&self, _: &NetworkName) -> Value {
        (*self).into()
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        Self::try_from(u64::read(value, network)?).map_err(|_| Wrong::new("the number is too large"))
    }
}

impl Json for bool {
    fn show(&self, _: &NetworkName) -> Value {
        (*self).into()
    }

    fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
        value.as_bool().ok_or_else(|| Wrong::new("true or false is expected"))
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

macro_rules! json_inside {
    ($($type:ident($inner:ty),)*) => {$(
        impl Json for $type {
            fn show(&self, network: &NetworkName) -> Value {
                self.0.show(network)
            }

            fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
                <$inner>::read(value, network).map(Self)
            }
        }
    )*};
}

macro_rules! json_texts {
    ($($type:ident,)*) => {$(
        impl Json for $type {
            fn show(&self, _: &NetworkName) -> Value {
                self.as_str().into()
            }

            fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
                Self::new(text(value)?).map_err(|error| Wrong::new(error.to_string()))
            }
        }
    )*};
}

macro_rules! json_names {
    ($($type:ident,)*) => {$(
        impl Json for $type {
            fn show(&self, _: &NetworkName) -> Value {
                self.name().into()
            }

            fn read(value: &Value, _: &NetworkName) -> Result<Self, Wrong> {
                let name = text(value)?;
                let names = || Self::ALL.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
                let known = Self::ALL.iter().find(|one| one.name() == name);
                known.copied().ok_or_else(|| Wrong::new(format!("there are {}", names())))
            }
        }
    )*};
}

json_inside! { GenesisDigest(Digest), Height(u64), ProposalId(Digest), Sequence(u64), Timestamp(u64), }
json_texts! { HttpsUrl, NetworkName, OrganisationName, Origin, ReturnAddress, ServiceKind, ServiceName, SiteName, }
json_names! { Action, Role, }
