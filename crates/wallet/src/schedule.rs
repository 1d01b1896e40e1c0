//! When a wallet looks things up: at random times of its own, so that no node learns who logs in when.
//!
//! Each DID's proofs, and each site's entry, are fetched at a time of their own within half of the time that they may be
//! old. A time depends on the random number that is drawn for it and on the fetch before, on no login and on no other
//! DID.

use realdid_types::Timestamp;

/// How old proofs may be unless a site asks for less: how long a revocation may go unnoticed, in milliseconds.
pub const FRESHNESS: u64 = 24 * 60 * 60 * 1_000;
/// Proofs are not kept fresher than this for any site: one that asks for less makes its visitors look up at each login,
/// and they are told.
pub const FRESHNESS_MIN: u64 = 10 * 60 * 1_000;
/// What is overdue, since the device was off, is caught up on within this time, each at a moment of its own.
const CATCHING_UP: u64 = 60 * 60 * 1_000;

/// When to fetch again what was fetched now; `random` is any number, drawn for this alone.
#[must_use]
pub fn next_fetch(now: Timestamp, freshness: u64, random: u64) -> Timestamp {
    within(now, freshness.max(FRESHNESS_MIN) / 2, random)
}

/// When to fetch what should have been fetched before now.
#[must_use]
pub fn late_fetch(now: Timestamp, freshness: u64, random: u64) -> Timestamp {
    within(now, (freshness.max(FRESHNESS_MIN) / 2).min(CATCHING_UP), random)
}

/// When to ask for the attestation of a DID that is made now: not together with its making.
#[must_use]
pub fn attest_after(now: Timestamp, random: u64) -> Timestamp {
    within(now, FRESHNESS, random)
}

fn within(now: Timestamp, span: u64, random: u64) -> Timestamp {
    now.plus(random.checked_rem(span).unwrap_or(0))
}
