//! What DID Resolution says about a document beside it (section "DID Document Metadata").

use realdid_types::{Did, NetworkName};
use serde::Serialize;

use super::time::utc;
use crate::DidRecord;

/// Metadata of one version of a document. Times are UTC to the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentMetadata {
    /// When the DID was made.
    pub created: String,
    /// When this version was made; none for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// That the DID has ended with this version.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deactivated: bool,
    /// Versions are numbered from 1.
    pub version_id: String,
    /// The version after this one, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_version_id: Option<String>,
    /// When that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_update: Option<String>,
    /// The DID: it has no other form.
    pub canonical_id: String,
    /// How many of the document's controllers must sign to act for it; none without controllers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_threshold: Option<u32>,
}

impl DocumentMetadata {
    /// That of a version; `next` is the version after it.
    #[must_use]
    pub fn new(did: &Did, network: &NetworkName, record: &DidRecord, next: Option<&DidRecord>) -> Self {
        Self {
            created: utc(record.created.time),
            updated: (record.version > 1).then(|| utc(record.updated.time)),
            deactivated: record.deactivated,
            version_id: record.version.to_string(),
            next_version_id: next.map(|next| next.version.to_string()),
            next_update: next.map(|next| utc(next.updated.time)),
            canonical_id: did.to_text(network),
            controller_threshold: record.controllers.as_ref().map(|controllers| controllers.threshold),
        }
    }
}
