//! `realdid testnet reset`.

use anyhow::ensure;
use realdid_testnet::Network;
use serde_json::json;

use super::Place;
use crate::output::{Format, say};

/// Ends all processes and removes everything that is the network's, also where its file is lost or damaged.
pub async fn reset(place: &Place, format: Format) -> anyhow::Result<()> {
    let folder = place.folder();
    let remains = Network::from_remains(&folder);
    if !Network::exists(&folder) && remains.nodes.is_empty() {
        let sentence = format!("there is no network in {}", folder.display());
        return say(format, &json!({ "home": folder, "state": "none" }), &sentence);
    }
    let _lock = realdid_testnet::lock(&folder)?;
    let mut network = match Network::read(&folder) {
        Ok(network) => with_processes_of(network, &remains),
        Err(_) => {
            ensure!(
                !remains.nodes.is_empty(),
                "{} is no test network's file, and no node lies beside it: remove it by hand if nobody needs it",
                folder.join("testnet.json").display()
            );
            remains
        }
    };
    realdid_testnet::end_services(&mut network.services).await;
    realdid_testnet::end(&mut network.nodes).await;
    network.remove()?;
    let left = if folder.exists() { "; what else lies there stays" } else { "" };
    let sentence = format!("the network in {} is removed{left}", folder.display());
    say(format, &json!({ "home": folder, "state": "removed" }), &sentence)
}

/// A node that was started by hand is not remembered, and runs all the same.
fn with_processes_of(mut network: Network, remains: &Network) -> Network {
    for node in network.nodes.iter_mut().filter(|node| !node.is_running()) {
        node.pid = remains.nodes.iter().find(|found| found.name == node.name).and_then(|found| found.pid);
    }
    network
}
