//! `realdid testnet up`.

use std::{
    process::Child,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_node::GenesisFile;
use realdid_testnet::{Lifetime, Network, Wishes, citizen};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::{Place, act, program};
use crate::output::{Format, print, print_table, row};

/// How long the nodes may take to be ready.
const READY_MAX: Duration = Duration::from_secs(30);
/// Citizens in the table.
const CITIZENS: usize = 10;

/// How to start it.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many validators; four stand one that fails, seven two
    #[arg(short = 'n', long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=50))]
    validators: u16,
    /// How many nodes of members that are no validators
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=50))]
    gateways: u16,
    /// Draw all keys from this number: the same one gives the same keys and DIDs
    #[arg(long)]
    seed: Option<u64>,
    /// Leave the network running and come back
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    place: Place,
}

pub async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let folder = arguments.place.folder();
    let mut network = match Network::exists(&folder) {
        true => {
            let network = Network::read(&folder)?;
            ensure!(
                arguments.seed.is_none() || arguments.seed == network.seed,
                "the network in {} has another seed: `realdid testnet reset` removes it",
                folder.display()
            );
            network
        }
        false => realdid_testnet::make(
            &folder,
            &Wishes {
                validators: arguments.validators.into(),
                gateways: arguments.gateways.into(),
                seed: arguments.seed,
            },
        )?,
    };
    let lifetime = if arguments.detach { Lifetime::Detached } else { Lifetime::Attached };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut children: Vec<Child> = Vec::new();
    for place in 0..network.nodes.len() {
        if !network.nodes[place].is_running() {
            let child = realdid_testnet::spawn(&program()?, &network, &network.nodes[place], lifetime)?;
            network.nodes[place].pid = Some(child.id());
            children.push(child);
        }
    }
    network.write()?;
    let shown = tokio::select! {
        shown = show(&network, format) => shown,
        _ = interrupt.recv() => Err(anyhow::anyhow!("interrupted before the network was ready")),
    };
    if arguments.detach {
        return shown;
    }
    let lived = match shown {
        Ok(()) => tokio::select! {
            lived = live(&network) => lived,
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        },
        failed => failed,
    };
    eprintln!("\nthe network ends; `realdid testnet up` goes on with it");
    // others may have started and ended nodes meanwhile
    let mut network = Network::read(&folder)?;
    realdid_testnet::end(&mut network.nodes).await;
    for child in &mut children {
        child.wait()?;
    }
    network.write()?;
    lived
}

/// Waits until the nodes are ready, makes the citizens, and prints the table.
async fn show(network: &Network, format: Format) -> anyhow::Result<()> {
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
    let curl = format!("curl -s {}/v1/records/{}", first.url(), citizens[0]);
    let nodes: Vec<Value> = network
        .nodes
        .iter()
        .zip(statuses)
        .map(|(node, status)| json!({ "name": node.name, "pid": node.pid, "url": node.url(), "status": status }))
        .collect();
    let result = json!({
        "network": genesis.network.to_string(), "genesis": genesis.digest().to_string(),
        "home": network.folder, "nodes": nodes, "citizens": citizens, "try": curl,
    });
    print(format, &result, |_| {
        let mut rows = act::table(&nodes);
        rows.push(Vec::new());
        rows.extend(citizens.iter().map(|citizen| row(["citizen", citizen])));
        rows
    })?;
    if format == Format::Table {
        println!("\ntry: {curl}");
        println!(
            "     realdid testnet kill {0}; realdid testnet status; realdid testnet start {0}",
            first.name
        );
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

/// Shows how the network goes on, a line a second, until it is told to end.
async fn live(network: &Network) -> anyhow::Result<()> {
    println!("\nCtrl-C ends the network");
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
