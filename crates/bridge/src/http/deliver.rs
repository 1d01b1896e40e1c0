//! How answers go back to a site.

use axum::response::{IntoResponse, Redirect, Response};

use crate::{
    Bridge,
    oidc::{Mode, OidcError, Target},
    pages::{Language, pass_on},
};

/// Sends the browser back to the site with an answer. By status 303: a browser that posted something must not post it again
/// there.
pub(super) fn deliver(
    bridge: &Bridge,
    language: Language,
    target: &Target,
    answer: &[(&'static str, &str)],
) -> Response {
    send(language, target, &target.fields(answer, bridge.issuer.as_str()))
}

/// Sends the browser back with a failure.
pub(super) fn fail(bridge: &Bridge, language: Language, target: &Target, error: &OidcError) -> Response {
    send(language, target, &target.failure(error, bridge.issuer.as_str()))
}

fn send(language: Language, target: &Target, fields: &[(&'static str, &str)]) -> Response {
    match target.mode {
        Mode::Query => Redirect::to(&target.with(fields)).into_response(),
        Mode::FormPost => pass_on(language, &target.address, fields).into_response(),
    }
}
