//! `realdid chain verify`: an auditor's command.

use std::{
    cell::RefCell,
    io::IsTerminal,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_audit::{Audit, Progress, Source, SourceError};
use realdid_client::{ClientError, NodeClient};
use realdid_crypto::Ed25519Verifier;
use realdid_node::GenesisFile;
use realdid_state::Receipt;
use realdid_storage::{KeyHistory, Store};
use realdid_types::{BatchDigest, Block, Certificate, Epoch, EpochEnd, Genesis, Height, SignedBatch, Wire};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{Target, Trust, scratch::Scratch};
use crate::output::{Format, print, row};

/// What to do with the whole ledger.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Execute every block again and check every signature, certificate, root and receipt
    Verify(Verify),
}

/// What to check, and where to keep what was checked.
#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    target: Target,
    /// Check the ledger in this folder instead of a node's; no node may be running on it
    #[arg(long, value_name = "FOLDER", conflicts_with = "node")]
    ledger: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    /// The auditor's own ledger: a later run goes on from it. Without it, everything is checked anew
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    let Command::Verify(verify) = command;
    let client = match &verify.ledger {
        Some(_) => None,
        None => Some(verify.target.client()?),
    };
    let genesis = match (&verify.trust.genesis, &client) {
        (_, Some(client)) => verify.trust.genesis(client).await?,
        (Some(path), None) => GenesisFile::read(path)?.genesis()?,
        (None, None) => anyhow::bail!("--ledger needs --genesis: whose ledger should it be?"),
    };
    let handle = Handle::current();
    // reading a node's answers one after the other is waiting; it must not hold up the runtime
    tokio::task::spawn_blocking(move || audit(&verify, client, &genesis, &handle, format)).await?
}

/// A ledger of an earlier run, or nothing yet: files of something else are left alone.
fn check_own(folder: &Path) -> anyhow::Result<()> {
    let mut entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| folder.display().to_string())?,
    };
    anyhow::ensure!(
        folder.join("CURRENT").exists() || entries.next().is_none(),
        "{} holds something else than an earlier audit: name another folder",
        folder.display()
    );
    Ok(())
}

fn audit(
    verify: &Verify,
    client: Option<NodeClient>,
    genesis: &Genesis,
    handle: &Handle,
    format: Format,
) -> anyhow::Result<()> {
    if let Some(folder) = &verify.into {
        check_own(folder)?;
    }
    let scratch = Scratch::new(verify.into.as_deref(), &std::env::temp_dir())?;
    let own = open_own(scratch.folder(), genesis)?;
    let verifier = Ed25519Verifier::default();
    let source: Box<dyn Source> = match (client, &verify.ledger) {
        (Some(client), _) => Box::new(Node { client, handle: handle.clone(), newest: RefCell::new(None) }),
        (None, Some(folder)) => Box::new(Store::open_read_only(folder, genesis)?),
        (None, None) => anyhow::bail!("there is nothing to check"),
    };
    let started = Instant::now();
    let progress = Audit::new(&own, &*source, &verifier).run(progress_line())?;
    let seconds = started.elapsed().as_secs_f64();
    let root = own.state_root().to_string();
    let result = json!({
        "height": progress.height.0, "state_root": root, "blocks": progress.blocks,
        "transactions": progress.transactions, "certificates": progress.certificates, "seconds": seconds,
    });
    print(format, &result, |_| {
        vec![
            row(["the chain holds", &format!("from genesis to block {}", progress.height)]),
            row(["state root", &root]),
            row([
                "checked now",
                &format!(
                    "{} blocks, {} certificates, {} transactions in {seconds:.1} s",
                    progress.blocks, progress.certificates, progress.transactions
                ),
            ]),
        ]
    })
}

fn open_own(folder: &Path, genesis: &Genesis) -> anyhow::Result<Store> {
    match Store::open(folder, genesis) {
        Err(realdid_storage::Error::Missing(_)) => {
            std::fs::create_dir_all(folder)?;
            Ok(Store::create(folder, genesis, KeyHistory::Unknown)?)
        }
        opened => Ok(opened?),
    }
}

/// A line on the terminal that says how far it is.
pub(crate) fn progress_line() -> impl FnMut(&Progress) {
    let mut told = Instant::now();
    let shows = std::io::stderr().is_terminal();
    move |progress| {
        if shows && told.elapsed() >= Duration::from_millis(200) {
            told = Instant::now();
            eprint!(
                "\rblock {} of {}, {} transactions ",
                progress.height, progress.tip, progress.transactions
            );
        }
    }
}

/// A node, asked over its interface.
struct Node {
    client: NodeClient,
    handle: Handle,
    /// The block that was asked for last: its certificate and receipts come with it.
    newest: RefCell<Option<(Height, Value)>>,
}

impl Node {
    fn json(&self, path: &str) -> Result<Option<Value>, SourceError> {
        match self.handle.block_on(self.client.get(path)) {
            Ok(value) => Ok(Some(value)),
            Err(ClientError::Refused(problem)) if problem.status == 404 => Ok(None),
            Err(error) => Err(SourceError(error.to_string())),
        }
    }

    fn decoded<T: Wire>(&self, value: Option<&Value>) -> Result<Option<T>, SourceError> {
        let Some(text) = value.and_then(Value::as_str) else { return Ok(None) };
        let strange = |error: &dyn std::fmt::Display| SourceError(format!("the node's answer: {error}"));
        let bytes = STANDARD.decode(text).map_err(|error| strange(&error))?;
        T::decode(&bytes).map(Some).map_err(|error| strange(&error))
    }

    fn block_view(&self, height: Height) -> Result<Option<Value>, SourceError> {
        if let Some((_, view)) = self.newest.borrow().as_ref().filter(|(newest, _)| *newest == height) {
            return Ok(Some(view.clone()));
        }
        let view = self.json(&format!("/v1/blocks/{height}"))?;
        *self.newest.borrow_mut() = view.clone().map(|view| (height, view));
        Ok(view)
    }
}

impl Source for Node {
    fn tip(&self) -> Result<Height, SourceError> {
        let latest = self.json("/v1/blocks/latest")?.unwrap_or_default();
        latest["height"].as_u64().map(Height).ok_or_else(|| SourceError("the node names no tip".to_owned()))
    }

    fn block(&self, height: Height) -> Result<Option<Block>, SourceError> {
        self.decoded(self.block_view(height)?.as_ref().map(|view| &view["encoded"]))
    }

    fn certificate(&self, height: Height) -> Result<Option<Certificate>, SourceError> {
        self.decoded(self.block_view(height)?.as_ref().map(|view| &view["certificate"]))
    }

    fn receipts(&self, height: Height) -> Result<Option<Vec<Receipt>>, SourceError> {
        let Some(view) = self.block_view(height)? else { return Ok(None) };
        let receipts = view["encoded_receipts"].as_array().cloned().unwrap_or_default();
        receipts.iter().map(|receipt| self.decoded(Some(receipt))).collect::<Result<Option<Vec<_>>, _>>()
    }

    fn batch(&self, digest: BatchDigest) -> Result<Option<SignedBatch>, SourceError> {
        let found = self.handle.block_on(self.client.get_bytes(&format!("/v1/batches/{digest}")));
        let bytes = found.map_err(|error| SourceError(error.to_string()))?;
        let decoded = bytes.map(|bytes| SignedBatch::decode(&bytes)).transpose();
        decoded.map_err(|error| SourceError(format!("batch {digest}: {error}")))
    }

    fn epoch_end(&self, epoch: Epoch) -> Result<Option<EpochEnd>, SourceError> {
        self.decoded(self.json(&format!("/v1/epochs/{epoch}"))?.as_ref().map(|view| &view["end"]))
    }
}
