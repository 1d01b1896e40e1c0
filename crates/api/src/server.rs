//! The server: its addresses, limits and how it ends.

use std::{net::SocketAddr, time::Duration};

use tokio::net::TcpListener;

use crate::{Ports, routes::router};

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
