//! Whether a node lives, whether it can do its work, and how it is.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::IntoResponse,
};

use crate::{Code, Health, Ports, Problem, Status};

pub(crate) async fn live() -> &'static str {
    "ok\n"
}

pub(crate) async fn ready(State(ports): State<Ports>) -> (StatusCode, Json<Health>) {
    let health = ports.status.borrow().health.clone();
    let status = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

pub(crate) async fn status(State(ports): State<Ports>) -> Json<Status> {
    let mut status = Status::clone(&ports.status.borrow());
    status.height = ports.store.tip().0;
    Json(status)
}

/// Takes the list of peers to have nothing to do with; an empty one ends a partition.
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
