//! `realdid testnet logs`.

use std::path::PathBuf;

use anyhow::Context;
use realdid_testnet::Network;
use serde_json::{Value, json};

use super::Some_;
use crate::output::{Format, print, row};

/// How many lines are shown.
const LINES: usize = 50;

/// The newest lines of the logs of nodes, and of services beside them.
pub fn logs(some: &Some_, format: Format) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let mut logs: Vec<Value> = Vec::new();
    for name in &some.nodes {
        let path = file(&network, name)?;
        let text = std::fs::read(&path)
            .with_context(|| format!("{} is not there: was {name} ever started?", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let newest = &lines[lines.len().saturating_sub(LINES)..];
        logs.push(json!({ "node": name, "file": path, "lines": newest }));
    }
    print(format, &logs, |logs| {
        let mut rows = Vec::new();
        for log in logs {
            rows.push(row([&format!("== {}", log["file"].as_str().unwrap_or_default())]));
            let lines = log["lines"].as_array().into_iter().flatten();
            rows.extend(lines.map(|line| row([line.as_str().unwrap_or_default()])));
        }
        rows
    })
}

fn file(network: &Network, name: &String) -> anyhow::Result<PathBuf> {
    if let Some(place) = network.service_named(name) {
        return Ok(network.log_of_service(&network.services[place]));
    }
    let places = network.places(std::slice::from_ref(name))?;
    let node = places.first().map(|place| &network.nodes[*place]).context("no node is named")?;
    Ok(network.log_of(node))
}
