//! `realdid testnet up`.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_node::GenesisFile;
use realdid_testnet::{Lifetime, Network, NodeEntry, Service, Wishes, citizen};
use serde_json::{Value, json};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    Place, demo, live,
    started::Started,
    status::{table, view},
};
use crate::output::{Format, print, print_table, row};

/// How long the nodes may take to be ready.
const READY_MAX: Duration = Duration::from_secs(30);
/// Citizens in the table.
const CITIZENS: usize = 10;

/// How to start it.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many validators a new network has [default: 4]; four stand one that fails, seven two
    #[arg(short = 'n', long, value_parser = clap::value_parser!(u16).range(1..=50))]
    validators: Option<u16>,
    /// How many nodes a new network has of members that are no validators [default: 1]
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=50))]
    gateways: Option<u16>,
    /// Draw all keys from this number: the same one gives the same keys and DIDs
    #[arg(long)]
    seed: Option<u64>,
    /// Make a new network of nodes alone, without the authority, the wallet, the bridge and the shops beside them
    #[arg(long)]
    nodes_only: bool,
    /// Leave the network running and come back
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    place: Place,
}

pub async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let folder = arguments.place.folder();
    let lock = realdid_testnet::lock(&folder)?;
    // whoever is told to end while it makes folders ends after that
    let mut ends =
        Ends { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
    let mut network = found_or_made(&folder, &arguments)?;
    let others = running(&network);
    let lifetime = if arguments.detach { Lifetime::Detached } else { Lifetime::Attached };
    let mut started = Started::new(lifetime);
    let shown = match started.start_nodes(&mut network) {
        Ok(()) => tokio::select! {
            shown = show(&mut network, &mut started, format) => shown,
            () = ends.wait() => Err(anyhow::anyhow!("told to end before the network was ready")),
        },
        failed => failed,
    };
    if arguments.detach {
        if shown.is_err() {
            started.end(&mut network).await?;
        }
        return shown;
    }
    drop(lock);
    let lived = match shown {
        Ok(()) => tokio::select! {
            lived = follow(&network, format, &mut started) => lived,
            () = ends.wait() => Ok(()),
        },
        failed => failed,
    };
    end_all_but(&others, &folder).await?;
    started.reap()?;
    lived
}

/// The names of what runs.
fn running(network: &Network) -> Vec<String> {
    let nodes = network.nodes.iter().filter(|node| node.is_running()).map(|node| node.name.clone());
    let services = network.services.iter().filter(|service| service.is_running());
    nodes.chain(services.map(|service| service.kind.to_string())).collect()
}

/// Ends the network's processes but for those that ran before: they are somebody else's to end.
async fn end_all_but(others: &[String], folder: &Path) -> anyhow::Result<()> {
    match others.len() {
        0 => eprintln!("\nthe network ends; `realdid testnet up` goes on with it"),
        _ => eprintln!("\nwhat ran before goes on: {}; `realdid testnet down` ends it", others.join(", ")),
    }
    // others may have started and ended nodes meanwhile, or removed everything
    let Ok(mut network) = Network::read(folder) else { return Ok(()) };
    let mine: Vec<usize> =
        (0..network.nodes.len()).filter(|place| !others.contains(&network.nodes[*place].name)).collect();
    let mut nodes: Vec<NodeEntry> = mine.iter().map(|place| network.nodes[*place].clone()).collect();
    realdid_testnet::end(&mut nodes).await;
    for (place, node) in mine.into_iter().zip(nodes) {
        network.nodes[place] = node;
    }
    let mine: Vec<usize> = (0..network.services.len())
        .filter(|place| !others.contains(&network.services[*place].kind.to_string()))
        .collect();
    let mut services: Vec<Service> = mine.iter().map(|place| network.services[*place].clone()).collect();
    realdid_testnet::end_services(&mut services).await;
    for (place, service) in mine.into_iter().zip(services) {
        network.services[place] = service;
    }
    network.write()
}

/// What tells it to end.
struct Ends {
    terminate: Signal,
    interrupt: Signal,
}

impl Ends {
    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn found_or_made(folder: &Path, arguments: &Arguments) -> anyhow::Result<Network> {
    if Network::exists(folder) {
        let network = Network::read(folder)?;
        ensure!(
            arguments.seed.is_none() || arguments.seed == network.seed,
            "the network in {} has another seed: `realdid testnet reset` removes it",
            folder.display()
        );
        ensure!(
            !arguments.nodes_only || network.services.is_empty(),
            "the network in {} has an authority, a wallet, a bridge and shops: `realdid testnet reset` removes it",
            folder.display()
        );
        let count = |validator| network.nodes.iter().filter(|node| node.validator == validator).count();
        for (wanted, there, what) in [
            (arguments.validators, count(true), "validators"),
            (arguments.gateways, count(false), "gateways"),
        ] {
            ensure!(
                wanted.is_none_or(|wanted| usize::from(wanted) == there),
                "the network in {} has {there} {what}: `realdid testnet reset` removes it",
                folder.display()
            );
        }
        return Ok(network);
    }
    let wishes = Wishes {
        validators: arguments.validators.unwrap_or(4).into(),
        gateways: arguments.gateways.unwrap_or(1).into(),
        seed: arguments.seed,
        services: !arguments.nodes_only && demo::is_whole(),
    };
    realdid_testnet::make(folder, &wishes)
}

/// Waits until the nodes are ready, makes the citizens, starts what runs beside the nodes, and prints the table.
async fn show(network: &mut Network, started: &mut Started, format: Format) -> anyhow::Result<()> {
    let statuses = ready(network).await?;
    let first = network.nodes.first().context("the network has no nodes")?;
    let genesis = first.client().genesis().await?;
    let seed = network.seed.unwrap_or(7);
    let mut citizens = Vec::new();
    for number in 0..CITIZENS {
        let (did, signed) = citizen(genesis.digest(), seed, number);
        let node = &network.nodes[number % network.nodes.len()];
        // whoever is there from an earlier start is as well
        drop(node.client().submit(&[signed], realdid_client::Wait::Final).await);
        citizens.push(did.to_text(&genesis.network));
    }
    let (curl, name) = (format!("curl -s {}/v1/records/{}", first.url(), citizens[0]), first.name.clone());
    let demo = demo::start(network, &genesis, started).await?;
    let nodes: Vec<Value> =
        network.nodes.iter().zip(statuses).map(|(node, status)| view(node, Some(status))).collect();
    let result = json!({
        "network": genesis.network.to_string(), "genesis": genesis.digest().to_string(),
        "home": network.folder, "nodes": nodes, "citizens": citizens, "try": curl, "demo": demo,
    });
    print(format, &result, |_| table(&nodes))?;
    if format == Format::Table {
        println!();
        print_table(&citizens.iter().map(|citizen| row(["citizen", citizen])).collect::<Vec<_>>());
        println!("\ntry: {curl}");
        println!("     realdid testnet kill {name}; realdid testnet status; realdid testnet start {name}");
        demo.iter().for_each(demo::tell);
    }
    Ok(())
}

async fn ready(network: &Network) -> anyhow::Result<Vec<Value>> {
    let until = Instant::now() + READY_MAX;
    let mut statuses = Vec::new();
    let first = network.nodes.first().context("the network has no nodes")?;
    let genesis = GenesisFile::read(&network.home_of(first).genesis())?.genesis()?.digest().to_string();
    for node in &network.nodes {
        let log = network.log_of(node);
        loop {
            let status = node.client().get::<Value>("/v1/status").await;
            if let Ok(status) = &status
                && status["health"]["ready"] == true
            {
                ensure!(status["genesis"] == genesis, "another network's node answers at {}", node.url());
                statuses.push(status.clone());
                break;
            }
            ensure!(node.is_running(), "{} ended: {}", node.name, last_line(&log));
            ensure!(Instant::now() < until, "{} is not ready; see {}", node.name, log.display());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(statuses)
}

fn last_line(log: &std::path::Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("see its log").to_owned()
}

/// Shows how the network goes on until it is told to end: to a person with keys to press, otherwise a line a second.
async fn follow(network: &Network, format: Format, started: &mut Started) -> anyhow::Result<()> {
    if format == Format::Table && live::is_interactive() {
        return live::view(&network.folder, &mut started.children).await;
    }
    tell(network).await
}

async fn tell(network: &Network) -> anyhow::Result<()> {
    println!("\nCtrl-C ends what was started here");
    let mut former = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut cells = Vec::new();
        let mut highest = 0;
        for node in &network.nodes {
            let client = node.client();
            let status = tokio::time::timeout(Duration::from_millis(500), client.get::<Value>("/v1/status"));
            let height = match status.await {
                Ok(Ok(status)) => status["height"].as_u64(),
                _ => None,
            };
            highest = highest.max(height.unwrap_or(0));
            cells.push(format!(
                "{} {}",
                node.name,
                height.map_or_else(|| "-".to_owned(), |height| height.to_string())
            ));
        }
        if highest != former {
            former = highest;
            print_table(&[cells]);
        }
    }
}
