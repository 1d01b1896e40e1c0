//! Making a bridge's folder.

use realdid_node::GenesisFile;
use realdid_types::Origin;
use serde_json::json;

use super::Folder;
use crate::{
    commands::{Target, Trust},
    output::{Format, say},
};

/// A bridge that is to be.
#[derive(clap::Args)]
pub(crate) struct Init {
    #[command(flatten)]
    folder: Folder,
    /// Where browsers reach it, such as https://login.example
    #[arg(long, value_name = "URL", value_parser = origin)]
    issuer: Origin,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

fn origin(text: &str) -> Result<Origin, String> {
    Origin::new(text)
        .map_err(|error| format!("{error}; an issuer is an origin, without a path: https://login.example"))
}

pub(crate) async fn run(init: &Init, format: Format) -> anyhow::Result<()> {
    let genesis = init.trust.genesis(&init.target.client()?).await?;
    if init.trust.genesis.is_none() {
        eprintln!(
            "note: that this is the network {} ({}) is the node's own word; --genesis FILE says which one is trusted",
            genesis.network,
            genesis.digest()
        );
    }
    let text = serde_json::to_string_pretty(&GenesisFile::from(&genesis))?;
    init.folder.home().make(&init.issuer, &text)?;
    let (issuer, folder) = (init.issuer.as_str(), init.folder.home.display().to_string());
    let return_address = format!("{issuer}/return");
    let made = json!({
        "home": folder, "issuer": issuer, "return_address": return_address, "network": genesis.network.as_str(),
    });
    let sentence = format!(
        "made {folder}. Each site puts the origin {issuer} and the return address {return_address} on the ledger (`realdid \
         site update`); start it with `realdid bridge start --home {folder}`"
    );
    say(format, &made, &sentence)
}
