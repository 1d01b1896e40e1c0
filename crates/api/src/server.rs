//! The server: its addresses, limits and how it ends.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use tokio::net::TcpListener;

use crate::{Code, Ports, Problem, blocks, events, health, members, metrics, records, transactions};

/// A full batch twice in JSON, or some hundred transactions.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long answers that are under way may take once the server is to end.
const DRAIN: Duration = Duration::from_secs(3);

/// Why the interface does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else has the port, or the address is not of this machine.
    #[error("cannot listen on {0}: {1}; is another node running here? node.toml takes another address")]
    Listen(SocketAddr, std::io::Error),
    /// The interface would be open to others without encryption.
    #[error("{0} is not a loopback address: put a TLS proxy before it, and let the node listen on 127.0.0.1")]
    NotLoopback(SocketAddr),
}

/// Binds the interface and serves it in the background until `ended` completes.
///
/// # Errors
/// If the port cannot be had.
pub async fn serve(
    listen: SocketAddr,
    ports: Ports,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<SocketAddr, ServeError> {
    if !listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(listen));
    }
    let listener = TcpListener::bind(listen).await.map_err(|error| ServeError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| ServeError::Listen(listen, error))?;
    let (end, ending) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move {
        let server = axum::serve(listener, router(ports)).with_graceful_shutdown(async move {
            ended.await;
            drop(end);
        });
        tokio::select! {
            served = server => if let Err(error) = served {
                tracing::error!(%error, "the interface ended");
            },
            () = async { let _ = ending.await; tokio::time::sleep(DRAIN).await } => {}
        }
    });
    Ok(address)
}

fn router(ports: Ports) -> Router {
    Router::new()
        .route("/v1/transactions", post(transactions::submit))
        .route("/v1/transactions/{id}", get(transactions::show))
        .route("/v1/blocks/{height}", get(blocks::show))
        .route("/v1/batches/{digest}", get(blocks::batch))
        .route("/v1/genesis", get(blocks::genesis))
        .route("/v1/epochs/{epoch}", get(blocks::epoch))
        .route("/v1/validators", get(blocks::validators))
        .route("/v1/members", get(members::list))
        .route("/v1/proposals", get(members::proposals))
        .route("/v1/records/{did}", get(records::show))
        .route("/v1/status", get(health::status))
        .route("/v1/events", get(events::stream))
        .route("/v1/development/refuse", post(health::refuse))
        .route("/metrics", get(metrics::scrape))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(|| async { Problem::not_found("such address; see /v1/status") })
        .method_not_allowed_fallback(|| async {
            Problem::new(Code::MethodNotAllowed, "this address does not take this method")
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(ports)
}
