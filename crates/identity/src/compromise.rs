//! Keys that are declared compromised: some are still held, others were replaced before.

use realdid_crypto::PublicKey;
use realdid_types::CompromisedKey;

use crate::{DidRecord, Moment, Refusal, ReplacedKey};

/// Refuses a declaration about a key that the DID never had, or about times to come.
pub(crate) fn check(
    declared: &[CompromisedKey],
    record: &DidRecord,
    replaced: &dyn Fn(&PublicKey) -> Option<ReplacedKey>,
    now: Moment,
) -> Result<(), Refusal> {
    if !declared.iter().all(|one| record.holds(&one.key) || replaced(&one.key).is_some()) {
        return Err(Refusal::NoSuchKey);
    }
    if declared.iter().any(|one| one.since > now.time) { Err(Refusal::CompromisedLater) } else { Ok(()) }
}

/// The entries of all keys that the record held, and of those from before that are declared compromised now.
pub(crate) fn retire_all(
    record: &DidRecord,
    declared: &[CompromisedKey],
    replaced: &dyn Fn(&PublicKey) -> Option<ReplacedKey>,
    now: Moment,
) -> Vec<ReplacedKey> {
    let held = record.keys.iter().map(|held| ReplacedKey::of(held, now));
    let earlier = declared.iter().filter_map(|one| replaced(&one.key));
    let declare = |entry: ReplacedKey| match declared.iter().find(|one| one.key == entry.key.key) {
        Some(one) => entry.compromised_since(one.since, now),
        None => entry,
    };
    held.chain(earlier).map(declare).collect()
}
