//! Proof that somebody controls a DID, to one authority: a key of the DID signs the authority's challenge. What is signed is
//! a digest of a kind of its own, with the network, the DID and the authority in it, so that no site and no other authority
//! can pass a proof on as its own.

use realdid_crypto::{Context, Digest, Hasher, PublicKey, SecretKey, Signature, Verifier, verify_one};
use realdid_types::{Did, GenesisDigest, OrganisationName};

/// How long a challenge is.
pub const CHALLENGE_BYTES: usize = 32;

/// What is to be proven, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control<'a> {
    /// The network.
    pub genesis: GenesisDigest,
    /// The DID.
    pub did: Did,
    /// Who asks.
    pub authority: &'a OrganisationName,
    /// What the authority drew for this proof alone.
    pub challenge: [u8; CHALLENGE_BYTES],
}

impl Control<'_> {
    /// What a key of the DID signs.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // all parts but the last have a fixed length
        Hasher::new(Context::Control)
            .update(self.genesis.0.as_bytes())
            .update(self.did.0.as_bytes())
            .update(&self.challenge)
            .update(self.authority.as_str().as_bytes())
            .finish()
    }

    /// The proof.
    #[must_use]
    pub fn sign(&self, key: &SecretKey) -> Signature {
        key.sign(self.digest().as_bytes())
    }

    /// Whether a proof holds. Whether the key is one of the DID's, for authentication, only the ledger can say.
    #[must_use]
    pub fn is_signed(&self, key: &PublicKey, signature: &Signature, verifier: &dyn Verifier) -> bool {
        verify_one(verifier, key, self.digest().as_bytes(), signature)
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Ed25519Verifier;

    use super::*;

    #[test]
    fn a_proof_is_for_one_challenge_of_one_authority_about_one_did_on_one_network() {
        let (key, verifier) = (SecretKey::ed25519(&[1; 32]), Ed25519Verifier::default());
        let digest = |byte| Digest::from_bytes([byte; 32]);
        let [ministry, other] = ["ministry", "ministry-2"].map(|name| OrganisationName::new(name).unwrap());
        let asked = Control {
            genesis: GenesisDigest(digest(1)),
            did: Did(digest(2)),
            authority: &ministry,
            challenge: [3; CHALLENGE_BYTES],
        };
        let signature = asked.sign(&key);
        let holds = |control: Control<'_>| control.is_signed(&key.public_key(), &signature, &verifier);

        assert!(holds(asked.clone()));
        assert!(!holds(Control { genesis: GenesisDigest(digest(9)), ..asked.clone() }));
        assert!(!holds(Control { did: Did(digest(9)), ..asked.clone() }));
        assert!(!holds(Control { authority: &other, ..asked.clone() }));
        assert!(!holds(Control { challenge: [9; CHALLENGE_BYTES], ..asked.clone() }));
        let stranger = SecretKey::ed25519(&[2; 32]).public_key();
        assert!(!asked.is_signed(&stranger, &signature, &verifier));
    }
}
