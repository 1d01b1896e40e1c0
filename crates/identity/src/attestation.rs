//! What an authority says of a DID: that a real person, whom the ledger does not know, stands behind it.

use realdid_types::{Attest, Timestamp, codec, limits, wire::TopLevel};

use crate::{Moment, Refusal};

/// How sure an authority can be: 1 low, 2 substantial, 3 high.
pub const LEVELS: std::ops::RangeInclusive<u32> = 1..=3;

/// One authority's attestation of one DID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// One of [`LEVELS`].
    pub level: u32,
    /// The block time from which on it does not count any more.
    pub expires: Timestamp,
    /// When it was given.
    pub since: Moment,
}

/// Refuses a level that there is not, and an expiry that is past or further ahead than any attestation should last.
///
/// # Errors
/// [`Refusal::AttestationLevel`], [`Refusal::AttestationExpiry`].
pub fn check(operation: &Attest, now: Moment) -> Result<(), Refusal> {
    if !LEVELS.contains(&operation.level) {
        return Err(Refusal::AttestationLevel);
    }
    let latest = now.time.plus(limits::ATTESTATION_MILLISECONDS_MAX);
    if operation.expires <= now.time || operation.expires > latest {
        return Err(Refusal::AttestationExpiry);
    }
    Ok(())
}

/// What an attestation that was checked says from now on.
#[must_use]
pub const fn apply(operation: &Attest, now: Moment) -> Attestation {
    Attestation { level: operation.level, expires: operation.expires, since: now }
}

codec! { #[versioned] Attestation { 2: level, 3: expires, 4: since, } }

impl TopLevel for Attestation {
    const BYTES_MAX: usize = 64;
}

#[cfg(test)]
mod tests {
    use realdid_types::Height;

    use super::*;

    #[test]
    fn only_known_levels_and_sensible_times_are_attested() {
        let now = Moment { height: Height(1), time: Timestamp(1_000) };
        let verdict =
            |level, expires| check(&Attest { level, expires: Timestamp(expires), dids: Vec::new() }, now);
        let latest = 1_000 + limits::ATTESTATION_MILLISECONDS_MAX;

        assert_eq!(verdict(1, 1_001), Ok(()));
        assert_eq!(verdict(3, latest), Ok(()));
        assert_eq!(verdict(0, 2_000), Err(Refusal::AttestationLevel));
        assert_eq!(verdict(4, 2_000), Err(Refusal::AttestationLevel));
        assert_eq!(verdict(1, 1_000), Err(Refusal::AttestationExpiry));
        assert_eq!(verdict(1, latest + 1), Err(Refusal::AttestationExpiry));
    }
}
