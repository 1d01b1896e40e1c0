//! `realdid db`: a node's ledger on its disk. The node must not be running.

mod check;

use std::path::PathBuf;

use realdid_node::{GenesisFile, config::Home};
use realdid_storage::Store;
use serde_json::{Value, json};

use crate::output::{Format, print, row, say};

/// What to do with a ledger.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Check everything in a node's folder: every entry, signature, certificate, batch, receipt and page. Changes nothing
    #[command(after_help = "Example:
  realdid db check --home /var/lib/realdid")]
    Check {
        #[command(flatten)]
        folder: Folder,
        /// Where to execute the blocks again; it takes as much space as the ledger, and is removed at the end
        #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
        scratch: PathBuf,
    },
    /// How much is stored, by kind
    Stats(Folder),
    /// Copy the ledger for a backup, without votes: a validator that starts on the copy asks the others first
    Checkpoint {
        #[command(flatten)]
        folder: Folder,
        /// The new folder, on the same file system
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
}

/// Whose ledger.
#[derive(clap::Args)]
pub(crate) struct Folder {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
}

impl Folder {
    fn open(&self) -> anyhow::Result<Store> {
        let home = Home::new(&self.home);
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        Ok(Store::open(&home.ledger(), &genesis)?)
    }

    fn look_into(&self) -> anyhow::Result<Store> {
        let home = Home::new(&self.home);
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        Ok(Store::open_read_only(&home.ledger(), &genesis)?)
    }
}

pub(crate) fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Check { folder, scratch } => check::run(&folder.look_into()?, &scratch, format),
        Command::Stats(folder) => stats(&folder.look_into()?, format),
        Command::Checkpoint { folder, to } => {
            let store = folder.open()?;
            store.checkpoint(&to)?;
            let result = json!({ "height": store.tip().0, "folder": to });
            say(
                format,
                &result,
                &format!("block {} and everything below it is in {}", store.tip(), to.display()),
            )
        }
    }
}

fn stats(store: &Store, format: Format) -> anyhow::Result<()> {
    let columns: Vec<Value> = store
        .sizes()?
        .iter()
        .map(|size| json!({ "column": size.column.name(), "entries": size.entries, "bytes": size.bytes }))
        .collect();
    let root = store.state_root().to_string();
    let result = json!({ "height": store.tip().0, "state_root": root, "columns": columns });
    print(format, &result, |_| {
        let mut rows = vec![
            row(["height", &store.tip().to_string(), ""]),
            row(["state root", &root, ""]),
            row(["column", "entries, about", "bytes"]),
        ];
        for column in &columns {
            let name = column["column"].as_str().unwrap_or("");
            rows.push(row([name, &column["entries"].to_string(), &column["bytes"].to_string()]));
        }
        rows
    })
}
