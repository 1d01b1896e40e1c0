//! Why a node does not answer as it was asked.

use serde::{Deserialize, Serialize};

use crate::RootsError;

/// An error of a node's, as `application/problem+json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers.
    #[error("{0} does not answer; is the node running? `realdid testnet up` starts a network")]
    Unreachable(String, #[source] reqwest::Error),
    /// The node refuses.
    #[error("{} ({})", .0.detail, .0.code)]
    Refused(Problem),
    /// A certificate that is to be trusted is none.
    #[error(transparent)]
    Certificate(#[from] RootsError),
    /// The answer is not what it should be.
    #[error("{0} answers with something else than expected: {1}")]
    Answer(String, String),
}

impl ClientError {
    /// Whether coming back later may help.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable(..) => true,
            Self::Refused(problem) => matches!(problem.status, 429 | 503 | 504),
            Self::Answer(..) | Self::Certificate(_) => false,
        }
    }
}
