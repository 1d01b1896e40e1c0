//! What the nouns do.

pub(crate) mod attestation;
pub(crate) mod bench;
pub(crate) mod bridge;
mod card;
pub(crate) mod chain;
mod clear_alarm;
mod clock;
pub(crate) mod db;
mod delivery;
pub(crate) mod dev;
pub(crate) mod did;
pub(crate) mod doctor;
pub(crate) mod genesis;
mod key;
pub(crate) mod keys;
pub(crate) mod ledger;
mod means;
mod member;
pub(crate) mod members;
pub mod node;
pub(crate) mod policy;
pub(crate) mod proposals;
mod scratch;
mod service;
pub(crate) mod site;
mod time;
pub(crate) mod tx;
pub(crate) mod validators;
pub(crate) mod wallet;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::NodeClient;
use realdid_node::GenesisFile;
use realdid_types::Genesis;

use crate::exit;

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
        if let Some(url) = &self.node {
            ensure!(
                ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)),
                "{url:?} is no address of an interface: one is like http://127.0.0.1:8080 or https://node.example:8443"
            );
        }
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

/// Which network is trusted.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Trust {
    /// The genesis that is trusted; without it, the node's own word is taken for what the network is
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: Option<PathBuf>,
}

impl Trust {
    /// The network, which is the node's.
    ///
    /// # Errors
    /// If the node does not answer, or belongs to another network.
    pub(crate) async fn genesis(&self, client: &NodeClient) -> anyhow::Result<Genesis> {
        let told = client.genesis().await?;
        let Some(path) = &self.genesis else { return Ok(told) };
        let trusted = GenesisFile::read(path)?.genesis()?;
        if trusted == told {
            return Ok(trusted);
        }
        Err(exit::unverified(format!(
            "the node at {} belongs to the network {} ({}), and {} is the genesis of {} ({}): name a node of that network \
             with --node, or the genesis of this one with --genesis",
            client.base(),
            told.network,
            told.digest(),
            path.display(),
            trusted.network,
            trusted.digest()
        )))
    }
}
