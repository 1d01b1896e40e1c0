//! Keys and signatures, each with the suite that it belongs to.

use std::fmt;

use ed25519_dalek::Signer;

use crate::{Digest, Suite};

/// A public key as it was given: whether it is a point of the curve is found out when something is verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    suite: Suite,
    bytes: [u8; 32],
}

impl PublicKey {
    /// The Ed25519 key with these bytes.
    #[must_use]
    pub const fn ed25519(bytes: [u8; 32]) -> Self {
        Self { suite: Suite::Ed25519, bytes }
    }

    /// Its suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Digest::from_bytes(self.bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Digest::from_bytes(self.bytes))
    }
}

/// A signature as it was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    suite: Suite,
    bytes: [u8; 64],
}

impl Signature {
    /// The Ed25519 signature with these bytes, R before S.
    #[must_use]
    pub const fn ed25519(bytes: [u8; 64]) -> Self {
        Self { suite: Suite::Ed25519, bytes }
    }

    /// Its suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.bytes
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A secret key; wiped from memory when dropped, and never printed.
#[derive(Clone)]
pub struct SecretKey(ed25519_dalek::SigningKey);

impl SecretKey {
    /// The Ed25519 key of this 32-byte seed (RFC 8032, section 5.1.5).
    #[must_use]
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::ed25519(self.0.verifying_key().to_bytes())
    }

    /// Signs; the same message always gives the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::ed25519(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}
