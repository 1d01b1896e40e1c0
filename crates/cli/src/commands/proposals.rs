//! `realdid proposals`: what members are deciding on.

use realdid_client::CheckedNode;
use realdid_testnet::now_ms;
use serde_json::{Value, json};

use super::{
    Target, Trust,
    ledger::plain,
    means::node,
    member::{Acting, Approving, Proposal, Signing, find, in_words},
    tx::details,
};
use crate::output::{Format, print, row};

/// What to do with proposals.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Those that are open
    List {
        #[command(flatten)]
        target: Target,
    },
    /// What the ledger proves one to be, and who is for it
    Show {
        /// The proposal; its first digits are enough
        proposal: String,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
    /// Approve a proposal of another member; with enough approvals it takes effect
    #[command(
        after_help = "What is to be approved is shown as the ledger proves it, whatever the node says of it, and you are asked. Where \
                            nobody is at a terminal to be asked, --yes approves.

Example:
  realdid proposals list
  realdid proposals approve 3f5a --key member.key --node http://127.0.0.1:8080"
    )]
    Approve(Approving),
    /// Take your own approval back, as long as the proposal is open
    #[command(after_help = "Example:
  realdid proposals withdraw 3f5a --key member.key --node http://127.0.0.1:8080")]
    Withdraw {
        /// The proposal; its first digits are enough
        proposal: String,
        #[command(flatten)]
        signing: Signing,
    },
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::List { target } => list(&target, format).await,
        Command::Show { proposal, trust, target } => {
            show(node(&target, &trust).await?, &proposal, format).await
        }
        Command::Approve(approving) => approving.run(format).await,
        Command::Withdraw { proposal, signing } => {
            Acting::new(&signing).await?.withdraw_approval(&proposal, format).await
        }
    }
}

async fn list(target: &Target, format: Format) -> anyhow::Result<()> {
    let proposals: Value = target.client()?.get("/v1/proposals").await?;
    print(format, &proposals, |_| {
        let rows: Vec<_> = proposals.as_array().into_iter().flatten().flat_map(proposal_rows).collect();
        if rows.is_empty() { vec![row(["no proposal is open"])] } else { rows }
    })
}

async fn show(mut node: CheckedNode, wanted: &str, format: Format) -> anyhow::Result<()> {
    let Proposal { id, entry, needed, height } = find(&mut node, wanted).await?;
    let words = in_words(&mut node, &entry.change).await?;
    let details = details(&entry.change);
    let approvals: Vec<String> = entry.approvals.iter().map(ToString::to_string).collect();
    let result = json!({
        "proposal": id.to_string(), "change": entry.change.name(), "text": words, "details": details,
        "approvals": approvals, "needed": needed, "expires": entry.expires.0, "verified_at_height": height.0,
    });
    print(format, &result, |_| {
        let mut rows = vec![row(["proposal", &id.to_string()]), row(["proven", &words])];
        rows.extend(details.iter().map(|detail| row(["", detail])));
        rows.push(row(["approvals", &stand(&approvals, needed.into(), entry.expires.0)]));
        rows.push(row(["verified", &format!("by a certificate for block {height}")]));
        rows
    })
}

/// What is open, who is for it, and what names it.
pub(super) fn proposal_rows(proposal: &Value) -> Vec<Vec<String>> {
    let approvals: Vec<String> = proposal["approvals"].as_array().into_iter().flatten().map(plain).collect();
    let needed = proposal["needed"].as_u64().unwrap_or(0);
    let state = stand(&approvals, needed, proposal["expires"].as_u64().unwrap_or(0));
    vec![row(["proposal", &plain(&proposal["id"])]), row(["", &plain(&proposal["text"])]), row(["", &state])]
}

fn stand(approvals: &[String], needed: u64, expires: u64) -> String {
    let left = expires.saturating_sub(now_ms()) / 1_000;
    format!("{} of {needed} are for it: {}; open for {left} s", approvals.len(), approvals.join(", "))
}
