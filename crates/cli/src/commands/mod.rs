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

use realdid_client::NodeClient;

/// Which node to ask.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// The node's interface; without it, the first node of this machine's test network
    #[arg(long, env = "REALDID_NODE", value_name = "URL")]
    pub(crate) node: Option<String>,
}

impl Target {
    /// The node.
    ///
    /// # Errors
    /// If none is named and there is no test network here.
    pub(crate) fn client(&self) -> anyhow::Result<NodeClient> {
        match &self.node {
            Some(url) => Ok(NodeClient::new(url)),
            None => crate::testnet::first_node(),
        }
    }
}
