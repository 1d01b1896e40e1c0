//! What resolvers and registrars say of themselves.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Ports;

/// The DID methods that this node resolves and registers: one.
#[utoipa::path(
    get,
    path = "/1.0/methods",
    tag = "resolver",
    responses((status = OK, body = Vec<String>))
)]
pub(crate) async fn methods() -> Json<[&'static str; 1]> {
    Json(["realdid"])
}

/// What there is to know of each method here.
#[derive(Serialize, ToSchema)]
pub(crate) struct Properties {
    realdid: MethodProperties,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodProperties {
    /// The network whose DIDs these are.
    network: String,
    /// The digest of its genesis, which names it.
    genesis: String,
    /// The media types of documents.
    content_types: [&'static str; 3],
    /// Private keys are the client's.
    client_secret_mode: bool,
}

/// What there is to know of each DID method of this node.
#[utoipa::path(
    get,
    path = "/1.0/properties",
    tag = "resolver",
    responses((status = OK, body = Properties))
)]
pub(crate) async fn properties(State(ports): State<Ports>) -> Json<Properties> {
    let genesis = ports.store.genesis();
    Json(Properties {
        realdid: MethodProperties {
            network: genesis.network.to_string(),
            genesis: genesis.digest().to_string(),
            content_types: ["application/did", "application/did+ld+json", "application/did+json"],
            client_secret_mode: true,
        },
    })
}
