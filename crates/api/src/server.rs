//! The server: its addresses, limits and how it ends.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request, connect_info::Connected},
    middleware::map_request,
    serve::{IncomingStream, Listener},
};
use tokio::net::TcpListener;

use crate::{
    Ports,
    routes::router,
    tls::{TlsError, TlsFiles, TlsListener},
};

/// How long answers that are under way may take once the server is to end.
const DRAIN: Duration = Duration::from_secs(3);

/// Why the interface does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else has the port, or the address is not of this machine.
    #[error(
        "cannot listen on {0}: {1}; does another one run here? name another address: with --listen, or for a node in its node.toml"
    )]
    Listen(SocketAddr, std::io::Error),
    /// The interface would be open to others without encryption.
    #[error(
        "{0} is not a loopback address: give a certificate with --tls-cert and --tls-key, or listen on 127.0.0.1"
    )]
    NotLoopback(SocketAddr),
    /// The certificate or its key.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// From where a request came, for handlers that take `ConnectInfo<Peer>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Binds the interface and serves it in the background until `ended` completes: over TLS with an identity, otherwise on
/// loopback only.
///
/// # Errors
/// If the port cannot be had, or the identity cannot be used.
pub async fn serve(
    listen: SocketAddr,
    identity: Option<&TlsFiles>,
    ports: Ports,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<SocketAddr, ServeError> {
    serve_router(listen, identity, router(ports), ended).await
}

/// Serves any addresses in the same way. Each request carries its peer's `SocketAddr` as an extension.
///
/// # Errors
/// As [`serve`].
pub async fn serve_router(
    listen: SocketAddr,
    identity: Option<&TlsFiles>,
    router: Router,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<SocketAddr, ServeError> {
    let acceptor = identity.map(TlsFiles::acceptor).transpose()?;
    if acceptor.is_none() && !listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(listen));
    }
    let refused = |error| ServeError::Listen(listen, error);
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let router = router.layer(map_request(name_peer));
    match acceptor {
        Some(acceptor) => {
            let listener = TlsListener::new(listener, acceptor).map_err(refused)?;
            tokio::spawn(run(listener, router, ended));
        }
        None => {
            tokio::spawn(run(listener, router, ended));
        }
    }
    Ok(address)
}

async fn run<L>(listener: L, router: Router, ended: impl Future<Output = ()> + Send + 'static)
where
    L: Listener<Addr = SocketAddr>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let (end, ending) = tokio::sync::oneshot::channel::<()>();
    let router = router.into_make_service_with_connect_info::<Peer>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        ended.await;
        drop(end);
    });
    tokio::select! {
        served = server => if let Err(error) = served {
            tracing::error!(%error, "the interface ended");
        },
        () = async { let _ = ending.await; tokio::time::sleep(DRAIN).await } => {}
    }
}

async fn name_peer(ConnectInfo(Peer(address)): ConnectInfo<Peer>, mut request: Request) -> Request {
    request.extensions_mut().insert(address);
    request
}
