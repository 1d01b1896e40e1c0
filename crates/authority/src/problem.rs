//! What citizens and their wallets are told when something fails, each with a stable code.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use realdid_client::CheckError;

use crate::{
    registry::RegistryUnavailable,
    vault::{Refused, VaultError},
};

realdid_api::problem_codes! {
    /// The body is not what it should be.
    Malformed = "malformed", BAD_REQUEST;
    /// The body is too large.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE;
    /// The body's type is unknown.
    UnknownMediaType = "unknown_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// There is no such address.
    NotFound = "not_found", NOT_FOUND;
    /// The address does not take this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// Too often.
    Busy = "busy", TOO_MANY_REQUESTS;
    /// The challenge is not one that is open for this DID.
    ChallengeInvalid = "challenge_invalid", UNPROCESSABLE_ENTITY;
    /// The signature does not hold, or the key may not log in for the DID.
    ControlUnproven = "control_unproven", FORBIDDEN;
    /// The register does not know this person; or another name, number or code is theirs.
    PersonRefused = "person_refused", FORBIDDEN;
    /// The DID was attested for somebody else.
    OtherPerson = "other_person", CONFLICT;
    /// The person has as many attested DIDs as anybody may have.
    TooMany = "too_many", CONFLICT;
    /// The DID is on its way to the ledger.
    OnItsWay = "on_its_way", CONFLICT;
    /// The DID is not attested for this person.
    NotYours = "not_yours", NOT_FOUND;
    /// The register gives no answer.
    RegistryUnavailable = "registry_unavailable", SERVICE_UNAVAILABLE;
    /// The ledger gives no answer that holds.
    LedgerUnavailable = "ledger_unavailable", SERVICE_UNAVAILABLE;
    /// A fault of the service's own.
    Internal = "internal", INTERNAL_SERVER_ERROR;
}

/// Seconds after which a client that was turned away may come back.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("60");

/// A request that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// What to tell a person.
    pub detail: String,
}

impl Problem {
    /// A problem in words.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::OtherPerson => Code::OtherPerson,
            Refused::TooMany(_) => Code::TooMany,
            Refused::OnItsWay => Code::OnItsWay,
            Refused::NotYours => Code::NotYours,
            Refused::Vault(error) => return error.into(),
        };
        Self::new(code, refused.to_string())
    }
}

/// The operator is told what is wrong, the citizen that something is.
impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(Code::Internal, "the authority's own records cannot be reached: try again later")
    }
}

impl From<RegistryUnavailable> for Problem {
    fn from(error: RegistryUnavailable) -> Self {
        tracing::warn!(%error, "a request failed");
        Self::new(Code::RegistryUnavailable, "the register of people gives no answer: try again later")
    }
}

impl From<CheckError> for Problem {
    fn from(error: CheckError) -> Self {
        tracing::warn!(%error, "a request failed");
        Self::new(Code::LedgerUnavailable, "the ledger gives no answer that holds: try again later")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = realdid_api::told(self.code.status(), self.code.name(), &self.detail);
        if self.code == Code::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}
