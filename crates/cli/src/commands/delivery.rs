//! What becomes of a transaction: it is signed here and handed in, or left in a file, signed or not.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{CheckedNode, NodeClient, Submitted, Wait, sign};
use realdid_testnet::now_ms;
use realdid_types::{Genesis, SignedTransaction, Timestamp, Transaction, Wire, limits};
use serde_json::{Map, Value, json};

use super::{
    complete,
    key::{Key, held},
    ledger::plain,
    time,
};
use crate::{
    exit,
    output::{Format, print, row},
};

/// How long a transaction that is handed in at once may wait before it is void.
const EXPIRY_MS: u64 = 60_000;

/// Where a transaction goes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Delivery {
    /// Write the signed transaction to this file instead of handing it in; `realdid tx submit` does that later
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Write the transaction to this file without signing it, for `realdid tx sign` on a machine without a network; keys
    /// may be named by the 64 digits of their public half then
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    pub(crate) unsigned_out: Option<PathBuf>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(crate) enum Delivered {
    /// The ledger applied it.
    Applied(Submitted),
    /// It is in a file.
    Left {
        /// Its identifier.
        id: String,
        /// The file.
        file: PathBuf,
        /// How many are to sign it; none once the command signed it.
        unsigned: usize,
        /// Until when it can take effect.
        expires: Timestamp,
    },
}

impl Delivered {
    /// The command that goes on with a file, to be copied once each KEY is the file of a key; none if it was handed in.
    pub(crate) fn next(&self) -> Option<String> {
        match self {
            Self::Applied(_) => None,
            Self::Left { file, unsigned: 0, .. } => Some(format!("realdid tx submit {}", file.display())),
            Self::Left { file, unsigned, .. } => {
                let (keys, out) = (" --key KEY".repeat(*unsigned), file.with_extension("signed"));
                Some(format!("realdid tx sign {}{keys} --out {}", file.display(), out.display()))
            }
        }
    }
}

impl Delivery {
    /// Whether the transaction stays here.
    pub(crate) fn is_file(&self) -> bool {
        self.write.is_some() || self.unsigned_out.is_some()
    }

    /// Until when the transaction is to be decided: one in a file needs nearly all the time that the network allows.
    pub(crate) fn expires(&self, genesis: &Genesis) -> Timestamp {
        let longest = longest_ms(genesis);
        let wait = if self.is_file() { longest } else { EXPIRY_MS.min(longest) };
        Timestamp(now_ms().saturating_add(wait))
    }

    /// Signs it with these keys and hands it in, or leaves it in a file.
    ///
    /// # Errors
    /// If a key that must sign is not here, the file cannot be written, or the ledger does not apply it; before it is handed
    /// in, if that would take more signatures.
    pub(crate) async fn deliver(
        &self,
        node: &mut CheckedNode,
        transaction: Transaction,
        keys: &[&Key],
    ) -> anyhow::Result<Delivered> {
        let (id, expires) = (transaction.id().to_string(), transaction.expires);
        let left = |file: &Path, unsigned| Delivered::Left { id, file: file.to_owned(), unsigned, expires };
        if let Some(path) = &self.unsigned_out {
            write_bytes(path, &transaction.encode())?;
            let signers: Vec<String> = keys.iter().map(|key| key.public().to_string()).collect();
            eprintln!("to be signed by {}", signers.join(" and "));
            return Ok(left(path, signers.len()));
        }
        ensure!(
            keys.len() <= limits::TRANSACTION_SIGNATURES_MAX,
            "{} keys would have to sign, and a transaction takes {}: do it in two steps",
            keys.len(),
            limits::TRANSACTION_SIGNATURES_MAX
        );
        let signed = sign(transaction, &held(keys)?);
        if let Some(path) = &self.write {
            write(path, &signed)?;
            return Ok(left(path, 0));
        }
        complete::check(node, &signed).await?;
        hand_in(node.node(), signed).await.map(Delivered::Applied)
    }
}

/// Names and values of a result, in the order in which they are shown.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// Shows what became of a transaction, after what is known of it besides.
pub(crate) fn show(mut fields: Fields, delivered: &Delivered, format: Format) -> anyhow::Result<()> {
    match delivered {
        Delivered::Applied(done) => {
            fields.push(("transaction", json!(done.id)));
            fields.push(("height", json!(done.height)));
            fields.push(("outcome", json!(done.outcome)));
        }
        Delivered::Left { id, file, unsigned, expires } => {
            fields.push(("transaction", json!(id)));
            fields.push(("file", json!(file)));
            fields.push(("signed", json!(*unsigned == 0)));
            fields.push(("expires", json!(time::text(*expires))));
            fields.push(("next", json!(delivered.next())));
        }
    }
    show_fields(fields, format)
}

/// Shows names and values: as an object, or in two columns.
pub(crate) fn show_fields(fields: Fields, format: Format) -> anyhow::Result<()> {
    let rows = fields.iter().map(|(name, value)| row([name, &plain(value)])).collect();
    let object: Map<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    print(format, &object, |_| rows)
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
    write_bytes(path, &signed.encode())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let text = STANDARD.encode(bytes) + "\n";
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
        None if submitted.status == "void" => {
            let reason = submitted.reason.as_deref().unwrap_or("it expired before any block decided it");
            Err(exit::refused(format!("transaction {} is void: {reason}", submitted.id)))
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
