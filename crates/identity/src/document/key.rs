//! Public keys as documents show them: Multikey (W3C Controlled Identifiers 1.0, section 2.2.2) and JSON Web Keys
//! (RFC 8037).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_crypto::PublicKey;
use serde::Serialize;

/// What multicodec calls an Ed25519 public key: 0xed as a varint.
const ED25519: [u8; 2] = [0xed, 0x01];

/// How a document shows its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyForm {
    /// `publicKeyMultibase`, type `Multikey`.
    #[default]
    Multikey,
    /// `publicKeyJwk`, type `JsonWebKey`.
    JsonWebKey,
    /// `publicKeyJwk`, type `JsonWebKey2020`, as older programs know it.
    JsonWebKey2020,
}

impl KeyForm {
    /// The verification method's type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Multikey => "Multikey",
            Self::JsonWebKey => "JsonWebKey",
            Self::JsonWebKey2020 => "JsonWebKey2020",
        }
    }

    /// The form of this type.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Multikey, Self::JsonWebKey, Self::JsonWebKey2020].into_iter().find(|form| form.name() == name)
    }
}

/// An Ed25519 public key as a JSON Web Key (RFC 8037, section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwk {
    /// `OKP`.
    pub kty: &'static str,
    /// `Ed25519`.
    pub crv: &'static str,
    /// The key's 32 bytes in base64url.
    pub x: String,
}

impl Jwk {
    /// The key in this form.
    #[must_use]
    pub fn new(key: &PublicKey) -> Self {
        Self { kty: "OKP", crv: "Ed25519", x: URL_SAFE_NO_PAD.encode(key.as_bytes()) }
    }
}

/// Text that is no Ed25519 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// As a `publicKeyMultibase`.
    #[error("publicKeyMultibase must be an Ed25519 key: z6Mk and 44 letters of base58btc")]
    Multibase,
    /// As a `publicKeyJwk`.
    #[error("publicKeyJwk must be an Ed25519 key: kty OKP, crv Ed25519 and x with 43 letters of base64url")]
    Jwk,
}

/// The key as multibase: `z6Mk…`, 48 letters.
#[must_use]
pub fn to_multibase(key: &PublicKey) -> String {
    let bytes = [&ED25519[..], key.as_bytes()].concat();
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The key of a multibase text, of which each key has one.
///
/// # Errors
/// If it is not that of an Ed25519 key.
pub fn from_multibase(text: &str) -> Result<PublicKey, InvalidKey> {
    let mut bytes = [0_u8; 34];
    let encoded =
        text.strip_prefix('z').filter(|encoded| encoded.len() <= 48).ok_or(InvalidKey::Multibase)?;
    let length = bs58::decode(encoded).onto(&mut bytes[..]).map_err(|_| InvalidKey::Multibase)?;
    let key = bytes.strip_prefix(&ED25519).filter(|_| length == bytes.len());
    let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok()).map(PublicKey::ed25519);
    key.filter(|key| to_multibase(key) == text).ok_or(InvalidKey::Multibase)
}

/// The key of a JSON Web Key's members.
///
/// # Errors
/// If they are not those of an Ed25519 public key.
pub fn from_jwk(kty: &str, crv: &str, x: &str) -> Result<PublicKey, InvalidKey> {
    let mut bytes = [0_u8; 32];
    let length = URL_SAFE_NO_PAD.decode_slice(x, &mut bytes).map_err(|_| InvalidKey::Jwk)?;
    if (kty, crv, length) == ("OKP", "Ed25519", bytes.len()) {
        Ok(PublicKey::ed25519(bytes))
    } else {
        Err(InvalidKey::Jwk)
    }
}
