//! Whether a node lives, whether it can do its work, and how it is.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::IntoResponse,
};

use crate::{Code, Health, Ports, Problem, Status};

/// That the process answers.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "node",
    responses((status = OK, body = String))
)]
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Whether the node can do its work, and if not, what is missing.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "node",
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health))
)]
pub(crate) async fn ready(State(ports): State<Ports>) -> (StatusCode, Json<Health>) {
    let health = ports.status.borrow().health.clone();
    let status = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

/// How the node is.
#[utoipa::path(
    get,
    path = "/v1/status",
    tag = "node",
    responses((status = OK, body = Status))
)]
pub(crate) async fn status(State(ports): State<Ports>) -> Json<Status> {
    let mut status = Status::clone(&ports.status.borrow());
    status.height = ports.store.tip().0;
    Json(status)
}

/// Takes the list of peers to have nothing to do with; an empty one ends a partition. Networks for development alone do.
#[utoipa::path(
    post,
    path = "/v1/development/refuse",
    tag = "node",
    request_body = Vec<String>,
    responses((status = NO_CONTENT), Problem)
)]
pub(crate) async fn refuse(
    State(ports): State<Ports>,
    peers: Result<Json<Vec<String>>, JsonRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Some(orders) = &ports.refuse else {
        return Err(Problem::new(
            Code::NotForProduction,
            "only a network for development can be partitioned",
        ));
    };
    let Json(peers) = peers.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
    let full = |_| Problem::new(Code::Busy, "the node is busy: try again");
    orders.send(peers).await.map_err(full)?;
    Ok(StatusCode::NO_CONTENT)
}
