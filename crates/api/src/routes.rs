//! The interface's addresses, and their description in OpenAPI, which the same lines make.

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    middleware::map_response,
    routing::{get, options},
};
use utoipa::{OpenApi, openapi::OpenApi as Description};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Code, Ports, Problem, blocks, bundles, dids, entries, events, guide, health, members, metrics, problem,
    records, registrar, resolver, sites, transactions,
};

/// A full batch twice in JSON, or some hundred transactions.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "RealDID",
        description = "A node's interface: hand transactions in, follow them, read the ledger with proofs.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(problem::Body)),
    tags(
        (name = "transactions", description = "Hand them in, and follow them"),
        (name = "identity", description = "DIDs, with proofs"),
        (name = "resolver", description = "DIDs as the W3C's documents"),
        (name = "registrar", description = "DIDs made and changed with the client's own keys, after DIF"),
        (name = "chain", description = "Blocks, and what a light client follows"),
        (name = "consortium", description = "Who decides, and what is being decided"),
        (name = "node", description = "How this node is")
    )
)]
struct Interface;

fn described() -> OpenApiRouter<Ports> {
    OpenApiRouter::with_openapi(Interface::openapi())
        .routes(routes!(transactions::submit))
        .routes(routes!(transactions::show))
        .routes(routes!(records::show))
        .routes(routes!(bundles::show))
        .routes(routes!(dids::list))
        .routes(routes!(sites::list))
        .routes(routes!(entries::version))
        .routes(routes!(entries::show))
        .routes(routes!(blocks::show))
        .routes(routes!(blocks::batch))
        .routes(routes!(blocks::genesis))
        .routes(routes!(blocks::epoch))
        .routes(routes!(events::stream))
        .routes(routes!(blocks::validators))
        .routes(routes!(members::list))
        .routes(routes!(members::proposals))
        .routes(routes!(members::policy))
        .routes(routes!(health::status))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::scrape))
        .routes(routes!(health::refuse))
        .merge(open())
        .merge(registering())
}

/// What pages of any origin may read.
fn open() -> OpenApiRouter<Ports> {
    OpenApiRouter::new()
        .routes(routes!(resolver::resolve))
        .routes(routes!(resolver::methods::methods))
        .routes(routes!(resolver::methods::properties))
        // a DID URL may have a path
        .route("/1.0/identifiers/{did}/{*path}", get(resolver::resolve))
        .route("/1.0/identifiers/{did}", options(resolver::preflight))
        .layer(map_response(resolver::open_to_browsers))
}

fn registering() -> OpenApiRouter<Ports> {
    OpenApiRouter::new()
        .routes(routes!(registrar::create))
        .routes(routes!(registrar::update))
        .routes(routes!(registrar::deactivate))
        .layer(DefaultBodyLimit::max(registrar::BODY_BYTES_MAX))
}

/// What the interface offers, as a node serves it at `/v1/openapi.json`.
#[must_use]
pub fn openapi() -> Description {
    described().into_openapi()
}

pub(crate) fn router(ports: Ports) -> Router {
    let (router, description) = described().split_for_parts();
    let guide = guide::page(&description);
    router
        .route("/v1/openapi.json", get(async || Json(description)))
        .route("/", get(async || guide))
        .fallback(|| async { Problem::not_found("such address; see /v1/openapi.json") })
        .method_not_allowed_fallback(|| async {
            Problem::new(Code::MethodNotAllowed, "this address does not take this method")
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(problem::in_our_words))
        .with_state(ports)
}
