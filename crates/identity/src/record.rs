//! The record that the ledger keeps of a DID.

use realdid_crypto::{Context, Digest, PublicKey, digest};
use realdid_types::{DidKey, Height, Sequence, Timestamp, codec, limits, wire::TopLevel};

/// A point of the ledger's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
}

/// What the ledger knows of a DID now. Replaced keys stand apart, so that a record does not grow with its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidRecord {
    /// The number that its next transaction must have.
    pub next_sequence: Sequence,
    /// 1 when created, one more with each change.
    pub version: u64,
    /// 1 to 8, ascending by key; at least one for invocation.
    pub keys: Vec<HeldKey>,
    /// Digest of a recovery key that nobody has seen.
    pub recovery: Digest,
    /// Digest of the only key that may be rotated in next; zero for none.
    pub next_key: Digest,
    /// When it was made.
    pub created: Moment,
    /// When it last changed.
    pub updated: Moment,
}

/// A key that a DID has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldKey {
    /// The key and what it is for.
    pub key: DidKey,
    /// When it was added.
    pub since: Moment,
}

/// A key that a DID had for a time, and will never have again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedKey {
    /// The key and what it was for.
    pub key: DidKey,
    /// When it was added.
    pub since: Moment,
    /// When it was replaced. Signatures that a block shows to be older stay valid.
    pub until: Moment,
}

impl DidRecord {
    /// Whether this key may change the record.
    #[must_use]
    pub fn may_invoke(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|held| held.key.key == *key && held.key.purposes.invocation)
    }

    /// Whether this key stands in the record.
    #[must_use]
    pub fn holds(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|held| held.key.key == *key)
    }
}

/// The commitment to a key that is not shown yet.
#[must_use]
pub fn commitment(key: &PublicKey) -> Digest {
    digest(Context::Key, key.as_bytes())
}

codec! { Moment { 1: height, 2: time, } }
codec! { HeldKey { 1: key, 2: since, } }
codec! {
    #[versioned]
    DidRecord {
        2: next_sequence,
        3: version,
        4: keys up to limits::DID_KEYS_MAX,
        5: recovery,
        6: next_key,
        7: created,
        8: updated,
    }
}
codec! { #[versioned] ReplacedKey { 2: key, 3: since, 4: until, } }

impl TopLevel for DidRecord {
    const BYTES_MAX: usize = limits::RECORD_BYTES_MAX;
}

impl TopLevel for ReplacedKey {
    const BYTES_MAX: usize = 256;
}

#[cfg(test)]
mod tests {
    use realdid_types::{Purposes, Wire};

    use super::*;

    /// Eight keys and the largest numbers: what a record can grow to.
    #[test]
    fn the_largest_record_fits_its_limit_and_reads_back() {
        let late = Moment { height: Height(u64::MAX), time: Timestamp(u64::MAX) };
        let purposes = Purposes { authentication: true, invocation: true, assertion: true };
        let held =
            |number| HeldKey { key: DidKey { key: PublicKey::ed25519([number; 32]), purposes }, since: late };
        let record = DidRecord {
            next_sequence: Sequence(u64::MAX),
            version: u64::MAX,
            keys: (1..=8).map(held).collect(),
            recovery: Digest::from_bytes([9; 32]),
            next_key: Digest::from_bytes([9; 32]),
            created: late,
            updated: late,
        };

        let bytes = record.encode();

        assert!(bytes.len() <= limits::RECORD_BYTES_MAX / 4, "{} bytes", bytes.len());
        assert_eq!(DidRecord::decode(&bytes), Ok(record));
    }
}
