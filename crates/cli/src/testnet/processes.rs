//! Ending, pausing and starting nodes, and taking their disks away.

use realdid_testnet::{Lifetime, Network};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Place, Some_, program};
use crate::output::{Format, print, row, say};

/// Ends all processes.
pub async fn down(place: &Place, format: Format) -> anyhow::Result<()> {
    let mut network = place.network()?;
    let _lock = realdid_testnet::lock(&network.folder)?;
    realdid_testnet::end_services(&mut network.services).await;
    realdid_testnet::end(&mut network.nodes).await;
    network.write()?;
    let sentence =
        format!("the network in {} is down; `realdid testnet up` goes on with it", network.folder.display());
    say(format, &json!({ "home": network.folder, "state": "down" }), &sentence)
}

/// Does the same to some nodes; what became of each, and its process.
fn with_nodes(
    some: &Some_,
    format: Format,
    mut act: impl FnMut(&Network, usize) -> anyhow::Result<(&'static str, Option<u32>)>,
) -> anyhow::Result<()> {
    let mut network = some.place.network()?;
    let _lock = realdid_testnet::lock(&network.folder)?;
    let mut done = Vec::new();
    let mut failed = Ok(());
    for place in network.places(&some.nodes)? {
        match act(&network, place) {
            Ok((state, pid)) => {
                network.nodes[place].pid = pid;
                network.write()?;
                done.push((network.nodes[place].name.clone(), state));
            }
            Err(error) => {
                failed = Err(error);
                break;
            }
        }
    }
    told(&done, format)?;
    failed
}

fn told(done: &[(String, &str)], format: Format) -> anyhow::Result<()> {
    let result: Vec<Value> =
        done.iter().map(|(name, state)| json!({ "node": name, "state": state })).collect();
    print(format, &result, |_| done.iter().map(|(name, state)| row([&format!("{name} {state}")])).collect())
}

fn signal(some: &Some_, signal: Signal, state: &'static str, format: Format) -> anyhow::Result<()> {
    with_nodes(some, format, |network, place| {
        let node = &network.nodes[place];
        node.signal(signal)?;
        Ok((state, node.pid))
    })
}

/// Kills nodes, and services beside them.
pub fn kill(some: &Some_, format: Format) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let _lock = realdid_testnet::lock(&network.folder)?;
    let is_service = |name: &&String| network.service_named(name).is_some();
    let (services, nodes): (Vec<&String>, Vec<&String>) = some.nodes.iter().partition(is_service);
    let places = network.places(&nodes.into_iter().cloned().collect::<Vec<_>>())?;
    let mut done = Vec::new();
    let killed = places
        .iter()
        .map(|place| (&network.nodes[*place].name, network.nodes[*place].kill()))
        .chain(
            services
                .iter()
                .filter_map(|name| Some((*name, network.services[network.service_named(name)?].kill()))),
        )
        .try_for_each(|(name, killed)| killed.map(|()| done.push((name.clone(), "is killed"))));
    told(&done, format)?;
    killed
}

/// Stops nodes where they stand.
pub fn pause(some: &Some_, format: Format) -> anyhow::Result<()> {
    signal(some, Signal::STOP, "stands still", format)
}

/// Lets them go on.
pub fn resume(some: &Some_, format: Format) -> anyhow::Result<()> {
    signal(some, Signal::CONT, "goes on", format)
}

/// Starts nodes that do not run.
pub fn start(some: &Some_, format: Format) -> anyhow::Result<()> {
    with_nodes(some, format, |network, place| {
        let node = &network.nodes[place];
        if node.is_running() {
            return Ok(("runs already", node.pid));
        }
        let child = realdid_testnet::spawn(&program()?, network, node, Lifetime::Detached)?;
        Ok(("starts", Some(child.id())))
    })
}

/// Takes nodes' disks away.
pub async fn wipe(some: &Some_, format: Format) -> anyhow::Result<()> {
    let mut network = some.place.network()?;
    let _lock = realdid_testnet::lock(&network.folder)?;
    let mut done = Vec::new();
    for place in network.places(&some.nodes)? {
        realdid_testnet::end(&mut network.nodes[place..=place]).await;
        network.wipe(&network.nodes[place])?;
        let child = realdid_testnet::spawn(&program()?, &network, &network.nodes[place], Lifetime::Detached)?;
        network.nodes[place].pid = Some(child.id());
        network.write()?;
        done.push((network.nodes[place].name.clone(), "lost its disk and starts again"));
    }
    told(&done, format)
}
