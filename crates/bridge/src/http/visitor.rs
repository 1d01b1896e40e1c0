//! Who asks: a browser, as far as it tells.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawQuery},
    http::{header, request::Parts},
};

use super::{cookie, refusal::Refusal};
use crate::{
    Bridge,
    oidc::{Parameters, PartyError},
    pages::Language,
    store::Secret,
};

/// A browser that asks for a page.
pub(super) struct Visitor {
    /// What it wants to read.
    pub(super) language: Language,
    /// What its cookie says; none if it has none.
    pub(super) browser: Option<Secret>,
    /// The query; an error if a parameter is there twice.
    query: Option<Parameters>,
}

impl Visitor {
    /// The query's parameters.
    ///
    /// # Errors
    /// If one is there twice.
    pub(super) fn parameters(&self) -> Result<&Parameters, Refusal> {
        self.query.as_ref().ok_or(Refusal::Party(PartyError::Repeated))
    }

    /// The challenge that the query names.
    ///
    /// # Errors
    /// If it names none.
    pub(super) fn nonce(&self) -> Result<Secret, Refusal> {
        self.parameters()?.get("challenge").and_then(Secret::parse).ok_or(Refusal::BeginAgain)
    }

    /// What names the browser in what was given to it; none if it has no cookie.
    pub(super) fn mark(&self) -> Option<[u8; 32]> {
        self.browser.as_ref().map(mark)
    }
}

/// What names a browser in what was given to it.
pub(super) fn mark(browser: &Secret) -> [u8; 32] {
    browser.derive("browser", "").bytes()
}

impl FromRequestParts<Arc<Bridge>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, bridge: &Arc<Bridge>) -> Result<Self, Self::Rejection> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, bridge).await?;
        let query = Parameters::parse(query.unwrap_or_default().as_bytes()).ok();
        let wish = query.as_ref().and_then(|query| query.get("ui_locales"));
        let accept = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self {
            language: Language::choose(wish, accept),
            browser: cookie::read(&parts.headers, &bridge.issuer),
            query,
        })
    }
}
