//! What is on the ledger, and how a node is.

use serde_json::Value;

use super::{Target, clock};
use crate::output::{Format, print, row};

/// What to do with blocks.
#[derive(clap::Subcommand)]
pub(crate) enum BlockCommand {
    /// A final block
    Show {
        /// Its height, or `latest`
        #[arg(default_value = "latest")]
        height: String,
        #[command(flatten)]
        target: Target,
    },
}

pub(crate) async fn status(target: &Target, format: Format) -> anyhow::Result<()> {
    let status: Value = target.client()?.get("/v1/status").await?;
    print(format, &status, |status| {
        let text = |name: &str| plain(&status[name]);
        let mut rows = vec![
            row(["node", &text("name")]),
            row(["network", &format!("{} ({})", text("network"), text("genesis"))]),
            row(["validator", &text("validator")]),
            row(["height", &text("height")]),
            row(["epoch, view", &format!("{}, {}", text("epoch"), text("view"))]),
            row(["validators reached", &format!("{} of {}", text("connected"), text("validators"))]),
        ];
        rows.extend(clock::wrong(status).map(|wrong| row(["clock", &wrong])));
        rows.push(row(["ready", &plain(&status["health"]["ready"])]));
        let missing = status["health"]["missing"].as_array().cloned().unwrap_or_default();
        rows.extend(missing.iter().map(|what| row(["", &plain(what)])));
        rows
    })
}

pub(crate) async fn block(command: BlockCommand, format: Format) -> anyhow::Result<()> {
    let BlockCommand::Show { height, target } = command;
    let shown: Value = target.client()?.get(&format!("/v1/blocks/{height}")).await?;
    print(format, &shown, |block| {
        let names =
            ["height", "block", "epoch", "view", "parent", "time", "state_root", "transactions", "proposer"];
        names.iter().map(|name| row([name, &plain(&block[*name])])).collect()
    })
}

pub(crate) fn all_fields(value: &Value) -> Vec<Vec<String>> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| row([name, &plain(value)])).collect()
}

/// A value without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
