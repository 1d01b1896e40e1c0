//! A peer's name and where it listens.

use std::{fmt, net::SocketAddr, str::FromStr};

use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use realdid_crypto::PublicKey;

/// What stands before the key in the name of a peer with an Ed25519 key: an identity multihash of the protobuf that
/// libp2p wraps keys in.
const ED25519_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The libp2p name of a transport key; none if the key is no point of the curve.
#[must_use]
pub fn peer_id(key: &PublicKey) -> Option<PeerId> {
    let key = libp2p::identity::ed25519::PublicKey::try_from_bytes(key.as_bytes()).ok()?;
    Some(PeerId::from_public_key(&key.into()))
}

/// The transport key of a libp2p name; none if it names another kind of key.
pub(crate) fn key_of(peer: &PeerId) -> Option<PublicKey> {
    let bytes = peer.to_bytes();
    let key = bytes.strip_prefix(&ED25519_PREFIX)?;
    Some(PublicKey::ed25519(key.try_into().ok()?))
}

/// Where a peer listens: `/ip4/192.0.2.7/tcp/9000/p2p/12D3Koo…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerAddress {
    /// Its transport key.
    pub key: PublicKey,
    /// Its address and port.
    pub address: SocketAddr,
}

/// Text that is no address of a peer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no peer's address, which looks like /ip4/192.0.2.7/tcp/9000/p2p/12D3Koo…")]
pub struct PeerAddressError(String);

impl FromStr for PeerAddress {
    type Err = PeerAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address: Option<Multiaddr> = text.parse().ok();
        address.as_ref().and_then(Self::of).ok_or_else(|| PeerAddressError(text.to_owned()))
    }
}

impl PeerAddress {
    fn of(address: &Multiaddr) -> Option<Self> {
        let parts: Vec<Protocol<'_>> = address.iter().collect();
        let [ip, Protocol::Tcp(port), Protocol::P2p(peer)] = parts.as_slice() else { return None };
        let ip = match ip {
            Protocol::Ip4(ip) => (*ip).into(),
            Protocol::Ip6(ip) => (*ip).into(),
            _ => return None,
        };
        Some(Self { key: key_of(peer)?, address: SocketAddr::new(ip, *port) })
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = multiaddr(self.address);
        match peer_id(&self.key) {
            Some(peer) => write!(f, "{address}/p2p/{peer}"),
            None => write!(f, "{address}/p2p/?"),
        }
    }
}

/// A socket's address in libp2p's words.
pub(crate) fn multiaddr(address: SocketAddr) -> Multiaddr {
    Multiaddr::from(address.ip()).with(Protocol::Tcp(address.port()))
}

#[cfg(test)]
mod tests {
    use realdid_crypto::SecretKey;

    use super::*;

    #[test]
    fn an_address_reads_back_as_itself() {
        let key = SecretKey::ed25519(&[7; 32]).public_key();
        for address in ["192.0.2.7:9000", "[2001:db8::1]:1"] {
            let address = PeerAddress { key, address: address.parse().unwrap() };
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_named() {
        let peer = peer_id(&SecretKey::ed25519(&[7; 32]).public_key()).unwrap();
        for text in
            ["", "x", "/ip4/192.0.2.7/tcp/9000", &format!("/dns/a/tcp/1/p2p/{peer}"), "192.0.2.7:9000"]
        {
            assert_eq!(text.parse::<PeerAddress>(), Err(PeerAddressError(text.to_owned())));
        }
    }
}
