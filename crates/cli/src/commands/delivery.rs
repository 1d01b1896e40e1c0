//! Handing in one transaction that was signed here, or leaving it in a file for `realdid tx submit`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{NodeClient, Submitted, Wait};
use realdid_testnet::now_ms;
use realdid_types::{Genesis, SignedTransaction, Timestamp, Wire};

use crate::exit;

/// How long a transaction that is handed in at once may wait before it is void.
const EXPIRY_MS: u64 = 60_000;

/// Where a signed transaction goes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Delivery {
    /// Write the signed transaction to this file instead of handing it in; `realdid tx submit` does that later
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

impl Delivery {
    /// Until when the transaction is to be decided: one in a file needs nearly all the time that the network allows.
    pub(crate) fn expires(&self, genesis: &Genesis) -> Timestamp {
        let longest = longest_ms(genesis);
        let wait = if self.write.is_some() { longest } else { EXPIRY_MS.min(longest) };
        Timestamp(now_ms().saturating_add(wait))
    }
}

/// Nearly as long as the network allows, so that clocks may differ.
pub(crate) fn longest_ms(genesis: &Genesis) -> u64 {
    genesis.parameters.max_expiry / 20 * 19
}

/// Writes a transaction to a new file.
///
/// # Errors
/// If the file is there or cannot be written.
pub(crate) fn write(path: &Path, signed: &SignedTransaction) -> anyhow::Result<()> {
    use std::io::Write;
    let text = STANDARD.encode(signed.encode()) + "\n";
    let file = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    file.with_context(|| format!("{} cannot be written", path.display()))
}

/// Whether the ledger applied it.
///
/// # Errors
/// If it refused, or did not decide yet.
pub(crate) fn applied(submitted: Submitted) -> anyhow::Result<Submitted> {
    match submitted.outcome.as_deref() {
        Some("applied") => Ok(submitted),
        Some(_) => {
            let reason = submitted.reason.as_deref().unwrap_or("no reason given");
            Err(exit::refused(format!("the ledger refused it: {reason}")))
        }
        None => anyhow::bail!(
            "transaction {0} is {1} and not decided: `realdid tx show {0}` says what became of it",
            submitted.id,
            submitted.status
        ),
    }
}

/// Hands one in and waits until it is applied.
///
/// # Errors
/// If the node does not take it, or the ledger refuses it.
pub(crate) async fn hand_in(client: &NodeClient, signed: SignedTransaction) -> anyhow::Result<Submitted> {
    let answers = client.submit(&[signed], Wait::Final).await?;
    applied(answers.into_iter().next().context("the node says nothing of the transaction")?)
}
