//! `realdid bridge`: OpenID Connect for sites.

mod init;
mod keys;
mod start;

use std::path::PathBuf;

use realdid_bridge::Home;

use crate::output::Format;

/// What to do with a bridge.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a bridge's folder with fresh signing keys
    #[command(
        after_help = "The issuer is where browsers reach the bridge, without a path. Each site that uses the bridge has it on the \
                            ledger as one of its origins, and <issuer>/return as one of its return addresses.

Example:
  realdid bridge init --home /var/lib/realdid-bridge --issuer https://login.example --genesis genesis.json"
    )]
    Init(init::Init),
    /// Run the bridge in a folder until it is told to end
    #[command(after_help = "Examples:
  realdid bridge start --home /var/lib/realdid-bridge --wallet-url https://wallet.example/ \\
    --node https://node.example:8080 --listen 0.0.0.0:443 --tls-cert login.pem --tls-key login.key
  realdid bridge start --home /var/lib/realdid-bridge --wallet-url https://wallet.example/ --behind-proxy

A site's settings are then: issuer https://login.example, client_id did:realdid:…, redirect_uri one of its return addresses.")]
    Start(start::Start),
    /// Signing keys, and what differs from site to site; a bridge that runs notices
    #[command(subcommand)]
    Keys(keys::Command),
}

/// Where the bridge's folder is.
#[derive(clap::Args)]
pub(crate) struct Folder {
    /// The bridge's folder, which its owner alone may read
    #[arg(long, env = "REALDID_BRIDGE_HOME", value_name = "FOLDER")]
    home: PathBuf,
}

impl Folder {
    fn home(&self) -> Home {
        Home::new(&self.home)
    }
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Init(init) => init::run(&init, format).await,
        Command::Start(start) => start::run(start).await,
        Command::Keys(command) => keys::run(command, format),
    }
}
