//! Why a request fails, in the words of the specifications.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// An error of OAuth 2.0 or OpenID Connect, by its registered name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Its registered name.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

faults! {
    /// RFC 6749.
    InvalidRequest = "invalid_request";
    /// RFC 6749.
    AccessDenied = "access_denied";
    /// RFC 6749.
    UnsupportedResponseType = "unsupported_response_type";
    /// RFC 6749.
    InvalidScope = "invalid_scope";
    /// RFC 6749.
    InvalidClient = "invalid_client";
    /// RFC 6749.
    InvalidGrant = "invalid_grant";
    /// RFC 6749.
    UnsupportedGrantType = "unsupported_grant_type";
    /// RFC 6749.
    TemporarilyUnavailable = "temporarily_unavailable";
    /// RFC 6750.
    InvalidToken = "invalid_token";
    /// OpenID Connect Core, section 3.1.2.6.
    LoginRequired = "login_required";
    /// OpenID Connect Core, section 3.1.2.6.
    RequestNotSupported = "request_not_supported";
    /// OpenID Connect Core, section 3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported";
    /// OpenID Connect Core, section 3.1.2.6.
    RegistrationNotSupported = "registration_not_supported";
}

/// A request that failed: by name for programs, in words for those who write them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {words}", .fault.name())]
pub(crate) struct OidcError {
    /// Which.
    pub(crate) fault: Fault,
    /// What was wrong, with the remedy: printable ASCII without quotes, as RFC 6749 wants it.
    pub(crate) words: &'static str,
}

impl OidcError {
    /// One with its words.
    pub(crate) const fn new(fault: Fault, words: &'static str) -> Self {
        Self { fault, words }
    }

    /// As the token endpoint tells it (RFC 6749, section 5.2).
    pub(crate) fn json(&self) -> Value {
        json!({ "error": self.fault.name(), "error_description": self.words })
    }
}
