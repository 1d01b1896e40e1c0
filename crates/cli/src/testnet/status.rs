//! `realdid testnet status`.

use std::time::Duration;

use realdid_testnet::{NodeEntry, Service};
use serde_json::{Value, json};

use super::Place;
use crate::{
    commands::ledger::plain,
    output::{Format, print, row},
};

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
        nodes.push(view(node, status));
    }
    nodes.extend(network.services.iter().map(view_of_service));
    print(format, &nodes, |nodes| table(nodes))
}

/// A node and what it says of itself.
pub fn view(node: &NodeEntry, status: Option<Value>) -> Value {
    json!({
        "name": node.name, "role": role(node, status.as_ref()), "pid": node.pid.filter(|_| node.is_running()),
        "url": node.url(), "status": status,
    })
}

/// What runs beside the nodes.
fn view_of_service(service: &Service) -> Value {
    json!({
        "name": service.kind.to_string(), "role": "service", "pid": service.pid.filter(|_| service.is_running()),
        "url": format!("{}/", service.origin()), "status": null,
    })
}

/// One with a consensus key that is in no set follows the chain: it was voted out, or is to be voted in.
fn role(node: &NodeEntry, status: Option<&Value>) -> Option<&'static str> {
    match (status?["validator"].as_bool()?, node.validator) {
        (true, _) => Some("validator"),
        (false, true) => Some("follower"),
        (false, false) => Some("gateway"),
    }
}

/// A table of nodes.
pub fn table(nodes: &[Value]) -> Vec<Vec<String>> {
    let mut rows = vec![row(["node", "role", "height", "view", "reached", "ready", "interface", "process"])];
    for node in nodes {
        let status = &node["status"];
        let text = |name: &str| if status.is_null() { "-".to_owned() } else { plain(&status[name]) };
        let reached = match status.is_null() {
            true => "-".to_owned(),
            false => format!("{} of {}", plain(&status["connected"]), plain(&status["validators"])),
        };
        let ready = match status["health"]["ready"].as_bool() {
            Some(true) => "yes".to_owned(),
            Some(false) => plain(&status["health"]["missing"][0]),
            None if node["pid"].is_null() => "does not run".to_owned(),
            None if node["role"] == "service" => "runs".to_owned(),
            None => "does not answer".to_owned(),
        };
        let role = node["role"].as_str().unwrap_or("-").to_owned();
        let cells = [plain(&node["name"]), role, text("height"), text("view"), reached, ready];
        let pid = if node["pid"].is_null() { "-".to_owned() } else { plain(&node["pid"]) };
        rows.push(cells.into_iter().chain([plain(&node["url"]), pid]).collect());
    }
    rows
}
