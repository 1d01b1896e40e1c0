//! Digests, keys and signatures: the lowest layer. Everything that RealDID hashes, signs or verifies goes through
//! here, so that there is one hash, one domain-separation rule and one answer to "does this signature hold".

mod digest;
mod ed25519;
mod key;
mod verify;

pub use digest::{Context, Digest, Hasher, digest};
pub use ed25519::Ed25519Verifier;
pub use key::{PublicKey, SecretKey, Signature, Suite, UnsupportedSuite};
pub use verify::{Signed, Verifier, verify_one};
