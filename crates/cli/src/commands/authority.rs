//! `realdid authority`: the service by which people get their DIDs attested.

mod folder;
mod init;
mod start;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_authority::audit;
use realdid_client::NodeClient;
use realdid_types::{Did, NetworkName};
use serde_json::{Value, json};

use self::folder::Folder;
use super::ledger::all_fields;
use crate::{
    commands::delivery::show_fields,
    output::{Format, print, row, say},
};

/// What to do with an authority's service.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a service's folder: its secret, and for development ten invented people
    #[command(after_help = "What is there already stays as it is.

Examples:
  realdid authority init --folder /var/lib/realdid-authority
  realdid authority init --folder attest --development")]
    Init(init::Init),
    /// Run the service, in the name of a member with the role authority
    #[command(
        after_help = "People are looked up at --registry, or with --development in the folder's registry.json, whose people are \
                            invented. A batch leaves once --minimum people wait, and no later than --longest-wait after somebody \
                            asked.

Examples:
  realdid authority start --folder attest --key member.key --development
  realdid authority start --folder /var/lib/realdid-authority --key member.key --node http://127.0.0.1:8080 \\
    --genesis genesis.json --registry https://registry.example/people --registry-token token \\
    --wallet-origin https://wallet.example"
    )]
    Start(Box<start::Start>),
    /// How a service is, and what it promises
    #[command(after_help = "Example:
  realdid authority status --url http://127.0.0.1:7490")]
    Status {
        /// The service's address
        #[arg(long, env = "REALDID_AUTHORITY", default_value = "http://127.0.0.1:7490", value_name = "URL")]
        url: String,
    },
    /// Check that an audit log was not changed
    #[command(
        after_help = "The digest of the last line says all of the log: noted elsewhere now and then, it shows that nobody wrote \
                            the log anew.

Example:
  realdid authority audit attest/audit.jsonl"
    )]
    Audit {
        /// The log
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Say who is behind a DID, for those whom the law lets ask; the audit log tells it. The service must not be running
    #[command(after_help = "Example:
  realdid authority reveal did:realdid:… --folder attest")]
    Reveal {
        /// The DID
        did: String,
        /// The service's folder
        #[arg(long)]
        folder: PathBuf,
    },
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Init(init) => init::run(&init, format),
        Command::Start(start) => start::run(*start).await,
        Command::Status { url } => status(&url, format).await,
        Command::Audit { file } => {
            let checked = audit::check(&file)?;
            if checked.cut_off > 0 {
                eprintln!(
                    "note: {} bytes behind the last whole line are cut off, as after a kill or on a full disk; the service \
                     removes them when it starts",
                    checked.cut_off
                );
            }
            let fields = vec![
                ("entries", json!(checked.entries)),
                ("head", json!(checked.head.to_string())),
                ("cut_off_bytes", json!(checked.cut_off)),
            ];
            show_fields(fields, format)
        }
        Command::Reveal { did, folder } => reveal(&did, Folder::new(folder), format),
    }
}

async fn status(url: &str, format: Format) -> anyhow::Result<()> {
    let about: Value = NodeClient::new(url).get("/v1/about").await.with_context(|| {
        format!("no authority's service answers at {url}: `realdid authority start` runs one")
    })?;
    print(format, &about, |about| {
        let mut rows = all_fields(about);
        rows.retain(|row| row.first().is_none_or(|name| name != "batches"));
        rows.extend(all_fields(&about["batches"]));
        rows
    })?;
    let missing = about["missing"].as_str().unwrap_or("it does not say what");
    ensure!(about["ready"] == true, "the service does not attest now: {missing}");
    Ok(())
}

fn reveal(text: &str, folder: Folder, format: Format) -> anyhow::Result<()> {
    let network = text.split(':').nth(2).unwrap_or_default();
    let did = Did::from_text(text, &NetworkName::new(network)?)?;
    let number = folder.vault(None)?.reveal(did)?;
    let number = number.with_context(|| format!("nobody had {text} attested here"))?;
    match format {
        Format::Json => say(format, &json!({ "did": text, "number": number.as_str() }), ""),
        Format::Table => print(format, &(), |()| vec![row(["number", number.as_str()])]),
    }
}
