//! What is on the ledger, and how a node is.

use serde_json::Value;

use super::Target;
use crate::output::{Format, print, row};

/// What to do with transactions.
#[derive(clap::Subcommand)]
pub(crate) enum TxCommand {
    /// What became of a transaction
    Show {
        /// Its identifier: 64 hexadecimal digits
        id: String,
        #[command(flatten)]
        target: Target,
    },
}

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

/// What to do with members.
#[derive(clap::Subcommand)]
pub(crate) enum MembersCommand {
    /// Who they are, and what they are deciding on
    List {
        #[command(flatten)]
        target: Target,
    },
}

/// What to do with validators.
#[derive(clap::Subcommand)]
pub(crate) enum ValidatorsCommand {
    /// Who validates now, and from the next epoch on
    List {
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
            row(["ready", &text("health").replace('\n', " ")]),
        ];
        rows.truncate(6);
        rows.push(row(["ready", &plain(&status["health"]["ready"])]));
        let missing = status["health"]["missing"].as_array().cloned().unwrap_or_default();
        rows.extend(missing.iter().map(|what| row(["", &plain(what)])));
        rows
    })
}

pub(crate) async fn tx(command: TxCommand, format: Format) -> anyhow::Result<()> {
    let TxCommand::Show { id, target } = command;
    let shown: Value = target.client()?.get(&format!("/v1/transactions/{id}")).await?;
    print(format, &shown, all_fields)
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

pub(crate) async fn validators(command: ValidatorsCommand, format: Format) -> anyhow::Result<()> {
    let ValidatorsCommand::List { target } = command;
    let shown: Value = target.client()?.get("/v1/validators").await?;
    print(format, &shown, |shown| {
        let mut rows = vec![row(["organisation", "consensus key", "connected"])];
        for validator in shown["validators"].as_array().into_iter().flatten() {
            let names = ["organisation", "consensus_key", "connected"];
            rows.push(names.iter().map(|name| plain(&validator[*name])).collect());
        }
        rows
    })
}

pub(crate) async fn members(command: MembersCommand, format: Format) -> anyhow::Result<()> {
    let MembersCommand::List { target } = command;
    let client = target.client()?;
    let members: Value = client.get("/v1/members").await?;
    let proposals: Value = client.get("/v1/proposals").await?;
    let shown = serde_json::json!({ "members": members, "proposals": proposals });
    print(format, &shown, |_| {
        let mut rows = vec![row(["member", "key"])];
        for member in members.as_array().into_iter().flatten() {
            rows.push(row([&plain(&member["name"]), &plain(&member["key"])]));
        }
        for proposal in proposals.as_array().into_iter().flatten() {
            let approvals = proposal["approvals"].as_array().map_or(0, Vec::len);
            let state = format!("{} of {} for it", approvals, proposal["needed"]);
            let what =
                format!("{} {}: {state}", plain(&proposal["change"]), plain(&proposal["consensus_key"]));
            rows.push(row(["proposed", &what]));
        }
        rows
    })
}

fn all_fields(value: &Value) -> Vec<Vec<String>> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| row([name, &plain(value)])).collect()
}

/// A value without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
