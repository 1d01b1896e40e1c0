//! Requests of people that lead to no site.

use axum::response::{IntoResponse, Response};

use crate::{
    StoreError,
    ledger::LedgerError,
    oidc::PartyError,
    pages::{Language, Notice, notice},
};

/// Why a page says that nothing is done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// Something is wrong that the site's owner must set right.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// The login is over, or was begun elsewhere.
    #[error("the login is over, or was begun elsewhere")]
    BeginAgain,
    /// The ledger cannot be asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// The page for the person. What the operator must set right stands in the log.
    pub(super) fn page(self, language: Language) -> Response {
        match &self {
            Self::Party(why) => notice(language, Notice::NoLogin(&why.to_string())).into_response(),
            Self::BeginAgain => notice(language, Notice::BeginAgain).into_response(),
            Self::Ledger(_) | Self::Store(_) => {
                tracing::error!(error = %self, "a request fails");
                notice(language, Notice::Busy).into_response()
            }
        }
    }
}
