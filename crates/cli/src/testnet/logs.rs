//! `realdid testnet logs`.

use anyhow::Context;
use serde_json::{Value, json};

use super::Some_;
use crate::output::{Format, print, row};

/// How many lines are shown.
const LINES: usize = 50;

/// The newest lines of nodes' logs.
pub fn logs(some: &Some_, format: Format) -> anyhow::Result<()> {
    let network = some.place.network()?;
    let mut logs: Vec<Value> = Vec::new();
    for place in network.places(&some.nodes)? {
        let node = &network.nodes[place];
        let path = network.log_of(node);
        let text = std::fs::read(&path)
            .with_context(|| format!("{} is not there: was {} ever started?", path.display(), node.name))?;
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let newest = &lines[lines.len().saturating_sub(LINES)..];
        logs.push(json!({ "node": node.name, "file": path, "lines": newest }));
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
