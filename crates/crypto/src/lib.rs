//! Digests, keys and signatures: the lowest layer.
//!
//! Everything that RealDID hashes, signs or verifies goes through here, so that there is one hash, one rule that
//! keeps the kinds of hashed bytes apart, and one answer to the question whether a signature holds.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod digest;
mod digest_pairs;
mod ed25519;
mod key;
mod suite;
mod verify;

pub use digest::{Context, Digest, Hasher, digest};
pub use digest_pairs::{Pair, digest_pairs};
pub use ed25519::Ed25519Verifier;
pub use key::{PublicKey, SecretKey, Signature};
pub use suite::{Suite, UnsupportedSuite};
pub use verify::{Signed, Verifier, verify_one};
