//! A document from a record.

use realdid_types::{Did, NetworkName, Service};
use serde::Serialize;

use super::key::{Jwk, KeyForm, to_multibase};
use crate::{DidRecord, HeldKey};

/// Which edition of DID Core a document follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CoreVersion {
    /// 1.0: `application/did+ld+json` and `application/did+json`.
    #[default]
    V1_0,
    /// 1.1: `application/did`.
    V1_1,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The edition.
    pub core: CoreVersion,
    /// The keys.
    pub keys: KeyForm,
    /// Whether it names its JSON-LD contexts; those of `application/did+json` do not.
    pub context: bool,
}

/// A DID document. One of a DID that has ended holds nothing but the DID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DidDocument {
    /// JSON-LD contexts.
    #[serde(rename = "@context", skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<&'static str>,
    /// The DID.
    pub id: String,
    /// Who else may act for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controller: Vec<String>,
    /// Its keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verification_method: Vec<VerificationMethod>,
    /// Which of them log in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authentication: Vec<String>,
    /// Which of them sign statements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assertion_method: Vec<String>,
    /// Which of them change the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capability_invocation: Vec<String>,
    /// Where its holder is reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service: Vec<ServiceEntry>,
}

/// A key in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationMethod {
    /// `<DID>#<the key as multibase>`: a key has this name in every version that holds it, and no other key ever has.
    pub id: String,
    /// `Multikey`, `JsonWebKey` or `JsonWebKey2020`.
    pub r#type: &'static str,
    /// The DID.
    pub controller: String,
    /// The key, if the type is `Multikey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key_multibase: Option<String>,
    /// The key, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key_jwk: Option<Jwk>,
}

/// A service in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceEntry {
    /// `<DID>#<name>`.
    pub id: String,
    /// What it is.
    pub r#type: String,
    /// Where it is.
    pub service_endpoint: String,
}

impl Style {
    /// The contexts that define every word of such a document.
    #[must_use]
    pub fn contexts(self) -> Vec<&'static str> {
        if !self.context {
            return Vec::new();
        }
        const JWS_2020: &str = "https://w3id.org/security/suites/jws-2020/v1";
        match (self.core, self.keys) {
            (CoreVersion::V1_0, KeyForm::Multikey) => {
                vec!["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
            }
            (CoreVersion::V1_0, KeyForm::JsonWebKey) => {
                vec!["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]
            }
            (CoreVersion::V1_0, KeyForm::JsonWebKey2020) => vec!["https://www.w3.org/ns/did/v1", JWS_2020],
            (CoreVersion::V1_1, KeyForm::JsonWebKey2020) => vec!["https://www.w3.org/ns/did/v1.1", JWS_2020],
            // it knows these two
            (CoreVersion::V1_1, KeyForm::Multikey | KeyForm::JsonWebKey) => {
                vec!["https://www.w3.org/ns/did/v1.1"]
            }
        }
    }
}

impl DidDocument {
    /// The document of a version of a DID's record.
    #[must_use]
    pub fn new(did: &Did, network: &NetworkName, record: &DidRecord, style: Style) -> Self {
        let id = did.to_text(network);
        let held_for = |is_for: fn(&HeldKey) -> bool| {
            record.keys.iter().filter(|held| is_for(held)).map(|held| name_of(&id, held)).collect()
        };
        let controllers = record.controllers.iter().flat_map(|controllers| &controllers.dids);
        Self {
            context: style.contexts(),
            controller: controllers.map(|controller| controller.to_text(network)).collect(),
            verification_method: record
                .keys
                .iter()
                .map(|held| VerificationMethod::new(&id, held, style.keys))
                .collect(),
            authentication: held_for(|held| held.key.purposes.authentication),
            assertion_method: held_for(|held| held.key.purposes.assertion),
            capability_invocation: held_for(|held| held.key.purposes.invocation),
            service: record.services.iter().map(|service| ServiceEntry::new(&id, service)).collect(),
            id,
        }
    }
}

fn name_of(did: &str, held: &HeldKey) -> String {
    format!("{did}#{}", to_multibase(&held.key.key))
}

impl VerificationMethod {
    fn new(did: &str, held: &HeldKey, form: KeyForm) -> Self {
        let key = &held.key.key;
        let is_multikey = form == KeyForm::Multikey;
        Self {
            id: name_of(did, held),
            r#type: form.name(),
            controller: did.to_owned(),
            public_key_multibase: is_multikey.then(|| to_multibase(key)),
            public_key_jwk: (!is_multikey).then(|| Jwk::new(key)),
        }
    }
}

impl ServiceEntry {
    fn new(did: &str, service: &Service) -> Self {
        Self {
            id: format!("{did}#{}", service.name),
            r#type: service.kind.to_string(),
            service_endpoint: service.endpoint.to_string(),
        }
    }
}
