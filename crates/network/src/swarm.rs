//! What both planes' swarms have in common: TCP, Noise, Yamux.

use std::{net::SocketAddr, time::Duration};

use libp2p::{
    Swarm, SwarmBuilder, core::transport::ListenerId, identity::Keypair, noise, swarm::NetworkBehaviour, tcp,
    yamux,
};

use crate::peer::multiaddr;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a connection on which nothing is open is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Why a plane does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has the port, or the address is not of this machine.
    #[error(
        "cannot listen on {0}: {1}; is another node running here, or is the address not of this machine?"
    )]
    Listen(SocketAddr, String),
    /// The cryptography or the protocols could not be put together.
    #[error("the network does not start: {0}")]
    Setup(String),
}

pub(crate) fn build<B: NetworkBehaviour>(
    keys: Keypair,
    behaviour: impl FnOnce(&Keypair) -> Result<B, StartError>,
) -> Result<Swarm<B>, StartError> {
    let setup = |error: &dyn std::fmt::Display| StartError::Setup(error.to_string());
    let made = behaviour(&keys)?;
    let builder = SwarmBuilder::with_existing_identity(keys)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| setup(&error))?
        .with_behaviour(|_| made)
        .map_err(|error| setup(&error))?;
    let builder = builder.with_swarm_config(|config| config.with_idle_connection_timeout(IDLE));
    Ok(builder.with_connection_timeout(HANDSHAKE).build())
}

/// Listens; a port that is taken is an error now and not later. libp2p's own sockets share ports: two nodes on one
/// would each get half of the connections.
pub(crate) fn listen<B: NetworkBehaviour>(
    swarm: &mut Swarm<B>,
    address: SocketAddr,
) -> Result<ListenerId, StartError> {
    let failed = |error: String| StartError::Listen(address, error);
    drop(std::net::TcpListener::bind(address).map_err(|error| failed(error.to_string()))?);
    swarm.listen_on(multiaddr(address)).map_err(|error| failed(error.to_string()))
}

/// The key pair of a seed, which is wiped.
pub(crate) fn keypair(mut seed: [u8; 32]) -> Result<Keypair, StartError> {
    Keypair::ed25519_from_bytes(&mut seed).map_err(|error| StartError::Setup(error.to_string()))
}
