//! Transactions in files, signed or not yet.

use std::{io::Read, path::Path};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_types::{SignedTransaction, Transaction, Wire};

/// The most that is read of a file: some thousands of the largest transactions.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A transaction as it stands in a file.
pub(super) enum Content {
    /// Nobody has signed it.
    Unsigned(Transaction),
    /// Somebody has.
    Signed(SignedTransaction),
}

impl Content {
    /// What is to be signed.
    pub(super) fn transaction(&self) -> &Transaction {
        match self {
            Self::Unsigned(transaction) => transaction,
            Self::Signed(signed) => &signed.transaction,
        }
    }

    /// As it is; what nobody signed is a transaction without signatures.
    pub(super) fn into_signed(self) -> SignedTransaction {
        match self {
            Self::Unsigned(transaction) => SignedTransaction { transaction, signatures: Vec::new() },
            Self::Signed(signed) => signed,
        }
    }

    fn of(bytes: &[u8]) -> anyhow::Result<Self> {
        // their first fields are of different types, so that no bytes are both
        match Transaction::decode(bytes) {
            Ok(transaction) => Ok(Self::Unsigned(transaction)),
            Err(_) => Ok(Self::Signed(SignedTransaction::decode(bytes)?)),
        }
    }
}

/// The transactions in a file with the bytes of one, or base64, one a line; `-` is the standard input.
///
/// # Errors
/// If it cannot be read, or holds something else.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Content>> {
    let is_input = path.as_os_str() == "-";
    let name = name(path);
    let mut bytes = Vec::new();
    let input: Box<dyn Read> = match is_input {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(path).with_context(|| format!("{name} cannot be read"))?),
    };
    input
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{name} cannot be read"))?;
    ensure!(bytes.len() as u64 <= FILE_BYTES_MAX, "{name} has more than {FILE_BYTES_MAX} bytes: split it");
    if let Ok(content) = Content::of(&bytes) {
        return Ok(vec![content]);
    }
    let text = std::str::from_utf8(&bytes).ok();
    let text = text.with_context(|| format!("{name} holds neither the bytes of a transaction nor base64"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read: Vec<Content> = lines
        .map(|(place, line)| decode(line.trim()).with_context(|| format!("{name}, line {}", place + 1)))
        .collect::<anyhow::Result<_>>()?;
    ensure!(!read.is_empty(), "{name} holds no transaction");
    Ok(read)
}

/// The only transaction in a file.
///
/// # Errors
/// As [`read`], and if there are several.
pub(super) fn read_one(path: &Path) -> anyhow::Result<Content> {
    let mut all = read(path)?;
    let count = all.len();
    match (all.pop(), count) {
        (Some(only), 1) => Ok(only),
        _ => anyhow::bail!("{} holds {count} transactions: name a file with one", name(path)),
    }
}

/// What to call it.
pub(super) fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "the standard input".to_owned() } else { path.display().to_string() }
}

fn decode(line: &str) -> anyhow::Result<Content> {
    let bytes = STANDARD.decode(line).context("this is no base64 of a transaction")?;
    Content::of(&bytes).context("this is no transaction, signed or not")
}
