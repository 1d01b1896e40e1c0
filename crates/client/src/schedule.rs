//! When a wallet does what everybody sees. Only the wallet can keep its DIDs apart in time: whatever an authority does with what
//! is asked for at once, what was *made* at once stands on the ledger with its times.
//!
//! So a wallet makes each DID at a time of its own, ahead of need if several are needed at once, and asks for its attestation
//! at another.

use realdid_types::Timestamp;

/// Within this time after a DID was made its attestation is asked for.
const ASKING_SPREAD: u64 = 7 * 24 * 60 * 60 * 1_000;

/// When to ask for the attestation of a DID that was made at a time; `draw` is any random number.
#[must_use]
pub const fn asking_time(made: Timestamp, draw: u64) -> Timestamp {
    made.plus(draw % ASKING_SPREAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attestation_is_asked_for_within_a_week() {
        let made = Timestamp(1_000);
        assert_eq!(asking_time(made, 0), made);
        assert_eq!(asking_time(made, ASKING_SPREAD - 1), Timestamp(1_000 + ASKING_SPREAD - 1));
        assert!(asking_time(made, u64::MAX).0 < 1_000 + ASKING_SPREAD);
    }
}
