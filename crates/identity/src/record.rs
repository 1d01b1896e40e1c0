//! The record that the ledger keeps of a DID.

use realdid_crypto::{Context, Digest, PublicKey, digest};
use realdid_types::{
    Controllers, DidKey, Height, Sequence, Service, Timestamp, Wire, codec, limits, wire::TopLevel,
};

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
    /// 1 to 8, ascending by key; at least one for invocation. None once it is deactivated.
    pub keys: Vec<HeldKey>,
    /// Digest of a recovery key that nobody has seen; zero once it is deactivated.
    pub recovery: Digest,
    /// Digest of the only key that may be rotated in next; zero for none.
    pub next_key: Digest,
    /// When it was made.
    pub created: Moment,
    /// When it last changed.
    pub updated: Moment,
    /// Who else may act for it, if anybody.
    pub controllers: Option<Controllers>,
    /// At most 8, ascending by name.
    pub services: Vec<Service>,
    /// Whether it has ended.
    pub deactivated: bool,
    /// [`DidRecord::digest`] of the version before, which so proves every older one; none in version 1, and in what a
    /// network of format 1 wrote.
    pub previous: Option<Digest>,
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
    /// From when on nothing that it signed counts; zero if it was merely replaced.
    pub compromised: Timestamp,
    /// When that was declared.
    pub declared: Option<Moment>,
}

impl DidRecord {
    /// Whether this key may change the record.
    #[must_use]
    pub fn may_invoke(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|held| held.key.key == *key && held.key.purposes.invocation)
    }

    /// What the version after this one says of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(Context::Record, &self.encode())
    }

    /// Whether this key stands in the record.
    #[must_use]
    pub fn holds(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|held| held.key.key == *key)
    }
}

impl HeldKey {
    /// Whether a signature that was there at this time counts.
    #[must_use]
    pub fn counts_at(&self, time: Timestamp) -> bool {
        self.since.time <= time
    }
}

impl ReplacedKey {
    /// A key that `held` was until `now`.
    #[must_use]
    pub fn of(held: &HeldKey, now: Moment) -> Self {
        let HeldKey { key, since } = held.clone();
        Self { key, since, until: now, compromised: Timestamp(0), declared: None }
    }

    /// Whether a signature that was there at this time counts: while the key was held, and before it was compromised.
    #[must_use]
    pub fn counts_at(&self, time: Timestamp) -> bool {
        let doubted = self.compromised != Timestamp(0) && self.compromised <= time;
        self.since.time <= time && time < self.until.time && !doubted
    }

    /// The entry after a declaration; an earlier one that went further back stands.
    #[must_use]
    pub fn compromised_since(self, since: Timestamp, now: Moment) -> Self {
        // zero means never, and block times are far from it
        let since = since.max(Timestamp(1));
        if self.compromised != Timestamp(0) && self.compromised <= since {
            return self;
        }
        Self { compromised: since, declared: Some(now), ..self }
    }
}

/// The commitment to a key that is not shown yet.
#[must_use]
pub fn commitment(key: &PublicKey) -> Digest {
    digest(Context::Key, key.as_bytes())
}

/// Whether two commitments are to one key; zero is to none.
pub(crate) fn is_one(a: Digest, b: Digest) -> bool {
    a == b && a != Digest::ZERO
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
        9: controllers,
        10: services ascending to limits::SERVICES_MAX,
        11: deactivated,
        12: previous,
    }
}
codec! { #[versioned] ReplacedKey { 2: key, 3: since, 4: until, 5: compromised, 6: declared, } }

impl TopLevel for DidRecord {
    const BYTES_MAX: usize = limits::RECORD_BYTES_MAX;
}

impl TopLevel for ReplacedKey {
    const BYTES_MAX: usize = 256;
}

#[cfg(test)]
mod tests {
    use realdid_types::{Did, HttpsUrl, Purposes, ServiceKind, ServiceName, Wire};

    use super::*;

    fn service(number: u8) -> Service {
        let name = format!("{number}{}", "a".repeat(limits::SERVICE_NAME_MAX - 1));
        let endpoint = format!("https://{}.cn/", "a".repeat(60));
        Service {
            name: ServiceName::new(&name).expect("a name"),
            kind: ServiceKind::new(&"K".repeat(limits::SERVICE_NAME_MAX)).expect("a kind"),
            endpoint: HttpsUrl::new(&format!("{endpoint:b<0$}", limits::URL_MAX)).expect("an address"),
        }
    }

    /// Everything that a record can hold, with the largest numbers.
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
            controllers: Some(Controllers {
                dids: (1..=8).map(|number| Did(Digest::from_bytes([number; 32]))).collect(),
                threshold: 8,
            }),
            services: (1..=8).map(service).collect(),
            deactivated: true,
            previous: Some(Digest::from_bytes([9; 32])),
        };

        let bytes = record.encode();

        assert!(bytes.len() <= limits::RECORD_BYTES_MAX, "{} bytes", bytes.len());
        assert_eq!(DidRecord::decode(&bytes), Ok(record));
    }

    #[test]
    fn a_replaced_key_counts_for_its_time_and_a_compromised_one_until_the_first_doubt() {
        let at = |time| Moment { height: Height(time), time: Timestamp(time) };
        let purposes = Purposes { assertion: true, ..Purposes::default() };
        let held = HeldKey { key: DidKey { key: PublicKey::ed25519([1; 32]), purposes }, since: at(10) };
        let counts = |key: &ReplacedKey| [9, 10, 19, 20].map(|time| key.counts_at(Timestamp(time)));

        let replaced = ReplacedKey::of(&held, at(20));
        let doubted = replaced.clone().compromised_since(Timestamp(15), at(30));

        assert_eq!(counts(&replaced), [false, true, true, false]);
        assert_eq!(counts(&doubted), [false, true, false, false]);
        assert_eq!(doubted.clone().compromised_since(Timestamp(17), at(40)), doubted);
        assert_eq!(doubted.compromised_since(Timestamp(12), at(40)).compromised, Timestamp(12));
    }
}
