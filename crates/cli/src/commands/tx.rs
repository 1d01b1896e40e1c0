//! `realdid tx`: transactions that are signed apart from the network, and handed in later.

mod file;
mod sign;
mod words;

pub(crate) use words::details;

use std::path::{Path, PathBuf};

use realdid_client::{CheckedNode, ClientError, NodeClient, Submitted, Wait};
use realdid_types::{SignedTransaction, limits};
use serde_json::Value;

use super::{Target, complete, ledger::all_fields};
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
    /// Say in words what a transaction in a file asks for, and who has signed it; needs no network
    #[command(after_help = "Example:
  realdid tx explain change.tx --genesis genesis.json")]
    Explain(sign::Explain),
    /// Show in words what a transaction in a file asks for, and sign it; needs no network
    #[command(
        after_help = "What is shown is read off the bytes that are signed. With --genesis it is certain which network they \
                            are for. Where nobody is at a terminal to be asked, --yes signs.

Example: with the keys on a machine without a network
  realdid did rotate did:realdid:… --key <old key's digits> --to <new key's digits> --unsigned-out change.tx
  realdid tx sign change.tx --key my.key --key new.key --out change.signed
  realdid tx submit change.signed"
    )]
    Sign(sign::Sign),
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
        Command::Explain(explain) => sign::explain(&explain, format),
        Command::Sign(sign) => sign::run(&sign, format),
        Command::Submit(submit) => hand_in(&submit, format).await,
    }
}

async fn hand_in(submit: &Submit, format: Format) -> anyhow::Result<()> {
    let mut transactions = Vec::new();
    for file in &submit.files {
        transactions.extend(read(file)?);
    }
    let client = submit.target.client()?;
    let genesis = client.genesis().await?;
    let mut node = CheckedNode::new(client.clone(), &genesis)?;
    for signed in &transactions {
        complete::check(&mut node, signed).await?;
    }
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

/// The transactions in a file, all of them signed.
fn read(path: &Path) -> anyhow::Result<Vec<SignedTransaction>> {
    let signed = |content| match content {
        file::Content::Signed(signed) => Ok(signed),
        file::Content::Unsigned(_) => Err(anyhow::anyhow!(
            "{0} holds a transaction that nobody has signed: `realdid tx sign {0} --key … --out …` does that",
            file::name(path)
        )),
    };
    file::read(path)?.into_iter().map(signed).collect()
}
