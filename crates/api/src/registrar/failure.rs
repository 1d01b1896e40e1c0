//! Why the registrar does not go on.

use axum::http::StatusCode;

use crate::{Code, Problem};

/// Why a request fails: a stable name, the remedy in words, and the HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: String,
    pub(crate) description: String,
    pub(crate) status: StatusCode,
}

impl Failure {
    /// The request is not what it should be.
    pub(crate) fn invalid(description: impl Into<String>) -> Self {
        Self::named("invalidRequest", description)
    }

    pub(crate) fn named(reason: &str, description: impl Into<String>) -> Self {
        Self { reason: reason.to_owned(), description: description.into(), status: StatusCode::BAD_REQUEST }
    }

    /// The request was in order, and the ledger said no.
    pub(crate) fn by_ledger(reason: String, description: String) -> Self {
        Self { reason, description, status: StatusCode::OK }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let Problem { code, detail } = problem;
        let status = if code == Code::Malformed { StatusCode::BAD_REQUEST } else { code.status() };
        Self { reason: code.name().to_owned(), description: detail, status }
    }
}
