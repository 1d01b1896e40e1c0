//! `realdid dev`: for those who develop RealDID and what is built on it.

mod answer;
mod dids;
mod fixtures;
mod resolver;
mod shop;

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};

pub(crate) use self::resolver::Resolver;

use self::fixtures::{Edition, Fixture};
use super::Target;
use crate::output::{Format, print, row};

/// What to do.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Write what the W3C's DID test suite is fed with, from what a node answers
    #[command(after_help = "Example:
  realdid dev export-did-fixtures --node http://127.0.0.1:7400 --out fixtures

The files go into packages/did-core-test-server/suites/implementations of github.com/w3c/did-test-suite; those with 1.1 in
their names have documents of DID Core 1.1 and errors that are objects.")]
    ExportDidFixtures(Export),
    /// Run a website to try logging in at
    Shop(shop::Arguments),
    /// Answer a site's challenge as a wallet would, without asking anybody; on networks for development
    #[command(hide = true)]
    AnswerChallenge(answer::Answer),
}

/// What to export.
#[derive(clap::Args)]
pub(crate) struct Export {
    /// Where to; the folder is made
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// DIDs to show; without any, two are made: one that is changed, and one that is ended
    #[arg(long, value_name = "DID", num_args = 1..)]
    did: Vec<String>,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::ExportDidFixtures(export) => export_fixtures(export, format).await,
        Command::Shop(arguments) => shop::run(arguments).await,
        Command::AnswerChallenge(answer) => answer::run(&answer).await,
    }
}

async fn export_fixtures(export: Export, format: Format) -> anyhow::Result<()> {
    let client = export.target.client()?;
    let network = client.genesis().await?.network;
    let dids = if export.did.is_empty() { dids::make(&client).await? } else { export.did };
    let resolver = Resolver::new(client.base(), export.target.ca_cert.as_deref())?;
    std::fs::create_dir_all(&export.out).with_context(|| export.out.display().to_string())?;
    let mut files = Vec::new();
    for edition in [Edition::V1_0, Edition::V1_1] {
        let fixture = Fixture::gather(&resolver, &dids, &network, edition).await?;
        for (kind, content) in [
            ("did", fixture.method()),
            ("resolver", fixture.resolutions()),
            ("dereferencer", fixture.dereferencings()),
        ] {
            files.push(write(&export.out, &format!("{kind}-realdid{}.json", edition.suffix()), &content)?);
        }
    }
    print(format, &json!({ "dids": dids, "files": files }), |result| {
        let rows = |name: &'static str| {
            let values = result[name].as_array().into_iter().flatten().filter_map(Value::as_str);
            values.map(move |value| row([name.trim_end_matches('s'), value])).collect::<Vec<_>>()
        };
        [rows("dids"), rows("files")].concat()
    })
}

fn write(folder: &Path, name: &str, content: &Value) -> anyhow::Result<String> {
    let path = folder.join(name);
    let text = format!("{content:#}\n");
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path.display().to_string())
}
