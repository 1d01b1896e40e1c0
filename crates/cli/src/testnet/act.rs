//! Looking at the network and breaking it on purpose.

use std::time::Duration;

use anyhow::Context;
use realdid_node::{GenesisFile, NodeKeys};
use realdid_storage::{KeyHistory, Store};
use realdid_testnet::{Lifetime, Network};
use realdid_types::{Change, RemoveValidator};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Place, Some_, program};
use crate::{
    commands::ledger::plain,
    output::{Format, print, row},
};

/// Ends all processes.
pub async fn down(place: &Place) -> anyhow::Result<()> {
    let mut network = place.network()?;
    realdid_testnet::end(&mut network.nodes).await;
    network.write()?;
    println!("the network in {} is down; `realdid testnet up` goes on with it", network.folder.display());
    Ok(())
}

/// Ends all processes and removes everything.
pub async fn reset(place: &Place) -> anyhow::Result<()> {
    let folder = place.folder();
    if !Network::exists(&folder) {
        println!("there is no network in {}", folder.display());
        return Ok(());
    }
    realdid_testnet::end(&mut place.network()?.nodes).await;
    // what else lies there is somebody else's
    for name in ["nodes", "logs"] {
        let path = folder.join(name);
        std::fs::remove_dir_all(&path).with_context(|| format!("{} stays", path.display()))?;
    }
    std::fs::remove_file(folder.join("testnet.json"))?;
    if std::fs::read_dir(&folder)?.next().is_none() {
        std::fs::remove_dir(&folder)?;
    }
    println!("the network in {} is removed", folder.display());
    Ok(())
}

/// How each node is.
pub async fn status(place: &Place, format: Format) -> anyhow::Result<()> {
    let network = place.network()?;
    let mut nodes = Vec::new();
    for node in &network.nodes {
        let status: Option<Value> = match node.is_running() {
            true => tokio::time::timeout(Duration::from_secs(1), node.client().get("/v1/status"))
                .await
                .ok()
                .and_then(Result::ok),
            false => None,
        };
        nodes.push(json!({
            "name": node.name, "pid": node.pid.filter(|_| node.is_running()), "url": node.url(), "status": status,
        }));
    }
    print(format, &nodes, |nodes| table(nodes))
}

/// A table of nodes.
pub fn table(nodes: &[Value]) -> Vec<Vec<String>> {
    let mut rows = vec![row(["node", "role", "height", "view", "reached", "ready", "interface", "process"])];
    for node in nodes {
        let status = &node["status"];
        let text = |name: &str| if status.is_null() { "-".to_owned() } else { plain(&status[name]) };
        let role = match status["validator"].as_bool() {
            Some(true) => "validator",
            Some(false) => "gateway",
            None => "-",
        };
        let reached = match status.is_null() {
            true => "-".to_owned(),
            false => format!("{} of {}", plain(&status["connected"]), plain(&status["validators"])),
        };
        let ready = match status["health"]["ready"].as_bool() {
            Some(true) => "yes".to_owned(),
            Some(false) => plain(&status["health"]["missing"][0]),
            None if node["pid"].is_null() => "does not run".to_owned(),
            None => "does not answer".to_owned(),
        };
        let cells = [plain(&node["name"]), role.to_owned(), text("height"), text("view"), reached, ready];
        let pid = if node["pid"].is_null() { "-".to_owned() } else { plain(&node["pid"]) };
        rows.push(cells.into_iter().chain([plain(&node["url"]), pid]).collect());
    }
    rows
}

fn with_nodes(
    some: &Some_,
    mut act: impl FnMut(&Network, usize) -> anyhow::Result<Option<u32>>,
) -> anyhow::Result<()> {
    let mut network = some.place.network()?;
    for place in network.places(&some.nodes)? {
        network.nodes[place].pid = act(&network, place)?;
        network.write()?;
    }
    Ok(())
}

fn signal(some: &Some_, signal: Signal, done: &str) -> anyhow::Result<()> {
    with_nodes(some, |network, place| {
        let node = &network.nodes[place];
        node.signal(signal)?;
        println!("{} {done}", node.name);
        Ok(node.pid)
    })
}

/// Kills nodes.
pub fn kill(some: &Some_) -> anyhow::Result<()> {
    signal(some, Signal::KILL, "is killed")
}

/// Stops nodes where they stand.
pub fn pause(some: &Some_) -> anyhow::Result<()> {
    signal(some, Signal::STOP, "stands still")
}

/// Lets them go on.
pub fn resume(some: &Some_) -> anyhow::Result<()> {
    signal(some, Signal::CONT, "goes on")
}

/// Starts nodes that do not run.
pub async fn start(some: &Some_) -> anyhow::Result<()> {
    with_nodes(some, |network, place| {
        let node = &network.nodes[place];
        if node.is_running() {
            println!("{} runs already", node.name);
            return Ok(node.pid);
        }
        let child = realdid_testnet::spawn(&program()?, network, node, Lifetime::Detached)?;
        println!("{} starts", node.name);
        Ok(Some(child.id()))
    })
}

/// Cuts the network in two.
pub async fn partition(some: &Some_) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let inside = network.places(&some.nodes)?;
    for (place, node) in network.nodes.iter().enumerate().filter(|(_, node)| node.is_running()) {
        let is_inside = inside.contains(&place);
        let others: Vec<&str> = network
            .nodes
            .iter()
            .enumerate()
            .filter(|(other, _)| inside.contains(other) != is_inside)
            .map(|(_, other)| other.transport_key.as_str())
            .collect();
        node.client().post("/v1/development/refuse", &others).await?;
    }
    println!(
        "{} on one side, the others on the other; `realdid testnet heal` ends it",
        some.nodes.join(", ")
    );
    Ok(())
}

/// Ends a partition.
pub async fn heal(place: &Place) -> anyhow::Result<()> {
    for node in place.network()?.nodes.iter().filter(|node| node.is_running()) {
        node.client().post("/v1/development/refuse", &Vec::<String>::new()).await?;
    }
    println!("all nodes speak to each other again");
    Ok(())
}

/// Takes nodes' disks away.
pub async fn wipe(some: &Some_) -> anyhow::Result<()> {
    let mut network = some.place.network()?;
    for place in network.places(&some.nodes)? {
        realdid_testnet::end(&mut network.nodes[place..=place]).await;
        let home = network.home_of(&network.nodes[place]);
        std::fs::remove_dir_all(home.ledger())?;
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        let author = NodeKeys::load(&home.keys())?.author.public_key();
        Store::create(&home.ledger(), &genesis, KeyHistory::Unknown, author)?;
        let child = realdid_testnet::spawn(&program()?, &network, &network.nodes[place], Lifetime::Detached)?;
        network.nodes[place].pid = Some(child.id());
        network.write()?;
        println!("{} lost its disk and starts again", network.nodes[place].name);
    }
    Ok(())
}

/// The newest lines of nodes' logs.
pub fn logs(some: &Some_) -> anyhow::Result<()> {
    const LINES: usize = 50;
    let network = some.place.network()?;
    for place in network.places(&some.nodes)? {
        let path = network.log_of(&network.nodes[place]);
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("{} is not there", path.display()))?;
        println!("== {}", path.display());
        let lines: Vec<&str> = text.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(LINES)).for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// A validator that is to join.
#[derive(clap::Args)]
pub struct Add {
    /// Which member runs it
    #[arg(long, default_value = "ministry")]
    organisation: String,
    #[command(flatten)]
    place: Place,
}

/// Adds a validator.
pub async fn add(add: &Add) -> anyhow::Result<()> {
    let mut network = add.place.network()?;
    let client = network.nodes.first().context("the network has no nodes")?.client();
    let place = realdid_testnet::make_newcomer(&mut network, &add.organisation)?;
    let child = realdid_testnet::spawn(&program()?, &network, &network.nodes[place], Lifetime::Detached)?;
    network.nodes[place].pid = Some(child.id());
    network.write()?;
    let name = &network.nodes[place].name;
    println!("{name} starts and catches up");
    let change = realdid_testnet::newcomer_change(&network, place, &add.organisation, &client).await?;
    realdid_testnet::decide(&network, &client, change).await?;
    println!("the members have voted {name} in: it validates from the next epoch on");
    Ok(())
}

/// Votes validators out.
pub async fn remove(some: &Some_) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let client = network.nodes.first().context("the network has no nodes")?.client();
    for place in network.places(&some.nodes)? {
        let node = &network.nodes[place];
        let consensus_key = NodeKeys::load(&network.home_of(node).keys())?
            .consensus
            .with_context(|| format!("{} is no validator", node.name))?
            .public_key();
        let change = Change::RemoveValidator(RemoveValidator { consensus_key });
        realdid_testnet::decide(&network, &client, change).await?;
        println!("the members have voted {} out", node.name);
    }
    Ok(())
}
