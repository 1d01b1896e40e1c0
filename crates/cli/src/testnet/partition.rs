//! Cutting the network in two.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use realdid_testnet::{Network, NodeEntry};
use serde_json::json;

use super::{Place, Some_};
use crate::output::{Format, say};

/// A node that was started just now answers within this time.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Cuts the network in two.
pub async fn partition(some: &Some_, format: Format) -> anyhow::Result<()> {
    let network = some.place.network()?;
    part(&network, &network.places(&some.nodes)?).await?;
    let names = some.nodes.join(", ");
    let sentence = format!("{names} on one side, the others on the other; `realdid testnet heal` ends it");
    say(format, &json!({ "apart": some.nodes }), &sentence)
}

/// Ends a partition.
pub async fn heal(place: &Place, format: Format) -> anyhow::Result<()> {
    part(&place.network()?, &[]).await?;
    say(format, &json!({ "apart": [] }), "all nodes speak to each other again")
}

/// Lets these speak to each other alone, and the others too; with none on one side everybody speaks to everybody.
///
/// # Errors
/// If a node that runs takes no order.
pub async fn part(network: &Network, inside: &[usize]) -> anyhow::Result<()> {
    for (place, node) in network.nodes.iter().enumerate().filter(|(_, node)| node.is_running()) {
        let is_inside = inside.contains(&place);
        let others: Vec<&str> = network
            .nodes
            .iter()
            .enumerate()
            .filter(|(other, _)| inside.contains(other) != is_inside)
            .map(|(_, other)| other.transport_key.as_str())
            .collect();
        order(node, &others).await?;
    }
    Ok(())
}

/// Tells a node whom to have nothing to do with, as soon as it answers.
async fn order(node: &NodeEntry, refused: &[&str]) -> anyhow::Result<()> {
    ensure!(!node.is_paused(), "{0} stands still: `realdid testnet resume {0}` first", node.name);
    let until = Instant::now() + ANSWER_MAX;
    loop {
        match node.client().post("/v1/development/refuse", &refused).await {
            Err(error) if error.is_temporary() && node.is_running() && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done.with_context(|| format!("{} takes no order", node.name)),
        }
    }
}
