//! Whether a signature counts: *rotated is not compromised*. What a replaced key signed while it was valid stays valid;
//! what a compromised one signed from the first doubt on does not. The time of a signature is the one at which a block
//! shows that it was there, never the one that its signer claims.

use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, Moment, ReplacedKey};
use realdid_types::{Purposes, Timestamp};

/// How a key of a DID stood at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What it signed counts, for these purposes.
    Counts(Purposes),
    /// It was added only later.
    NotYet(Moment),
    /// It had been replaced by then.
    Replaced(Moment),
    /// It is declared compromised from then or an earlier time on.
    Compromised(Timestamp),
    /// The DID never had it.
    Unknown,
}

impl Standing {
    /// Whether a signature counts.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Counts(_))
    }
}

/// How `key` stood at `time`. `record` is the DID's, and `replaced` the key's own entry, which must be at least as new:
/// a key that was replaced between the two stands in both, and its entry decides.
#[must_use]
pub fn standing(
    record: &DidRecord,
    replaced: Option<&ReplacedKey>,
    key: &PublicKey,
    time: Timestamp,
) -> Standing {
    if let Some(entry) = replaced.filter(|entry| entry.key.key == *key) {
        return of_replaced(entry, time);
    }
    match record.keys.iter().find(|held| held.key.key == *key) {
        Some(held) if held.counts_at(time) => Standing::Counts(held.key.purposes),
        Some(held) => Standing::NotYet(held.since),
        None => Standing::Unknown,
    }
}

fn of_replaced(entry: &ReplacedKey, time: Timestamp) -> Standing {
    if entry.counts_at(time) {
        Standing::Counts(entry.key.purposes)
    } else if time < entry.since.time {
        Standing::NotYet(entry.since)
    } else if entry.compromised != Timestamp(0) && entry.compromised <= time {
        Standing::Compromised(entry.compromised)
    } else {
        Standing::Replaced(entry.until)
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;
    use realdid_identity::create;
    use realdid_types::{CreateDid, DidKey, Height};

    use super::*;

    const KEY: PublicKey = PublicKey::ed25519([1; 32]);
    const ALL: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

    fn at(time: u64) -> Moment {
        Moment { height: Height(time), time: Timestamp(time) }
    }

    /// A record whose key is there from 10 on.
    fn record() -> DidRecord {
        let keys = vec![DidKey { key: KEY, purposes: ALL }];
        let operation = CreateDid::of_keys(keys, Digest::from_bytes([7; 32]), Digest::ZERO);
        create::apply(create::check(&operation).expect("it makes a DID"), at(10))
    }

    /// The key's entry once it was replaced at 20.
    fn entry() -> ReplacedKey {
        ReplacedKey::of(&record().keys[0], at(20))
    }

    #[test]
    fn a_key_that_is_held_counts_from_its_first_block_on() {
        let standing_at = |time| standing(&record(), None, &KEY, Timestamp(time));
        assert_eq!(standing_at(9), Standing::NotYet(at(10)));
        assert_eq!(standing_at(10), Standing::Counts(ALL));
        assert_eq!(standing_at(1_000), Standing::Counts(ALL));
    }

    #[test]
    fn a_replaced_key_counts_for_the_time_that_it_was_held() {
        let after = DidRecord { keys: Vec::new(), ..record() };
        // also if the record that is at hand is older than the entry
        for record in [record(), after] {
            let standing_at = |time| standing(&record, Some(&entry()), &KEY, Timestamp(time));
            assert_eq!(standing_at(9), Standing::NotYet(at(10)));
            assert_eq!(standing_at(19), Standing::Counts(ALL));
            assert_eq!(standing_at(20), Standing::Replaced(at(20)));
        }
    }

    #[test]
    fn a_compromised_key_counts_until_the_first_doubt() {
        let doubted = entry().compromised_since(Timestamp(15), at(30));
        let standing_at = |time| standing(&record(), Some(&doubted), &KEY, Timestamp(time));
        assert_eq!(standing_at(14), Standing::Counts(ALL));
        assert_eq!(standing_at(15), Standing::Compromised(Timestamp(15)));
        assert_eq!(standing_at(25), Standing::Compromised(Timestamp(15)));
    }

    #[test]
    fn a_key_that_the_did_never_had_counts_at_no_time_and_another_keys_entry_is_no_help() {
        let stranger = PublicKey::ed25519([2; 32]);
        for replaced in [None, Some(entry())] {
            assert_eq!(standing(&record(), replaced.as_ref(), &stranger, Timestamp(15)), Standing::Unknown);
        }
    }
}
