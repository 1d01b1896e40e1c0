//! Errors as `application/problem+json` (RFC 9457), each with a stable code.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use realdid_mempool::Refusal;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        Ref, RefOr, Response as Described, ResponseBuilder,
        content::ContentBuilder,
        schema::{ObjectBuilder, Schema},
    },
};

/// Makes the enumeration `Code` of an interface's problems: each with its stable name and its HTTP status.
#[macro_export]
macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident;)*) => {
        /// Why a request fails. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> $crate::StatusCode {
                match self { $(Self::$name => $crate::StatusCode::$status,)* }
            }
        }
    };
}

crate::problem_codes! {
    /// The body or a parameter is not what it should be.
    Malformed = "malformed", BAD_REQUEST;
    /// The body is too large.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE;
    /// The body's type is unknown.
    UnknownMediaType = "unknown_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// More is asked for than one answer holds.
    TooMany = "too_many", BAD_REQUEST;
    /// There is no such thing.
    NotFound = "not_found", NOT_FOUND;
    /// The address does not take this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// A signature does not hold.
    Forged = "signature_invalid", UNPROCESSABLE_ENTITY;
    /// Made for another network.
    OtherNetwork = "other_network", UNPROCESSABLE_ENTITY;
    /// Void.
    Expired = "expired", UNPROCESSABLE_ENTITY;
    /// Valid for too long.
    ExpiresTooLate = "expires_too_late", UNPROCESSABLE_ENTITY;
    /// Its number is used up.
    SequenceUsed = "sequence_used", CONFLICT;
    /// Too far ahead of the sender's next number.
    SequenceAhead = "sequence_ahead", CONFLICT;
    /// Another transaction of the sender has this number.
    SequenceTaken = "sequence_taken", CONFLICT;
    /// No room; come back.
    Busy = "busy", TOO_MANY_REQUESTS;
    /// This node is no member's: no batch of it would be taken.
    NoMembersNode = "no_members_node", MISDIRECTED_REQUEST;
    /// It took too long.
    Timeout = "timeout", GATEWAY_TIMEOUT;
    /// Something is missing without which the node does not serve.
    NotReady = "not_ready", SERVICE_UNAVAILABLE;
    /// Only networks for development do this.
    NotForProduction = "not_for_production", FORBIDDEN;
    /// A fault of the node's own.
    Internal = "internal", INTERNAL_SERVER_ERROR;
}

/// The longest detail that is taken over from elsewhere.
const DETAIL_MAX: usize = 1_024;
/// Seconds after which a client that was turned away may come back.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A request that failed.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// What to tell a person.
    pub detail: String,
}

/// What a client is told (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body<'a> {
    /// Names the kind of problem.
    r#type: String,
    title: &'a str,
    /// The HTTP status.
    status: u16,
    #[schema(schema_with = names)]
    code: &'a str,
    /// In words, with the remedy.
    detail: &'a str,
}

/// The stable names of all problems.
fn names() -> Schema {
    let names = Code::ALL.iter().map(|code| code.name());
    ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(names)).build().into()
}

/// Any request may fail with one.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let schema = Ref::from_schema_name(Body::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description("It failed; `code` says why")
            .content("application/problem+json", content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}

impl Problem {
    /// A problem in words.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// There is no such thing.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {what}"))
    }
}

/// What the framework refuses by itself becomes a problem like any other.
pub(crate) async fn in_our_words(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_told = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if !response.status().is_client_error() || is_told {
        return response;
    }
    let body = axum::body::to_bytes(response.into_body(), DETAIL_MAX).await.unwrap_or_default();
    Problem::new(Code::Malformed, String::from_utf8_lossy(&body)).into_response()
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::OtherNetwork => Code::OtherNetwork,
            Refusal::Expired => Code::Expired,
            Refusal::ExpiresTooLate => Code::ExpiresTooLate,
            Refusal::SequenceUsed { .. } => Code::SequenceUsed,
            Refusal::SequenceAhead { .. } => Code::SequenceAhead,
            Refusal::SequenceTaken => Code::SequenceTaken,
            Refusal::Full => Code::Busy,
        };
        Self::new(code, refusal.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = told(self.code.status(), self.code.name(), &self.detail);
        if self.code == Code::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

/// A problem as any interface of RealDID tells it, with a stable code and what to tell a person.
#[must_use]
pub fn told(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = Body {
        r#type: format!("urn:realdid:problem:{code}"),
        title: status.canonical_reason().unwrap_or("error"),
        status: status.as_u16(),
        code,
        detail,
    };
    let json = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status, json).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
