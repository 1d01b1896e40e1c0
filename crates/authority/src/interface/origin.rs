//! The wallet's pages are on an origin of their own, and those of no other origin may ask (Fetch, "CORS protocol").

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::Authority;

pub(super) async fn for_the_wallet(
    State(authority): State<Arc<Authority>>,
    request: Request,
    next: Next,
) -> Response {
    let asking = request.headers().get(header::ORIGIN).cloned();
    let is_wallet = |origin: &HeaderValue| {
        authority
            .settings
            .wallet_origin
            .as_deref()
            .is_some_and(|wallet| origin.as_bytes() == wallet.as_bytes())
    };
    let allowed = asking.filter(is_wallet);
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = if is_preflight && allowed.is_some() {
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}
