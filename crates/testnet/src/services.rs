//! What runs beside the nodes so that a person can try all of it: an authority, a wallet, a bridge and two shops.

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Network, processes::Process};

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Which.
    pub kind: Kind,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its process, while it runs.
    pub pid: Option<u32>,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Attests invented people.
    Authority,
    /// The wallet's pages.
    Wallet,
    /// OpenID Connect for sites.
    Bridge,
    /// A site that verifies logins by itself.
    Bookshop,
    /// A site that asks the bridge.
    Teahouse,
}

impl Kind {
    /// All, in the order in which they need one another.
    pub const ALL: [Self; 5] = [Self::Authority, Self::Wallet, Self::Bridge, Self::Bookshop, Self::Teahouse];
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Authority => "authority",
            Self::Wallet => "wallet",
            Self::Bridge => "bridge",
            Self::Bookshop => "bookshop",
            Self::Teahouse => "teahouse",
        })
    }
}

impl Service {
    /// Its origin, as browsers name it: they take `localhost` for safe, and keep keys only on safe pages.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.listen.port())
    }

    /// Whether its process runs and is really this service's.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Process::of_service(self).is_running()
    }
}

impl Network {
    /// The service of a kind.
    #[must_use]
    pub fn service(&self, kind: Kind) -> Option<&Service> {
        self.services.iter().find(|service| service.kind == kind)
    }

    /// The place of the service with this name.
    #[must_use]
    pub fn service_named(&self, name: &str) -> Option<usize> {
        self.services.iter().position(|service| service.kind.to_string() == name)
    }

    /// Where services keep what they keep.
    #[must_use]
    pub fn home_of_service(&self, kind: Kind) -> PathBuf {
        self.folder.join("demo").join(kind.to_string())
    }

    /// Where a service logs to.
    #[must_use]
    pub fn log_of_service(&self, service: &Service) -> PathBuf {
        self.folder.join("logs").join(format!("{}.log", service.kind))
    }
}
