//! Versions of records that have been replaced.

use realdid_identity::{DidRecord, ReplacedKey};
use realdid_types::{Did, Wire};

use crate::{StateKey, block::BlockExecution};

/// What a past version of a record is kept under: the DID, and the version, so that versions stand in order.
#[must_use]
pub fn past_key(did: Did, version: u64) -> Vec<u8> {
    [did.0.as_bytes().as_slice(), &version.to_be_bytes()].concat()
}

impl BlockExecution<'_> {
    /// Puts the next version of a record in place of the present one, with the entries of keys that it had.
    pub(crate) fn replace_record(
        &mut self,
        did: Did,
        present: &DidRecord,
        next: DidRecord,
        replaced: &[ReplacedKey],
    ) {
        // records of format 1 know nothing of the version before
        let previous = (self.parameters.format >= 2).then(|| present.digest());
        self.draft.past.insert(past_key(did, present.version), present.encode());
        self.draft.put(&StateKey::Record(did), &DidRecord { previous, ..next });
        for entry in replaced {
            self.draft.put(&StateKey::ReplacedKey(did, entry.key.key), entry);
        }
    }
}
