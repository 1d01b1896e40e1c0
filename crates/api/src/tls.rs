//! The interface over TLS: the operator's certificate, and connections whose handshake is done.

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    },
    server::TlsStream,
};

/// Handshakes that are under way at once; whoever comes then waits in the kernel's queue.
const HANDSHAKES_MAX: usize = 128;
/// How long a handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// How long the listener rests where the system has no more connections to give.
const REST: Duration = Duration::from_millis(100);

/// The files of a TLS identity, as certification authorities hand them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain in PEM, the server's own first.
    pub certificate: PathBuf,
    /// The private key in PEM, readable by its owner alone.
    pub key: PathBuf,
}

/// Why an identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or is no PEM of its kind.
    #[error("{0}: {1}; --tls-cert takes a certificate chain and --tls-key its private key, both in PEM")]
    Read(PathBuf, pem::Error),
    /// Others can read the key.
    #[error("{0} can be read by others (mode {1:o}): chmod 600 {0}")]
    Exposed(PathBuf, u32),
    /// The key is another certificate's, or of a kind that is not supported.
    #[error("{0} and {1} do not belong together: {2}")]
    Mismatch(PathBuf, PathBuf, rustls::Error),
}

impl TlsFiles {
    /// What answers handshakes with this identity.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let of = |path: &Path| {
            let path = path.to_owned();
            move |error| TlsError::Read(path, error)
        };
        let chain = CertificateDer::pem_file_iter(&self.certificate).map_err(of(&self.certificate))?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(of(&self.certificate))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(of(&self.key))?;
        self.check_mode()?;
        let mismatch = |error| TlsError::Mismatch(self.certificate.clone(), self.key.clone(), error);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(mismatch)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(mismatch)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn check_mode(&self) -> Result<(), TlsError> {
        let of_key = |error| TlsError::Read(self.key.clone(), pem::Error::Io(error));
        let mode = std::fs::metadata(&self.key).map_err(of_key)?.permissions().mode() & 0o777;
        if mode & 0o077 == 0 { Ok(()) } else { Err(TlsError::Exposed(self.key.clone(), mode)) }
    }
}

/// Hands over connections once their handshake is done. One that takes its time holds nobody else up.
pub(crate) struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    pub(crate) fn new(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(1);
        let accepting = tokio::spawn(accept(listener, acceptor, done));
        Ok(Self { address, ready, accepting })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    while let Ok(place) = room.clone().acquire_owned().await {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(REST).await;
            continue;
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            // who does not speak TLS is dropped without an answer
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
                drop(done.send((stream, peer)).await);
            }
            drop(place);
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // the task that accepts lasts as long as this
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
