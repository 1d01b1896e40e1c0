//! The bridge's addresses.

mod answer;
mod authorize;
mod cookie;
mod deliver;
mod go_on;
mod limit;
mod logout;
mod open;
mod refusal;
mod token;
mod userinfo;
mod visitor;
mod well_known;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::{Next, from_fn, from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{
    Bridge,
    pages::{Notice, notice},
};

/// Of forms: a request with its `state`, its `nonce` and an ID token.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Of a wallet's answer: `realdid_login::Response` takes half a megabyte at most, before base64.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// All addresses. Requests carry their peer's `SocketAddr` as an extension; those that do not share one allowance.
pub fn router(bridge: Arc<Bridge>) -> Router {
    let for_programs = Router::new()
        .route("/.well-known/openid-configuration", get(well_known::configuration).options(open::preflight))
        .route(
            "/.well-known/oauth-authorization-server",
            get(well_known::configuration).options(open::preflight),
        )
        .route("/.well-known/did-configuration.json", get(well_known::domains).options(open::preflight))
        .route("/jwks", get(well_known::jwks).options(open::preflight))
        .route("/token", post(token::exchange).options(open::preflight))
        .route("/userinfo", get(userinfo::tell).post(userinfo::tell).options(open::preflight))
        .layer(map_response(open::to_all_origins));
    let for_people = Router::new()
        .route("/authorize", get(authorize::begin).post(authorize::begin_posted))
        .route("/return", get(answer::page).post(answer::take).layer(DefaultBodyLimit::max(ANSWER_BYTES_MAX)))
        .route("/wait", get(go_on::wait))
        .route("/continue", get(go_on::finish))
        .route("/cancel", get(go_on::cancel))
        .route("/logout", get(logout::leave).post(logout::leave_posted));
    let limits = Arc::new(limit::Allowances::default());
    for_programs
        .merge(for_people)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state((bridge.clone(), limits), limit::keep))
        .route("/livez", get(async || "ok"))
        .fallback(async |visitor: visitor::Visitor| notice(visitor.language, Notice::NothingThere))
        .layer(from_fn(guard))
        .with_state(bridge)
}

/// What holds for every answer: nobody keeps it unless it says so, nobody guesses its type, and pages that people go on to
/// do not learn from where.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
