//! `realdid did`: DIDs.

mod update;

use std::path::{Path, PathBuf};

use anyhow::Context;
use realdid_client::{LightClient, NodeClient, ProvenRecord, Resolved, Wait, create_did};
use realdid_crypto::{Ed25519Verifier, SecretKey};
use realdid_identity::{RecordView, commitment};
use realdid_node::keys::{KeyError, load, random_seed, store};
use realdid_testnet::now_ms;
use realdid_types::{Did, Genesis, Timestamp};
use serde_json::json;

use super::{Target, Trust, delivery, ledger::plain};
use crate::output::{Format, print, row};

/// How long a transaction may wait before it is void.
const EXPIRY_MS: u64 = 60_000;

/// What to do with DIDs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a DID, and wait until it is final
    #[command(after_help = "Example:\n  realdid did create --key my.key")]
    Create {
        /// Where its key is, or is to be kept; a recovery key is kept beside it
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// Show a DID, after checking the node's proof
    Resolve {
        /// The DID
        did: String,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
    /// Add, remove or replace keys of a DID, and wait until that is final. Repeating it changes nothing
    #[command(after_help = "Examples:
  realdid did update did:realdid:… --key my.key --add phone.key --purposes authentication
  realdid did update did:realdid:… --key my.key --replace-by new.key
  realdid did update did:realdid:… --key my.key --remove phone.key")]
    Update(update::Update),
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Create { key, target } => create(&key, &target, format).await,
        Command::Resolve { did, trust, target } => resolve(&did, &trust, &target, format).await,
        Command::Update(change) => update::run(change, format).await,
    }
}

async fn create(path: &Path, target: &Target, format: Format) -> anyhow::Result<()> {
    let client = target.client()?;
    let genesis = client.genesis().await?;
    let recovery = path.with_extension("recovery");
    anyhow::ensure!(
        recovery.exists() || !path.exists(),
        "{} is there and {} is not: the DID of a key depends on both; restore it, or use another key",
        path.display(),
        recovery.display()
    );
    let (key, recovery) = (key_at(path)?, key_at(&recovery)?);
    let expires = Timestamp(now_ms().saturating_add(EXPIRY_MS));
    let (did, signed) = create_did(genesis.digest(), &key, commitment(&recovery.public_key()), expires);
    let text = did.to_text(&genesis.network);
    if client.resolve(&text).await.is_ok_and(|resolved| !resolved.view["record"].is_null()) {
        let result = json!({ "did": text, "outcome": "exists already" });
        return print(format, &result, |_| vec![row(["did", &text]), row(["outcome", "exists already"])]);
    }
    eprintln!("making {text}");
    let answer = client.submit(&[signed], Wait::Final).await?;
    let submitted = answer.first().context("the node says nothing of the transaction")?;
    let result = json!({
        "did": text,
        "transaction": submitted.id,
        "height": submitted.height,
        "outcome": submitted.outcome,
        "reason": submitted.reason,
    });
    print(format, &result, |result| {
        ["did", "transaction", "height", "outcome"]
            .iter()
            .map(|name| row([name, &plain(&result[*name])]))
            .collect()
    })?;
    delivery::applied(submitted.clone()).map(drop)
}

/// The key in a file, or a new one that is stored there first.
fn key_at(path: &Path) -> anyhow::Result<SecretKey> {
    let seed = match load(path) {
        Err(KeyError::Missing(_)) => {
            let seed = random_seed();
            store(path, &seed)?;
            seed
        }
        loaded => loaded?,
    };
    Ok(SecretKey::ed25519(&seed))
}

async fn resolve(text: &str, trust: &Trust, target: &Target, format: Format) -> anyhow::Result<()> {
    let client = target.client()?;
    let genesis = trust.genesis(&client).await?;
    let did = Did::from_text(text, &genesis.network)?;
    let resolved = client.resolve(text).await?;
    let proven = verify(&client, &genesis, did, &resolved).await?;
    // what was verified, not what the node says beside it
    let record = proven.record.as_ref().map(RecordView::new);
    let height = proven.header.height.0;
    let result = json!({ "did": text, "record": record, "verified_at_height": height });
    print(format, &result, |result| {
        let record = &result["record"];
        let mut rows = vec![row(["did", text])];
        if record.is_null() {
            rows.push(row(["record", "there is none"]));
        }
        for key in record["keys"].as_array().into_iter().flatten() {
            let purposes = key["purposes"].as_array().into_iter().flatten().map(plain);
            rows.push(row(["key", &plain(&key["key"]), &purposes.collect::<Vec<_>>().join(", ")]));
        }
        if !record.is_null() {
            rows.push(row(["version", &plain(&record["version"])]));
        }
        rows.push(row(["verified", &format!("by a certificate for block {height}")]));
        rows
    })
}

/// Checks a resolution from the genesis on; the record that it proves, and the header that vouches for it.
pub(crate) async fn verify(
    client: &NodeClient,
    genesis: &Genesis,
    did: Did,
    resolved: &Resolved,
) -> anyhow::Result<ProvenRecord> {
    let verifier = Ed25519Verifier::default();
    let mut light = LightClient::new(genesis)?;
    loop {
        match light.check_record(did, &resolved.proof, &verifier) {
            Ok(proven) => return Ok(proven),
            Err(realdid_client::Untrusted::OtherEpoch { found, known }) if found > known => {
                let (end, next) = client.epoch_end(known).await?;
                light.advance(&end, next, &verifier)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
