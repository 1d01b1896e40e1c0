//! The interface for wallets: JSON over HTTP, errors as `application/problem+json`.

mod answers;
mod origin;
mod requests;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    middleware::from_fn_with_state,
    routing::{get, post},
};
use realdid_api::Peer;
use serde::de::DeserializeOwned;

use self::{
    answers::{About, ChallengeView, Health, StandingView},
    requests::{AskAttestation, AskChallenge, AskMine, AskStatus, AskWithdrawal},
};
use crate::{Authority, Code, Problem};

/// A request has a few hundred bytes.
const BODY_BYTES_MAX: usize = 8 * 1024;

type Shared = State<Arc<Authority>>;
type Body = Result<Bytes, BytesRejection>;
type From = ConnectInfo<Peer>;

/// The addresses of a service, to be served with [`realdid_api::serve_router`].
pub fn router(authority: Arc<Authority>) -> Router {
    Router::new()
        .route("/v1/about", get(about))
        .route("/v1/challenges", post(challenge))
        .route("/v1/attestations", post(attest))
        .route("/v1/attestations/status", post(status))
        .route("/v1/mine", post(mine))
        .route("/v1/withdrawals", post(withdraw))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .fallback(async || Problem::new(Code::NotFound, "there is no such address; see docs/authority.md"))
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "this address does not take this method")
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(authority.clone(), origin::for_the_wallet))
        .with_state(authority)
}

async fn about(State(authority): Shared) -> Json<About> {
    Json(About::of(&authority))
}

async fn ready(State(authority): Shared) -> (StatusCode, Json<Health>) {
    let missing = authority.missing();
    let status = if missing.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { ready: missing.is_none(), missing }))
}

async fn challenge(
    State(authority): Shared,
    ConnectInfo(Peer(from)): From,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ChallengeView>, Problem> {
    let asked: AskChallenge = read(&headers, body)?;
    let did = requests::did(&asked.did, &authority)?;
    let given = authority.challenge(did, from.ip())?;
    Ok(Json(ChallengeView::of(given, &authority)))
}

async fn attest(
    State(authority): Shared,
    ConnectInfo(Peer(from)): From,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<StandingView>), Problem> {
    let asked: AskAttestation = read(&headers, body)?;
    let (person, proof) = (asked.person.read()?, asked.proof(&authority)?);
    let standing = authority.attest(&person, &proof, from.ip()).await?;
    Ok((StatusCode::ACCEPTED, Json(StandingView::of(&standing, &authority))))
}

async fn status(
    State(authority): Shared,
    ConnectInfo(Peer(from)): From,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<StandingView>, Problem> {
    let asked: AskStatus = read(&headers, body)?;
    let standing = authority.standing(&asked.proof(&authority)?, from.ip()).await?;
    Ok(Json(StandingView::of(&standing, &authority)))
}

async fn mine(
    State(authority): Shared,
    ConnectInfo(Peer(from)): From,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Vec<StandingView>>, Problem> {
    let asked: AskMine = read(&headers, body)?;
    let standings = authority.mine(&asked.person.read()?, from.ip()).await?;
    Ok(Json(StandingView::all(&standings, &authority)))
}

async fn withdraw(
    State(authority): Shared,
    ConnectInfo(Peer(from)): From,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Vec<StandingView>>), Problem> {
    let asked: AskWithdrawal = read(&headers, body)?;
    let (person, did) = (asked.person.read()?, asked.which(&authority)?);
    let standings = authority.withdraw(&person, did, asked.urgent, from.ip()).await?;
    Ok((StatusCode::ACCEPTED, Json(StandingView::all(&standings, &authority))))
}

/// A body of JSON, and said to be one: a page of a stranger's can send no such thing without asking first.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if media.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Problem::new(Code::UnknownMediaType, "a request is JSON: application/json"));
    }
    let body = body.map_err(|_| Problem::new(Code::TooLarge, "a body may have 8 KiB"))?;
    // what is wrong is told by its place: a value could be somebody's name
    serde_json::from_slice(&body).map_err(|error| {
        let detail = format!(
            "the body is not what this address takes, at line {} column {}; see docs/authority.md",
            error.line(),
            error.column()
        );
        Problem::new(Code::Malformed, detail)
    })
}
