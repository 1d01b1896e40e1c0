//! Signatures under files. What is signed is a digest of a kind of its own, with the network and the DID in it, so that
//! no file can be a transaction, nor a signature of one DID stand for another's.

use realdid_crypto::{Context, Digest, Hasher, PublicKey, SecretKey, Signature, Verifier, verify_one};
use realdid_types::{Did, GenesisDigest};

/// What a key of a DID signs for a file of this content.
#[must_use]
pub fn statement(genesis: GenesisDigest, did: Did, content: &[u8]) -> Digest {
    Hasher::new(Context::Statement)
        .update(genesis.0.as_bytes())
        .update(did.0.as_bytes())
        .update(content)
        .finish()
}

/// A signature under a file.
#[must_use]
pub fn sign_statement(genesis: GenesisDigest, did: Did, content: &[u8], key: &SecretKey) -> Signature {
    key.sign(statement(genesis, did, content).as_bytes())
}

/// Whether a signature under a file holds. Whether it counts is for [`crate::standing()`] to say.
#[must_use]
pub fn verify_statement(
    genesis: GenesisDigest,
    did: Did,
    content: &[u8],
    (key, signature): (&PublicKey, &Signature),
    verifier: &dyn Verifier,
) -> bool {
    verify_one(verifier, key, statement(genesis, did, content).as_bytes(), signature)
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Ed25519Verifier;

    use super::*;

    #[test]
    fn a_signature_is_for_one_file_of_one_did_on_one_network() {
        let (key, verifier) = (SecretKey::ed25519(&[1; 32]), Ed25519Verifier::default());
        let genesis = |byte| GenesisDigest(Digest::from_bytes([byte; 32]));
        let did = |byte| Did(Digest::from_bytes([byte; 32]));
        let signature = sign_statement(genesis(1), did(1), b"a deed", &key);
        let holds = |genesis, did, content: &[u8]| {
            verify_statement(genesis, did, content, (&key.public_key(), &signature), &verifier)
        };
        assert!(holds(genesis(1), did(1), b"a deed"));
        assert!(!holds(genesis(2), did(1), b"a deed"));
        assert!(!holds(genesis(1), did(2), b"a deed"));
        assert!(!holds(genesis(1), did(1), b"a deal"));
    }
}
