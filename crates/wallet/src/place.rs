//! Which of a person's keys a record holds: how a second device finds the present ones.

use realdid_identity::DidRecord;

use crate::{Branch, Purpose};

/// Generations that are tried: a DID that is rotated every week comes to its end after nearly twenty years, and then
/// must be left for another one.
pub const GENERATIONS_MAX: u32 = 1_000;

/// Which keys are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Of the keys that log in and change the record: 0 as created, one more with each rotation and each recovery.
    pub generation: u32,
    /// Of the recovery key: 0 as created, one more with each recovery.
    pub recoveries: u32,
}

/// Why a record cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// It ended.
    #[error("the DID has ended for good")]
    Ended,
    /// Its keys are others'.
    #[error("the DID holds no key of the first {GENERATIONS_MAX} that this recovery code leads to")]
    Keys,
    /// Its recovery key is another's.
    #[error("the DID's recovery key is none of the first {GENERATIONS_MAX} that this recovery code leads to")]
    Recovery,
}

impl Branch {
    /// Which keys a record holds. `from` is where they were last seen; what is before is tried last.
    ///
    /// A thief of the keys cannot keep this from finding its way: the record commits to the next key for changes, and
    /// only the recovery code leads to that.
    ///
    /// # Errors
    /// [`Lost`].
    pub fn place(&self, record: &DidRecord, from: Place) -> Result<Place, Lost> {
        if record.deactivated {
            return Err(Lost::Ended);
        }
        let is_held = |generation| record.may_invoke(&self.key(Purpose::Invocation, generation).public_key());
        let is_recovery = |number| self.commitment(Purpose::Recovery, number) == record.recovery;
        Ok(Place {
            generation: search(from.generation, is_held).ok_or(Lost::Keys)?,
            recoveries: search(from.recoveries, is_recovery).ok_or(Lost::Recovery)?,
        })
    }

    /// Whether a record is as this wallet leaves it: nobody else put a key there, or took one away.
    #[must_use]
    pub fn is_intact(&self, record: &DidRecord, place: Place) -> bool {
        let keys: Vec<_> = record.keys.iter().map(|held| held.key.clone()).collect();
        let next = self.commitment(Purpose::Invocation, place.generation.saturating_add(1));
        keys == self.record_keys(place.generation)
            && record.next_key == next
            && record.controllers.is_none()
            && record.services.is_empty()
    }
}

fn search(from: u32, found: impl Fn(u32) -> bool) -> Option<u32> {
    (from..GENERATIONS_MAX).chain(0..from.min(GENERATIONS_MAX)).find(|number| found(*number))
}
