//! Test citizens: DIDs whose keys are drawn from a seed.

use std::time::{SystemTime, UNIX_EPOCH};

use realdid_client::create_did;
use realdid_crypto::SecretKey;
use realdid_identity::commitment;
use realdid_types::{Did, GenesisDigest, SignedTransaction, Timestamp};

use crate::plan::seed_of;

/// How long a transaction may wait before it is void.
const EXPIRY_MS: u64 = 300_000;

/// The key of a citizen of a seed.
#[must_use]
pub fn citizen_key(seed: u64, number: usize) -> SecretKey {
    key(seed, number, "key")
}

/// A citizen of a seed, and the transaction that creates its DID.
#[must_use]
pub fn citizen(genesis: GenesisDigest, seed: u64, number: usize) -> (Did, SignedTransaction) {
    let recovery = commitment(&key(seed, number, "recovery").public_key());
    create_did(genesis, &citizen_key(seed, number), recovery, Timestamp(now_ms() + EXPIRY_MS))
}

fn key(seed: u64, number: usize, purpose: &str) -> SecretKey {
    SecretKey::ed25519(&seed_of(Some(seed), &format!("citizen-{number}"), purpose))
}

/// The time of day.
#[must_use]
pub fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
