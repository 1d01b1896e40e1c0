//! Which network a command is about, and what becomes of what it asks for.

use std::time::Duration;

use realdid_client::CheckedNode;
use realdid_testnet::now_ms;
use realdid_types::{Genesis, Header, Timestamp};

use super::{Target, Trust, delivery::Delivery, time};

/// How long whoever only reads waits for the block that shows a change made just before; after that it is told what the
/// newest one shows.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// How much older than this machine's clock the newest block may be, beside what an idle network waits: clocks differ, and
/// leaders fail.
const AGE_MAX_MS: u64 = 60_000;

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

/// Says so if the newest block that a node shows is older than a working network's is: the node may keep newer ones back.
pub(crate) fn warn_of_old(header: &Header, genesis: &Genesis) {
    if let Some(seconds) = unusual_age(header.time, now_ms(), genesis.parameters.max_idle) {
        eprintln!(
            "note: the newest block that the node shows, {}, is of {}, {seconds} s before this machine's clock: if the clock is \
             right, the network stands still or the node keeps newer ones back; ask another node, too",
            header.height,
            time::text(header.time)
        );
    }
}

/// In seconds; none where a working network's newest block may be that old.
fn unusual_age(time: Timestamp, now: u64, max_idle: u64) -> Option<u64> {
    let age = now.saturating_sub(time.0);
    (age > AGE_MAX_MS.saturating_add(max_idle)).then_some(age / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newest_block_is_old_once_an_idle_network_would_have_made_another_long_ago() {
        let age = |milliseconds: u64| unusual_age(Timestamp(1_000_000), 1_000_000 + milliseconds, 5_000);
        assert_eq!(age(65_000), None);
        assert_eq!(age(65_001), Some(65));
        // a clock that is behind
        assert_eq!(unusual_age(Timestamp(1_000_000), 0, 5_000), None);
    }
}
