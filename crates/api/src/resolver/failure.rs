//! Why a DID does not resolve (W3C DID Resolution, section "Errors"), and the status that the HTTP binding gives it.

use axum::http::StatusCode;
use serde_json::{Value, json};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $legacy:literal, $title:literal, $status:ident;)*) => {
        /// The kinds of errors. Their names are the W3C's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            const fn name(self) -> &'static str {
                match self { $(Self::$name => $kind,)* }
            }

            /// As DID Resolution named it before errors were objects.
            const fn legacy_name(self) -> &'static str {
                match self { $(Self::$name => $legacy,)* }
            }

            const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The HTTP status.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

kinds! {
    /// It is no DID.
    InvalidDid = "INVALID_DID", "invalidDid", "Invalid DID", BAD_REQUEST;
    /// It is no DID URL.
    InvalidDidUrl = "INVALID_DID_URL", "invalidDidUrl", "Invalid DID URL", BAD_REQUEST;
    /// A parameter has no such value.
    InvalidOptions = "INVALID_OPTIONS", "invalidOptions", "Invalid options", BAD_REQUEST;
    /// There is no such DID, version or part.
    NotFound = "NOT_FOUND", "notFound", "Not found", NOT_FOUND;
    /// Nothing is written in that media type.
    RepresentationNotSupported = "REPRESENTATION_NOT_SUPPORTED", "representationNotSupported",
        "Representation not supported", NOT_ACCEPTABLE;
    /// It is a DID of another method.
    MethodNotSupported = "METHOD_NOT_SUPPORTED", "methodNotSupported", "Method not supported", NOT_IMPLEMENTED;
    /// There is no such parameter here.
    FeatureNotSupported = "FEATURE_NOT_SUPPORTED", "featureNotSupported", "Feature not supported",
        NOT_IMPLEMENTED;
    /// A fault of the node's own.
    Internal = "INTERNAL_ERROR", "internalError", "Internal error", INTERNAL_SERVER_ERROR;
}

/// Why a DID does not resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// In words, with the remedy.
    pub(crate) detail: String,
}

impl Failure {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, detail)
    }

    /// As metadata tell it: an object (RFC 9457), or the word that older programs know.
    pub(crate) fn shown(&self, is_legacy: bool) -> Value {
        if is_legacy {
            return json!(self.kind.legacy_name());
        }
        json!({
            "type": format!("https://www.w3.org/ns/did#{}", self.kind.name()),
            "title": self.kind.title(),
            "detail": self.detail,
        })
    }
}
