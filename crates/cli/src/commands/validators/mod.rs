//! `realdid validators`: who they are, and how members decide who is to be one.

mod report;

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use realdid_node::hex;
use realdid_types::{Change, RemoveValidator};
use serde_json::Value;

use super::{
    Target,
    card::{self, Card},
    ledger::plain,
    member::{Acting, Approving, Signing},
};
use crate::output::{Format, print, row};

/// What to do with validators.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Who validates now, and from the next epoch on
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Propose that a validator join or leave; that is your own approval too
    #[command(subcommand)]
    Propose(Propose),
    /// Approve a proposal of another member; with enough approvals it takes effect with the next epoch
    #[command(
        after_help = "What is to be approved is shown as the ledger proves it, and you are asked; --yes approves unasked.

Example:
  realdid members list
  realdid validators approve 3f5a --key member.key --node http://127.0.0.1:8080"
    )]
    Approve(Approving),
    /// Put on record that a validator contradicted itself; it removes nobody by itself
    #[command(after_help = "Example: with what a node kept in its folder
  realdid validators report /var/lib/realdid/evidence/epoch-0-validator-2 --key member.key --node http://127.0.0.1:8080")]
    Report {
        /// The evidence, as a node wrote it
        evidence: PathBuf,
        #[command(flatten)]
        signing: Signing,
    },
}

/// A change of the validators.
#[derive(clap::Subcommand)]
pub(crate) enum Propose {
    /// Let a validator join
    #[command(
        after_help = "Example: on the new node, and then with the member's key, before 256 more blocks are final
  realdid node card --home /var/lib/realdid --node http://192.0.2.10:8080 > new.card
  realdid validators propose add new.card --key member.key --node http://192.0.2.10:8080"
    )]
    Add {
        /// The new node's card, printed by `realdid node card`
        #[arg(required_unless_present = "home")]
        card: Option<PathBuf>,
        /// The new node's folder instead, if it is on this machine
        #[arg(long, value_name = "FOLDER", conflicts_with = "card")]
        home: Option<PathBuf>,
        #[command(flatten)]
        signing: Signing,
    },
    /// Let a validator leave
    #[command(after_help = "Example:
  realdid validators propose remove operator-3 --key member.key --node http://127.0.0.1:8080")]
    Remove {
        /// Its organisation, or its consensus key if the organisation has several
        validator: String,
        #[command(flatten)]
        signing: Signing,
    },
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::List { target } => list(&target, format).await,
        Command::Propose(Propose::Add { card, home, signing }) => {
            let acting = Acting::new(&signing).await?;
            let card = match (card, home) {
                (Some(path), _) => Card::read(&path)?,
                (None, Some(home)) => card::proven(&home, acting.client(), acting.genesis()).await?,
                (None, None) => bail!("name the new node's card"),
            };
            let add = card.validator()?;
            let key = add.consensus_key.to_string();
            let validators = acting.client().validators().await?;
            if validators.newest().iter().any(|validator| validator.consensus_key == key) {
                return acting.is_so_already(&format!("{key} is a validator"), format);
            }
            acting.propose(Change::AddValidator(add), format).await
        }
        Command::Propose(Propose::Remove { validator, signing }) => {
            let acting = Acting::new(&signing).await?;
            match leaving(&acting, &validator).await? {
                Some(change) => acting.propose(change, format).await,
                None => is_out_already(&acting, &validator, format).await,
            }
        }
        Command::Approve(approving) => approving.run(format).await,
        Command::Report { evidence, signing } => {
            report::report(Acting::new(&signing).await?, &evidence, format).await
        }
    }
}

async fn list(target: &Target, format: Format) -> anyhow::Result<()> {
    let shown: Value = target.client()?.get("/v1/validators").await?;
    print(format, &shown, |shown| {
        let mut rows = vec![row(["organisation", "consensus key", "connected"])];
        let names = ["organisation", "consensus_key", "connected"];
        let line = |validator: &Value| names.iter().map(|name| plain(&validator[*name])).collect();
        rows.extend(shown["validators"].as_array().into_iter().flatten().map(line));
        if let Some(next) = shown["next"].as_array() {
            rows.push(row(["from the next epoch on:"]));
            rows.extend(next.iter().map(line));
        }
        rows
    })
}

/// The change by which a validator leaves; none if there is no such.
async fn leaving(acting: &Acting<'_>, wanted: &str) -> anyhow::Result<Option<Change>> {
    let validators = acting.client().validators().await?;
    let named = |validator: &&realdid_client::ValidatorView| {
        validator.organisation == wanted || validator.consensus_key == wanted
    };
    let keys: Vec<&str> =
        validators.newest().iter().filter(named).map(|found| found.consensus_key.as_str()).collect();
    let key = match keys[..] {
        [] => return Ok(None),
        [only] => only,
        _ => bail!("{wanted} runs {} validators, name one by its key: {}", keys.len(), keys.join(", ")),
    };
    let consensus_key = realdid_node::keys::public_key(key).context("the node names a key that is none")?;
    Ok(Some(Change::RemoveValidator(RemoveValidator { consensus_key })))
}

/// A member without a validator, or a key of none, needs no vote; anything else is a slip.
async fn is_out_already(acting: &Acting<'_>, wanted: &str, format: Format) -> anyhow::Result<()> {
    let members = acting.client().members().await?;
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let is_known = names.contains(&wanted) || hex::decode(wanted).is_some();
    ensure!(is_known, "there is no member {wanted:?}: there are {}", names.join(", "));
    acting.is_so_already(&format!("{wanted} is no validator"), format)
}
