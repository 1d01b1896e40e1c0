//! Which network a command is about, and what becomes of what it asks for.

use std::time::Duration;

use realdid_client::CheckedNode;

use super::{Target, Trust, delivery::Delivery};

/// How long whoever only reads waits for the block that shows a change made just before; after that it is told what the
/// newest one shows.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// Which network is meant, and what becomes of the transaction.
#[derive(clap::Args)]
pub(crate) struct Means {
    #[command(flatten)]
    pub(crate) delivery: Delivery,
    #[command(flatten)]
    pub(crate) trust: Trust,
    #[command(flatten)]
    pub(crate) target: Target,
}

impl Means {
    /// The node and its network.
    pub(crate) async fn node(&self) -> anyhow::Result<CheckedNode> {
        node(&self.target, &self.trust).await
    }
}

/// A node, and the network that is trusted.
pub(crate) async fn node(target: &Target, trust: &Trust) -> anyhow::Result<CheckedNode> {
    let client = target.client()?;
    let genesis = trust.genesis(&client).await?;
    Ok(CheckedNode::new(client, &genesis)?)
}
