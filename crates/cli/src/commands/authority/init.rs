//! `realdid authority init`: a service's folder.

use std::{os::unix::fs::DirBuilderExt, path::PathBuf};

use anyhow::Context;
use realdid_authority::registry::write_invented;
use realdid_node::keys::{random_seed, store};
use serde_json::json;

use super::folder::Folder;
use crate::{commands::delivery::show_fields, output::Format};

/// A service that is to be.
#[derive(clap::Args)]
pub(crate) struct Init {
    /// The folder; it is made
    #[arg(long)]
    folder: PathBuf,
    /// With ten invented people, to try it out
    #[arg(long)]
    development: bool,
}

pub(crate) fn run(init: &Init, format: Format) -> anyhow::Result<()> {
    let folder = Folder::new(init.folder.clone());
    let shown = init.folder.display();
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&init.folder)
        .with_context(|| format!("{shown} cannot be made"))?;
    let is_new = !folder.secret().exists();
    if is_new {
        store(&folder.secret(), &random_seed())?;
    }
    let mut start = format!("realdid authority start --folder {shown} --key member.key");
    if init.development {
        if !folder.registry().exists() {
            write_invented(&folder.registry())?;
        }
        start.push_str(" --development");
    } else {
        start.push_str(" --registry https://… --genesis genesis.json --node http://127.0.0.1:8080");
    }
    let mut fields = vec![
        ("folder", json!(folder.path())),
        (
            "secret",
            json!(if is_new {
                "made: keep a copy of secret.key where the vault's copies are not"
            } else {
                "was there"
            }),
        ),
    ];
    if init.development {
        fields.push(("people", json!(folder.registry())));
    }
    fields.push(("next", json!(start)));
    show_fields(fields, format)
}
