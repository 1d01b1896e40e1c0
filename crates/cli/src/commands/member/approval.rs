//! Approving what others propose, and taking that back.

use realdid_types::{Approve, Operation, WithdrawApproval};
use serde_json::json;

use super::{Acting, Signing, find, in_words, vote::Vote};
use crate::{
    commands::{delivery, key::confirm, time, tx::details},
    output::{Format, columns, row},
};

/// Which proposal, and who says yes to it.
#[derive(clap::Args)]
pub(crate) struct Approving {
    /// The proposal, as in `realdid proposals list`; its first digits are enough
    proposal: String,
    /// Do not ask whether that is really meant
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    signing: Signing,
}

impl Approving {
    /// Shows what the ledger proves the proposal to be, asks, and signs.
    pub(crate) async fn run(&self, format: Format) -> anyhow::Result<()> {
        let mut acting = Acting::new(&self.signing).await?;
        let proposal = find(&mut acting.node, &self.proposal).await?;
        let change = &proposal.entry.change;
        let approvals = &proposal.entry.approvals;
        let id = proposal.id.to_string();
        let vote = Vote { id: &id, approvals: approvals.len(), needed: proposal.needed };
        let words = in_words(&mut acting.node, change).await?;
        let for_it: Vec<&str> = approvals.iter().map(|name| name.as_str()).collect();
        let mut rows = vec![row(["to be approved", &words])];
        rows.extend(details(change).iter().map(|detail| row(["", detail])));
        rows.push(row([
            "are for it",
            &format!("{} of {}: {}", for_it.len(), vote.needed, for_it.join(", ")),
        ]));
        rows.push(row(["open until", &time::text(proposal.entry.expires)]));
        rows.push(row(["proposal", &id]));
        rows.push(row(["verified", &format!("by a certificate for block {}", proposal.height)]));
        columns(&rows).iter().for_each(|line| eprintln!("{line}"));
        if approvals.contains(&acting.name) {
            return vote.tell(change, &acting.name, None, format);
        }
        confirm(
            &format!("Approve this as {}?", acting.name),
            self.yes || acting.delivery.unsigned_out.is_some(),
        )?;
        let delivered = acting.act(Operation::Approve(Approve { proposal: proposal.id }), &[]).await?;
        let fate = acting.fate(change, delivered).await?;
        let vote = Vote { approvals: vote.approvals.saturating_add(1), ..vote };
        vote.tell(change, &acting.name, Some(&fate), format)
    }
}

impl Acting<'_> {
    /// Takes the member's own approval of a proposal back.
    pub(crate) async fn withdraw_approval(mut self, wanted: &str, format: Format) -> anyhow::Result<()> {
        let proposal = find(&mut self.node, wanted).await?;
        let (id, approvals) = (proposal.id, &proposal.entry.approvals);
        if !approvals.contains(&self.name) {
            return self.is_so_already(&format!("{} is not for proposal {id}", self.name), format);
        }
        eprintln!("no longer approved: {}", in_words(&mut self.node, &proposal.entry.change).await?);
        let operation = Operation::WithdrawApproval(WithdrawApproval { proposal: id });
        let delivered = self.act(operation, &[]).await?;
        let next = match approvals.len().saturating_sub(1) {
            0 => "it is open no more: nobody is for it".to_owned(),
            left => format!("it stays open with {left} of {}", proposal.needed),
        };
        let fields = vec![
            ("proposal", json!(id.to_string())),
            ("member", json!(self.name.as_str())),
            ("left", json!(next)),
        ];
        delivery::show(fields, &delivered, format)
    }
}
