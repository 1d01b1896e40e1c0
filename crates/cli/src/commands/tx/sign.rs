//! `realdid tx sign`: signatures by keys on a machine that needs no network.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use realdid_client::{named_signers, sign_too};
use realdid_crypto::{Ed25519Verifier, PublicKey, SecretKey, verify_one};
use realdid_node::GenesisFile;
use realdid_testnet::now_ms;
use realdid_types::{Genesis, SignedTransaction, limits};
use serde_json::json;

use super::{
    file::{self, Content},
    words::Reader,
};
use crate::{
    commands::{
        delivery,
        key::{confirm, secret},
        ledger::plain,
        time,
    },
    exit,
    output::{Format, columns, print, row},
};

/// What to sign, and with what.
#[derive(clap::Args)]
pub(crate) struct Sign {
    /// A file with one transaction, such as one that --unsigned-out wrote; `-` is the standard input
    file: PathBuf,
    /// The files of the keys that sign
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    /// Where the signed transaction is to be
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The genesis of the network that it must be for
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// Do not ask whether it is really to be signed
    #[arg(long)]
    yes: bool,
}

/// What to read.
#[derive(clap::Args)]
pub(crate) struct Explain {
    /// A file with one transaction, signed or not; `-` is the standard input
    file: PathBuf,
    /// The genesis of the network that it must be for
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
}

/// Says what a transaction asks for, and who has signed it.
pub(crate) fn explain(explain: &Explain, format: Format) -> anyhow::Result<()> {
    let content = file::read_one(&explain.file)?;
    let genesis = network(explain.genesis.as_deref(), &content)?;
    let rows = rows(&content, genesis.as_ref());
    let signed = content.into_signed();
    check_signatures(&signed)?;
    let lines: Vec<String> = columns(&rows);
    let signers: Vec<String> = signed.signatures.iter().map(|by| by.key.to_string()).collect();
    let missing: Vec<String> = missing(&signed).iter().map(ToString::to_string).collect();
    let result = json!({
        "transaction": signed.id().to_string(), "expires": time::text(signed.transaction.expires), "words": lines,
        "signed_by": signers, "still_to_sign": missing,
    });
    print(format, &result, |_| {
        let signers = signers.iter().map(|key| row(["signed by", key]));
        let missing = missing.iter().map(|key| row(["still to sign", key]));
        rows.clone().into_iter().chain(signers).chain(missing).collect()
    })
}

/// Shows what is to be signed, asks, and signs.
pub(crate) fn run(sign: &Sign, format: Format) -> anyhow::Result<()> {
    ensure!(!sign.out.exists(), "{} is there already: name another file with --out", sign.out.display());
    let content = file::read_one(&sign.file)?;
    let genesis = network(sign.genesis.as_deref(), &content)?;
    let keys: Vec<SecretKey> = sign.key.iter().map(|path| secret(path)).collect::<anyhow::Result<_>>()?;
    columns(&rows(&content, genesis.as_ref())).iter().for_each(|line| eprintln!("{line}"));
    let signed = content.into_signed();
    check_signatures(&signed)?;
    if signed.transaction.expires.0 <= now_ms() {
        eprintln!(
            "note: by this machine's clock it is void since {}: if the clock is right, have it made anew",
            time::text(signed.transaction.expires)
        );
    }
    confirm("Sign this?", sign.yes)?;
    let signed = sign_too(signed, &keys.iter().collect::<Vec<_>>());
    let (count, most) = (signed.signatures.len(), limits::TRANSACTION_SIGNATURES_MAX);
    ensure!(count <= most, "it would have {count} signatures, and takes {most}");
    delivery::write(&sign.out, &signed)?;
    show(sign, &signed, format)
}

fn show(sign: &Sign, signed: &SignedTransaction, format: Format) -> anyhow::Result<()> {
    let signers: Vec<String> = signed.signatures.iter().map(|by| by.key.to_string()).collect();
    let missing: Vec<String> = missing(signed).iter().map(ToString::to_string).collect();
    let result = json!({
        "transaction": signed.id().to_string(), "file": sign.out, "signed_by": signers, "still_to_sign": missing,
        "expires": time::text(signed.transaction.expires),
    });
    print(format, &result, |result| {
        let mut rows = vec![row(["transaction", &plain(&result["transaction"])])];
        rows.extend(signers.iter().map(|key| row(["signed by", key])));
        rows.extend(missing.iter().map(|key| row(["still to sign", key])));
        rows.push(row(["file", &sign.out.display().to_string()]));
        rows.push(row(["next", &format!("realdid tx submit {}", sign.out.display())]));
        rows
    })
}

fn rows(content: &Content, genesis: Option<&Genesis>) -> Vec<Vec<String>> {
    Reader { network: genesis.map(|genesis| &genesis.network) }.rows(content.transaction())
}

/// The network, which must be the one that the transaction is for.
fn network(path: Option<&Path>, content: &Content) -> anyhow::Result<Option<Genesis>> {
    let Some(path) = path else { return Ok(None) };
    let genesis = GenesisFile::read(path)?.genesis()?;
    if content.transaction().genesis == genesis.digest() {
        return Ok(Some(genesis));
    }
    Err(exit::unverified(format!(
        "the transaction is for the network with the genesis {}, and {} is that of {} ({}): sign nothing of it unless you \
         know that network",
        content.transaction().genesis,
        path.display(),
        genesis.network,
        genesis.digest()
    )))
}

/// A signature that does not hold would spoil the others.
fn check_signatures(signed: &SignedTransaction) -> anyhow::Result<()> {
    let (id, verifier) = (signed.id().0, Ed25519Verifier::default());
    let bad =
        signed.signatures.iter().find(|by| !verify_one(&verifier, &by.key, id.as_bytes(), &by.signature));
    match bad {
        None => Ok(()),
        Some(by) => Err(exit::unverified(format!(
            "the signature of {} does not hold: take the file as it was before that, and sign it again",
            by.key
        ))),
    }
}

/// Keys that the operation names and that have not signed.
fn missing(signed: &SignedTransaction) -> Vec<PublicKey> {
    let named = named_signers(&signed.transaction.operation);
    named.into_iter().filter(|key| !signed.is_signed_by(key)).collect()
}
