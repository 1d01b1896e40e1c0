//! Letting validators join and leave.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use realdid_client::NodeClient;
use realdid_node::NodeKeys;
use realdid_testnet::{Lifetime, Network, NodeEntry};
use realdid_types::{Change, RemoveValidator};
use serde_json::{Value, json};

use super::{Place, Some_, program};
use crate::output::{Format, say};

/// How long a newcomer may take to catch up, and after the vote to sign with the others.
const JOIN_MAX: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A validator that is to join.
#[derive(clap::Args)]
pub struct Add {
    /// Which member runs it
    #[arg(long, default_value = "ministry")]
    organisation: String,
    #[command(flatten)]
    place: Place,
}

/// Adds a validator, and waits until it signs.
pub async fn add(add: &Add, format: Format) -> anyhow::Result<()> {
    let mut network = add.place.network()?;
    let _lock = realdid_testnet::lock(&network.folder)?;
    let client = running(&network)?;
    let members: Vec<String> = client.members().await?.into_iter().map(|member| member.name).collect();
    ensure!(
        members.contains(&add.organisation),
        "there is no member {:?}: there are {}",
        add.organisation,
        members.join(", ")
    );
    let place = realdid_testnet::make_newcomer(&mut network, &add.organisation)?;
    let voted_in = tokio::select! {
        voted_in = vote_in(&mut network, place, &add.organisation, &client) => voted_in,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    let name = network.nodes[place].name.clone();
    if let Err(error) = voted_in {
        take_back(&mut network, place).await?;
        return Err(error.context(format!("{name} did not join, and is removed again")));
    }
    let is_validating = |status: &Value| status["validator"] == true && status["health"]["ready"] == true;
    until(&network, place, "is voted in, and takes office with the next epoch", is_validating).await?;
    say(format, &json!({ "node": name, "state": "validates" }), &format!("{name} is voted in and validates"))
}

/// The interface of a node that runs.
fn running(network: &Network) -> anyhow::Result<NodeClient> {
    let running = network.nodes.iter().find(|node| node.is_running());
    Ok(running.context("no node of the network runs: `realdid testnet up` starts it")?.client())
}

/// Starts it, lets it catch up, and lets the members decide.
async fn vote_in(
    network: &mut Network,
    place: usize,
    organisation: &str,
    client: &NodeClient,
) -> anyhow::Result<()> {
    let child = realdid_testnet::spawn(&program()?, network, &network.nodes[place], Lifetime::Detached)?;
    network.nodes[place].pid = Some(child.id());
    network.write()?;
    let tip = client.newest_block().await?.header.height.0;
    let is_there = |status: &Value| status["height"].as_u64().is_some_and(|height| height >= tip);
    until(network, place, "starts and catches up", is_there).await?;
    let change = realdid_testnet::newcomer_change(network, place, organisation, client).await?;
    realdid_testnet::decide(network, client, change).await.map(drop)
}

/// Waits until what a newcomer says of itself is as it should be.
async fn until(
    network: &Network,
    place: usize,
    what: &str,
    is_so: impl Fn(&Value) -> bool,
) -> anyhow::Result<()> {
    let (node, client) = (&network.nodes[place], network.nodes[place].client());
    eprintln!("{} {what}", node.name);
    let until = Instant::now() + JOIN_MAX;
    let log = network.log_of(node);
    loop {
        if client.get::<Value>("/v1/status").await.is_ok_and(|status| is_so(&status)) {
            return Ok(());
        }
        ensure!(node.is_running(), "{} ended: see {}", node.name, log.display());
        if Instant::now() >= until {
            bail!("{} {what}: that takes longer than {JOIN_MAX:?}; see {}", node.name, log.display());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Removes a newcomer that did not become a validator.
async fn take_back(network: &mut Network, place: usize) -> anyhow::Result<()> {
    realdid_testnet::end(&mut network.nodes[place..=place]).await;
    let newcomer = network.nodes.remove(place);
    network.write()?;
    network.remove_node(&newcomer)
}

/// Votes validators out.
pub async fn remove(some: &Some_, format: Format) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let client = running(&network)?;
    let mut out: Vec<&str> = Vec::new();
    for place in network.places(&some.nodes)? {
        let node = &network.nodes[place];
        vote_out(&network, node, &client).await.with_context(|| match out.len() {
            0 => format!("{} stays", node.name),
            _ => format!("{} stays, and {} already voted out", node.name, are(&out)),
        })?;
        out.push(&node.name);
    }
    let sentence =
        format!("the members have voted {} out; they follow from the next epoch on", out.join(", "));
    say(format, &json!({ "nodes": out, "state": "voted out" }), &sentence)
}

fn are(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(", "))
}

async fn vote_out(network: &Network, node: &NodeEntry, client: &NodeClient) -> anyhow::Result<()> {
    let consensus_key = NodeKeys::load(&network.home_of(node).keys())?
        .consensus
        .with_context(|| format!("{} is no validator", node.name))?
        .public_key();
    let change = Change::RemoveValidator(RemoveValidator { consensus_key });
    realdid_testnet::decide(network, client, change).await.map(drop)
}
