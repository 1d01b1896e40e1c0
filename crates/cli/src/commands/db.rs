//! `realdid db`: a node's ledger on its disk. The node must not be running.

use std::path::PathBuf;

use realdid_node::{GenesisFile, NodeKeys, config::Home};
use realdid_storage::Store;
use serde_json::{Value, json};

use crate::output::{Format, print, row};

/// What to do with a ledger.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
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
        let author = NodeKeys::load(&home.keys())?.author.public_key();
        Ok(Store::open(&home.ledger(), &genesis, author)?)
    }
}

pub(crate) fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Stats(folder) => stats(&folder.open()?, format),
        Command::Checkpoint { folder, to } => {
            let store = folder.open()?;
            store.checkpoint(&to)?;
            println!("block {} and everything below it is in {}", store.tip(), to.display());
            Ok(())
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
