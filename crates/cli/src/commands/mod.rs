//! What the nouns do.

pub(crate) mod bench;
pub(crate) mod chain;
pub(crate) mod db;
pub(crate) mod did;
pub(crate) mod doctor;
pub(crate) mod genesis;
pub(crate) mod keys;
pub(crate) mod ledger;
pub mod node;

use std::path::PathBuf;

use anyhow::Context;
use realdid_client::NodeClient;

/// Which node to ask.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// The node's interface; without it, the first node of this machine's test network
    #[arg(long, env = "REALDID_NODE", value_name = "URL")]
    pub(crate) node: Option<String>,
    /// Certificates in PEM to which that of an https node must lead; without it, those that this machine trusts
    #[arg(long, env = "REALDID_CA_CERT", value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,
}

impl Target {
    /// The node.
    ///
    /// # Errors
    /// If none is named and there is no test network here, or the certificates cannot be read.
    pub(crate) fn client(&self) -> anyhow::Result<NodeClient> {
        match (&self.node, &self.ca_cert) {
            (Some(url), Some(path)) => {
                let certificates = std::fs::read(path).with_context(|| path.display().to_string())?;
                NodeClient::trusting(url, &certificates).with_context(|| path.display().to_string())
            }
            (Some(url), None) => Ok(NodeClient::new(url)),
            (None, _) => crate::testnet::first_node(),
        }
    }
}
