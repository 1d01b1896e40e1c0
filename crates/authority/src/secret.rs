//! The authority's secret: what its vault is sealed with, and what people and DIDs are called in it.

use realdid_crypto::{Context, Digest, Hasher, digest};
use realdid_types::Did;
use zeroize::Zeroizing;

use crate::{batching::PersonId, person::IdentityNumber};

/// 32 bytes from which everything else is derived.
pub struct Secret(Zeroizing<[u8; 32]>);

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Seal,
    Person,
    Did,
    Audit,
}

/// A key under which digests tell nothing to whoever does not have it.
pub(crate) struct DigestKey(Zeroizing<[u8; 32]>);

impl Secret {
    /// The secret of these bytes.
    #[must_use]
    pub const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        let name: &[u8] = match purpose {
            Purpose::Seal => b"seal",
            Purpose::Person => b"person",
            Purpose::Did => b"did",
            Purpose::Audit => b"audit",
        };
        let key = Hasher::new(Context::VaultKey).update(&*self.0).update(name).finish();
        Zeroizing::new(*key.as_bytes())
    }

    pub(crate) fn digests(&self, purpose: Purpose) -> DigestKey {
        DigestKey(self.key(purpose))
    }
}

impl DigestKey {
    /// One that lasts as long as this process.
    pub(crate) fn fresh() -> Self {
        Self(Zeroizing::new(crate::draws::random_bytes()))
    }

    pub(crate) fn of(&self, bytes: &[u8]) -> Digest {
        // the key's length is fixed, and BLAKE3's digests cannot be extended
        Hasher::new(Context::Pseudonym).update(&*self.0).update(bytes).finish()
    }

    pub(crate) fn person(&self, number: &IdentityNumber) -> PersonId {
        self.of(number.as_str().as_bytes())
    }

    pub(crate) fn did(&self, did: Did) -> Digest {
        self.of(did.0.as_bytes())
    }
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(crate) fn is_equal(one: &str, other: &str) -> bool {
    let digest = |text: &str| digest(Context::Pseudonym, text.as_bytes());
    // whoever cannot choose a digest learns nothing from where two of them differ
    digest(one) == digest(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_and_every_secret_has_keys_of_its_own() {
        let secrets = [1, 2].map(|byte| Secret::new(Zeroizing::new([byte; 32])));
        let purposes = [Purpose::Seal, Purpose::Person, Purpose::Did, Purpose::Audit];
        let keys: std::collections::BTreeSet<[u8; 32]> =
            secrets.iter().flat_map(|secret| purposes.map(|purpose| *secret.key(purpose))).collect();
        assert_eq!(keys.len(), 8);
    }

    #[test]
    fn nobody_is_called_by_a_digest_that_others_could_make() {
        let number = IdentityNumber::of_digits("99010519491231002").unwrap();
        let secret = Secret::new(Zeroizing::new([1; 32]));
        let called = secret.digests(Purpose::Person).person(&number);
        assert_ne!(called, digest(Context::Pseudonym, number.as_str().as_bytes()));
        assert_ne!(called, secret.digests(Purpose::Audit).person(&number));
    }
}
