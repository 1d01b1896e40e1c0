//! `realdid keys`: keys in files.

use std::path::PathBuf;

use realdid_crypto::SecretKey;
use realdid_identity::commitment;
use realdid_network::peer_id;
use realdid_node::keys::{load, random_seed, store};
use serde_json::json;

use crate::output::{Format, print, row};

/// What to do with keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key in a new file that only you may read
    Generate {
        /// The file
        file: PathBuf,
    },
    /// Print the public half of a key
    Show {
        /// The file
        file: PathBuf,
    },
}

pub(crate) fn run(command: Command, format: Format) -> anyhow::Result<()> {
    let file = match command {
        Command::Generate { file } => {
            store(&file, &random_seed())?;
            file
        }
        Command::Show { file } => file,
    };
    let public = SecretKey::ed25519(&*load(&file)?).public_key();
    let peer = peer_id(&public).map(|peer| peer.to_string());
    let shown = json!({
        "file": file, "suite": "ed25519", "public_key": public.to_string(), "peer": peer,
        "commitment": commitment(&public).to_string(),
    });
    print(format, &shown, |_| {
        vec![
            row(["file", &file.display().to_string()]),
            row(["public key", &public.to_string()]),
            row(["commitment", &commitment(&public).to_string()]),
            row(["as a peer", peer.as_deref().unwrap_or("-")]),
        ]
    })
}
