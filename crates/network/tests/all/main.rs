//! What the two planes promise, over real sockets on loopback.

mod public;
mod validators;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use realdid_crypto::{Digest, PublicKey, SecretKey};
use realdid_types::GenesisDigest;

/// A port that was free a moment ago.
pub fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// The network of a number.
pub fn network(number: u8) -> GenesisDigest {
    GenesisDigest(Digest::from_bytes([number; 32]))
}

/// The transport key of a seed.
pub fn key(seed: u8) -> PublicKey {
    SecretKey::ed25519(&[seed; 32]).public_key()
}
