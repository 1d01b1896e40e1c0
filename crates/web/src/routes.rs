//! The addresses.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use crate::{
    Authority, Files, Nodes,
    files::File,
    headers::{OF_NODES, headers},
};

/// A wallet hands in one transaction at a time, of 8 KiB at most.
const TRANSACTION_BYTES_MAX: usize = 16 * 1024;

/// What is served.
#[derive(Debug)]
pub struct WebWallet {
    /// The pages.
    pub files: Files,
    /// Where the ledger is.
    pub nodes: Nodes,
    /// The digest of the genesis that the pages trust: 64 hexadecimal digits.
    pub genesis: String,
    /// Who attests people, if anybody does.
    pub authority: Option<Authority>,
}

/// All addresses.
pub fn router(wallet: WebWallet) -> Router {
    let always = headers(wallet.authority.as_ref());
    Router::new()
        .route("/config.json", get(configuration))
        .route("/livez", get(async || "ok"))
        .route("/v1/transactions", post(submit).layer(DefaultBodyLimit::max(TRANSACTION_BYTES_MAX)))
        .route("/v1/{*path}", get(read))
        .fallback(get(file))
        .with_state(Arc::new(wallet))
        .layer(from_fn_with_state(always, guard))
}

async fn guard(State(always): State<HeaderMap>, request: Request, next: Next) -> Response {
    let is_a_nodes = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    response.headers_mut().extend(always);
    if is_a_nodes {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, OF_NODES);
    }
    response
}

async fn configuration(State(wallet): State<Arc<WebWallet>>) -> Response {
    let shown =
        json!({ "genesis": wallet.genesis, "authority": wallet.authority.as_ref().map(Authority::origin) });
    ([(header::CONTENT_TYPE, "application/json")], shown.to_string()).into_response()
}

async fn read(State(wallet): State<Arc<WebWallet>>, uri: Uri) -> Response {
    wallet.nodes.read(uri.path_and_query().map_or("", |path| path.as_str())).await
}

async fn submit(State(wallet): State<Arc<WebWallet>>, uri: Uri, asked: HeaderMap, body: Bytes) -> Response {
    // a form of another origin's cannot have this type
    if asked.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/octet-stream") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    wallet.nodes.submit(&query, body).await
}

async fn file(State(wallet): State<Arc<WebWallet>>, uri: Uri, asked: HeaderMap) -> Response {
    let Some(File { bytes, kind, tag }) = wallet.files.at(uri.path()) else {
        return (StatusCode::NOT_FOUND, "there is nothing here: the wallet is at /").into_response();
    };
    let Ok(tag) = HeaderValue::from_str(tag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let is_known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag);
    let head = [(header::ETAG, tag), (header::CONTENT_TYPE, HeaderValue::from_static(kind))];
    if is_known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, Body::from(bytes.clone().into_owned())).into_response()
}
