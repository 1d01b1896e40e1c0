//! A record as people and programs in other languages see it.

use serde::Serialize;

use crate::{DidRecord, HeldKey};

/// A record in JSON: what `GET /v1/records/{did}` shows, and what whoever verified one shows too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordView {
    /// 1 when created, one more with each change.
    pub version: u64,
    /// The number that its next transaction must have.
    pub next_sequence: u64,
    /// The time of the block that made it, in milliseconds since 1970.
    pub created: u64,
    /// The time of the block that changed it last.
    pub updated: u64,
    /// Its keys.
    pub keys: Vec<KeyView>,
}

/// A key of a record in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// In hexadecimal.
    pub key: String,
    /// What it is for: `authentication`, `capabilityInvocation`, `assertionMethod`.
    pub purposes: Vec<&'static str>,
    /// The height of the block that added it.
    pub since: u64,
}

impl RecordView {
    /// The view of a record.
    #[must_use]
    pub fn new(record: &DidRecord) -> Self {
        Self {
            version: record.version,
            next_sequence: record.next_sequence.0,
            created: record.created.time.0,
            updated: record.updated.time.0,
            keys: record.keys.iter().map(KeyView::new).collect(),
        }
    }
}

impl KeyView {
    fn new(held: &HeldKey) -> Self {
        let purposes = held.key.purposes;
        let named = [
            ("authentication", purposes.authentication),
            ("capabilityInvocation", purposes.invocation),
            ("assertionMethod", purposes.assertion),
        ];
        Self {
            key: held.key.key.to_string(),
            purposes: named.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect(),
            since: held.since.height.0,
        }
    }
}
