//! `realdid wallet import`: a file becomes the wallet.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde_json::json;

use super::{place::Place, store::Store};
use crate::{commands::delivery::show_fields, output::Format};

/// What is to be taken in.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// The file; its password becomes the wallet's
    file: PathBuf,
    /// Put it in the place of a wallet that is there; that one is kept beside it, unless it is damaged
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(import: &Import, format: Format) -> anyhow::Result<()> {
    let target = import.place.file();
    let name = import.file.display().to_string();
    let bytes = std::fs::read(&import.file).with_context(|| format!("{name} cannot be read"))?;
    realdid_wallet::check(&bytes).with_context(|| name.clone())?;
    let is_same = std::fs::read(&target).is_ok_and(|held| held == bytes);
    ensure!(
        is_same || import.replace || !target.exists(),
        "{} is there already: --replace puts {name} in its place",
        target.display()
    );
    let password = import.place.password()?;
    let (wallet, _) = realdid_wallet::open(&bytes, &password).context(name)?;
    let sites = wallet.identities.len();
    if !is_same {
        Store::create(&target, &password, wallet, import.replace)?;
    }
    show_fields(vec![("wallet", json!(target)), ("sites", json!(sites))], format)
}
