//! `realdid tx`: transactions that were signed before, here or elsewhere.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{ClientError, NodeClient, Submitted, Wait};
use realdid_types::{SignedTransaction, Wire, limits};
use serde_json::Value;

use super::{Target, ledger::all_fields};
use crate::{
    exit,
    output::{Format, print, row},
};

/// What to do with transactions.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// What became of a transaction
    Show {
        /// Its identifier: 64 hexadecimal digits
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Hand signed transactions in, and say what became of each. One that was handed in before is not done twice
    #[command(after_help = "Examples:
  realdid did update … --write change.tx && realdid tx submit change.tx
  wallet sign | realdid tx submit - --wait accepted")]
    Submit(Submit),
}

/// Which transactions.
#[derive(clap::Args)]
pub(crate) struct Submit {
    /// Files with the bytes of one transaction, or with base64, a transaction a line; `-` is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Until when to wait
    #[arg(long, value_enum, default_value_t = Until::Final)]
    wait: Until,
    #[command(flatten)]
    target: Target,
}

/// Until when to wait.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Until {
    /// It cannot be lost any more
    Accepted,
    /// It is decided
    Final,
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Show { id, target } => {
            let shown: Value = target.client()?.get(&format!("/v1/transactions/{id}")).await?;
            print(format, &shown, all_fields)
        }
        Command::Submit(submit) => hand_in(&submit, format).await,
    }
}

async fn hand_in(submit: &Submit, format: Format) -> anyhow::Result<()> {
    let mut transactions = Vec::new();
    for file in &submit.files {
        transactions.extend(read(file)?);
    }
    let client = submit.target.client()?;
    let wait = match submit.wait {
        Until::Accepted => Wait::Accepted,
        Until::Final => Wait::Final,
    };
    let mut fates = Vec::new();
    for together in transactions.chunks(limits::BATCH_TRANSACTIONS_MAX / 4) {
        fates.extend(fates_of(&client, together, wait).await?);
    }
    print(format, &fates, |fates| fates.iter().map(fate_row).collect())?;
    let undone = fates.iter().filter(|fate| !is_done(fate, submit.wait)).count();
    match undone {
        0 => Ok(()),
        _ => Err(exit::refused(format!("{undone} of {} transactions did not take effect", fates.len()))),
    }
}

/// Hands some in. What was decided before is refused as used up, and told as what it became then.
async fn fates_of(
    client: &NodeClient,
    transactions: &[SignedTransaction],
    wait: Wait,
) -> anyhow::Result<Vec<Submitted>> {
    let mut fates = match (client.submit(transactions, wait).await, transactions) {
        (Err(ClientError::Refused(problem)), [only]) => match decided(client, &only.id().to_string()).await {
            Some(fate) => return Ok(vec![fate]),
            None => return Err(ClientError::Refused(problem).into()),
        },
        (fates, _) => fates?,
    };
    for fate in fates.iter_mut().filter(|fate| fate.outcome.is_none()) {
        if let Some(known) = decided(client, &fate.id).await {
            *fate = known;
        }
    }
    Ok(fates)
}

async fn decided(client: &NodeClient, id: &str) -> Option<Submitted> {
    client.get(&format!("/v1/transactions/{id}")).await.ok()
}

fn is_done(fate: &Submitted, until: Until) -> bool {
    match (fate.outcome.as_deref(), until) {
        (Some(outcome), _) => outcome == "applied",
        (None, Until::Accepted) => fate.status == "accepted",
        (None, Until::Final) => false,
    }
}

fn fate_row(fate: &Submitted) -> Vec<String> {
    let height = fate.height.map_or_else(|| "-".to_owned(), |height| height.to_string());
    let outcome = fate.outcome.as_deref().unwrap_or("-");
    row([&fate.id, &fate.status, &height, outcome, fate.reason.as_deref().unwrap_or("")])
}

/// The transactions in a file.
fn read(path: &Path) -> anyhow::Result<Vec<SignedTransaction>> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "the standard input".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    match is_input {
        true => std::io::stdin().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(path).map(|read| bytes = read),
    }
    .with_context(|| format!("{name} cannot be read"))?;
    if let Ok(signed) = SignedTransaction::decode(&bytes) {
        return Ok(vec![signed]);
    }
    let text = std::str::from_utf8(&bytes).ok();
    let text = text.with_context(|| format!("{name} holds neither the bytes of a transaction nor base64"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read: Vec<SignedTransaction> = lines
        .map(|(place, line)| decode(line.trim()).with_context(|| format!("{name}, line {}", place + 1)))
        .collect::<anyhow::Result<_>>()?;
    ensure!(!read.is_empty(), "{name} holds no transaction");
    Ok(read)
}

fn decode(line: &str) -> anyhow::Result<SignedTransaction> {
    let bytes = STANDARD.decode(line).context("this is no base64 of a signed transaction")?;
    SignedTransaction::decode(&bytes).context("this is no signed transaction")
}
