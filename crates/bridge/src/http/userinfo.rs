//! The userinfo endpoint.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::refusal::Refusal;
use crate::{
    Bridge,
    oidc::{Fault, OidcError, Parameters, userinfo},
    pages::Language,
    store::{Secret, Token},
};

const INVALID: OidcError = OidcError::new(Fault::InvalidToken, "the access token is unknown or void");

/// What an access token lets a site know. It is shown in the header, or in a form (RFC 6750, sections 2.1 and 2.2).
pub(super) async fn tell(State(bridge): State<Arc<Bridge>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(shown) = shown(&headers, &body) else { return unauthorized(None) };
    let Some(secret) = Secret::parse(&shown) else { return unauthorized(Some(&INVALID)) };
    match bridge.get::<Token>(&secret).await {
        Ok(Some(Token { person, scope })) => Json(userinfo(&person, scope)).into_response(),
        Ok(None) => unauthorized(Some(&INVALID)),
        Err(error) => Refusal::from(error).page(Language::default()),
    }
}

fn shown(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    Parameters::parse(body).ok()?.owned("access_token")
}

/// Whoever shows no token is told no error, only what to show (RFC 6750, section 3.1).
fn unauthorized(error: Option<&OidcError>) -> Response {
    let mut challenge = "Bearer realm=\"userinfo\"".to_owned();
    if let Some(error) = error {
        challenge =
            format!("{challenge}, error=\"{}\", error_description=\"{}\"", error.fault.name(), error.words);
    }
    let body = error.map_or_else(|| serde_json::json!({}), OidcError::json);
    let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
