//! `realdid wallet export`: a copy, or the recovery code.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde_json::json;

use super::{password, place::Place, store};
use crate::{
    commands::{delivery::show_fields, key::confirm},
    output::Format,
};

/// What is to be taken out.
#[derive(clap::Args)]
pub(crate) struct Export {
    /// Write an encrypted copy here
    #[arg(long, value_name = "FILE", required_unless_present = "recovery_code")]
    out: Option<PathBuf>,
    /// A file whose first line is the password of the copy; without it, the terminal is asked
    #[arg(long, value_name = "FILE", requires = "out")]
    new_password_file: Option<PathBuf>,
    /// Show the recovery code: whoever sees it has every DID of the wallet
    #[arg(long, conflicts_with = "out")]
    recovery_code: bool,
    /// Do not ask before the code is shown
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(export: &Export, format: Format) -> anyhow::Result<()> {
    let store = export.place.open()?;
    let Some(out) = &export.out else {
        confirm("Whoever sees the recovery code has every DID of this wallet. Show it?", export.yes)?;
        let text = store.wallet.code.to_text();
        return show_fields(vec![("recovery_code", json!(text.as_str()))], format);
    };
    ensure!(!out.exists(), "{} is there already: name a new file", out.display());
    let password = password::new(export.new_password_file.as_deref())?;
    let bytes = store::sealed(&store.wallet, &password)?;
    store::write(out, &bytes).with_context(|| format!("{} cannot be written", out.display()))?;
    let sites = store.wallet.identities.len();
    show_fields(vec![("file", json!(out)), ("sites", json!(sites))], format)
}
