//! What is on the ledger, and how a node is.

use realdid_testnet::now_ms;
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

/// What to do with members.
#[derive(clap::Subcommand)]
pub(crate) enum MembersCommand {
    /// Who they are, and what they are deciding on
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
        rows.extend(proposals.as_array().into_iter().flatten().flat_map(proposal_rows));
        rows
    })
}

/// What is open, who is for it, and what names it.
fn proposal_rows(proposal: &Value) -> Vec<Vec<String>> {
    let what = match proposal["organisation"].as_str() {
        Some(organisation) => {
            format!("add a validator of {organisation}, {}", plain(&proposal["consensus_key"]))
        }
        None => format!("remove the validator {}", plain(&proposal["consensus_key"])),
    };
    let approvals: Vec<String> = proposal["approvals"].as_array().into_iter().flatten().map(plain).collect();
    let left = proposal["expires"].as_u64().unwrap_or(0).saturating_sub(now_ms()) / 1_000;
    let state = format!(
        "{} of {} are for it: {}; open for {left} s",
        approvals.len(),
        proposal["needed"],
        approvals.join(", ")
    );
    vec![row(["proposal", &plain(&proposal["id"])]), row(["", &what]), row(["", &state])]
}

pub(crate) fn all_fields(value: &Value) -> Vec<Vec<String>> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| row([name, &plain(value)])).collect()
}

/// A value without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
