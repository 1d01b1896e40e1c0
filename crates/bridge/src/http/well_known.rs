//! What everybody may know of the bridge.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{Bridge, keys::CACHED_SECONDS, oidc::discovery, seconds_now};

/// What libraries set themselves up by.
pub(super) async fn configuration(State(bridge): State<Arc<Bridge>>) -> Response {
    kept(discovery(bridge.issuer.as_str()))
}

/// The keys that verify ID tokens.
pub(super) async fn jwks(State(bridge): State<Arc<Bridge>>) -> Response {
    kept(bridge.keys().jwks(seconds_now()))
}

/// What links the sites to this origin.
pub(super) async fn domains(State(bridge): State<Arc<Bridge>>) -> Response {
    let configuration = tokio::task::spawn_blocking(move || bridge.domains.configuration()).await;
    Json(configuration.unwrap_or_default()).into_response()
}

/// An answer that may be kept for a while.
fn kept(value: Value) -> Response {
    let mut response = Json(value).into_response();
    if let Ok(age) = HeaderValue::from_str(&format!("public, max-age={CACHED_SECONDS}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, age);
    }
    response
}
