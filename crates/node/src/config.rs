//! How one node is set up: `node.toml` in its folder. What all nodes must agree on is in the genesis, never here.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use realdid_api::TlsFiles;
use realdid_network::PeerAddress;
use serde::{Deserialize, Serialize};

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What its operator calls it.
    pub name: String,
    /// Where other validators reach this one, the best first, if that is not where it listens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advertise: Vec<SocketAddr>,
    /// The interface.
    pub api: Interface,
    /// Where it meets other validators; a node without a consensus key has none.
    pub validators: Option<Plane>,
    /// Where it meets everybody.
    pub public: Plane,
    /// The disk.
    #[serde(default)]
    pub storage: Storage,
}

/// The interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// Address and port; without a certificate a loopback address.
    pub listen: SocketAddr,
    /// The certificate chain in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
}

impl Interface {
    /// One that listens here without TLS.
    #[must_use]
    pub fn plain(listen: SocketAddr) -> Self {
        Self { listen, tls_cert: None, tls_key: None }
    }

    /// With what it answers TLS handshakes; none if it speaks plain HTTP.
    ///
    /// # Errors
    /// If one of the two files is named without the other.
    pub fn identity(&self) -> Result<Option<TlsFiles>, ConfigError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(TlsFiles { certificate: certificate.clone(), key: key.clone() }))
            }
            (None, None) => Ok(None),
            _ => Err(ConfigError::HalfIdentity),
        }
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plane {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Whom to connect to: `/ip4/192.0.2.7/tcp/9000/p2p/12D3Koo…`.
    #[serde(default)]
    pub peers: Vec<String>,
}

/// The disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// With less free space than this, in bytes, the node stops voting and keeps reading.
    pub low_water_bytes: u64,
}

impl Default for Storage {
    fn default() -> Self {
        Self { low_water_bytes: 512 << 20 }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{0}: {1}; make a node with `realdid node init` or `realdid node join`")]
    Read(PathBuf, std::io::Error),
    /// It is no such file.
    #[error("{0}: {1}")]
    Syntax(PathBuf, Box<toml::de::Error>),
    /// An address of a peer is none.
    #[error("{0}: {1}")]
    Peer(PathBuf, realdid_network::PeerAddressError),
    /// A certificate without its key, or the reverse.
    #[error("tls_cert and tls_key come together: name the certificate chain and its private key, or neither")]
    HalfIdentity,
    /// It cannot be written.
    #[error("{0}: {1}")]
    Write(PathBuf, std::io::Error),
}

/// The files of a node's folder.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The folder.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.0.join("node.toml")
    }

    /// The genesis.
    #[must_use]
    pub fn genesis(&self) -> PathBuf {
        self.0.join("genesis.json")
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Where validators say that they listen.
    #[must_use]
    pub fn addresses(&self) -> PathBuf {
        self.0.join("addresses")
    }

    /// What proves that validators contradicted themselves.
    #[must_use]
    pub fn evidence(&self) -> PathBuf {
        self.0.join("evidence")
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }
}

impl Config {
    /// Reads a folder's configuration.
    ///
    /// # Errors
    /// If it cannot be read, or a value in it is not what it should be.
    pub fn read(home: &Home) -> Result<Self, ConfigError> {
        let path = home.config();
        let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::Read(path.clone(), error))?;
        let config: Self =
            toml::from_str(&text).map_err(|error| ConfigError::Syntax(path.clone(), Box::new(error)))?;
        let planes = config.validators.iter().chain([&config.public]);
        for plane in planes {
            plane.addresses().map_err(|error| ConfigError::Peer(path.clone(), error))?;
        }
        Ok(config)
    }

    /// Where other validators reach this one; nowhere, if it listens on all addresses and does not say which is its own.
    #[must_use]
    pub fn advertised(&self) -> Vec<SocketAddr> {
        let listen = self.validators.iter().map(|plane| plane.listen);
        let own = listen.filter(|address| !address.ip().is_unspecified());
        if self.advertise.is_empty() { own.collect() } else { self.advertise.clone() }
    }

    /// Writes a folder's configuration.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, home: &Home) -> Result<(), ConfigError> {
        let path = home.config();
        let text =
            toml::to_string(self).unwrap_or_else(|error| unreachable!("a configuration is TOML: {error}"));
        std::fs::write(&path, text).map_err(|error| ConfigError::Write(path, error))
    }
}

impl Plane {
    /// Whom to connect to.
    ///
    /// # Errors
    /// Names the text that is no address.
    pub fn addresses(&self) -> Result<Vec<PeerAddress>, realdid_network::PeerAddressError> {
        self.peers.iter().map(|text| text.parse()).collect()
    }
}
