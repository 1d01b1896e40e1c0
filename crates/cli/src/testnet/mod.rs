//! `realdid testnet`: a whole network of separate processes on this machine.

mod citizens;
mod demo;
mod live;
mod logs;
mod partition;
mod processes;
mod reset;
mod started;
mod status;
mod up;
mod validators;

use std::path::PathBuf;

use anyhow::Context;
use realdid_client::NodeClient;
use realdid_testnet::Network;

use crate::output::Format;

/// What to do with the network.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Start a network, or go on with the one that is there
    Up(up::Arguments),
    /// End all its processes; the ledger stays
    Down(Place),
    /// How its nodes are
    Status(Place),
    /// Kill nodes or services at once, as a power failure would
    Kill(Some_),
    /// Start nodes that do not run
    Start(Some_),
    /// Stop nodes' processes where they stand
    Pause(Some_),
    /// Let paused nodes go on
    Resume(Some_),
    /// Cut the network in two: these nodes, and the others
    Partition(Some_),
    /// End a partition
    Heal(Place),
    /// Take nodes' disks away, keep their keys, and start them again
    Wipe(Some_),
    /// Add a validator: make it, let it catch up, let the members vote it in, and wait until it signs
    Add(validators::Add),
    /// Let the members vote validators out; their processes go on as followers
    Remove(Some_),
    /// Print where nodes and services log to, and their newest lines
    Logs(Some_),
    /// Register DIDs through the nodes' interfaces, from a seed
    Register(citizens::Register),
    /// End all processes and remove everything
    Reset(Place),
}

/// Where the network lives.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// The network's folder
    #[arg(long, env = "REALDID_TESTNET", value_name = "FOLDER")]
    home: Option<PathBuf>,
}

/// Some of its nodes.
#[derive(Clone, Debug, clap::Args)]
pub struct Some_ {
    /// Their names, as in `realdid testnet status`
    #[arg(required = true)]
    nodes: Vec<String>,
    #[command(flatten)]
    place: Place,
}

impl Place {
    /// The folder: one per user unless another is named.
    pub fn folder(&self) -> PathBuf {
        self.home.clone().unwrap_or_else(realdid_testnet::usual_folder)
    }

    /// The network in it.
    ///
    /// # Errors
    /// If there is none.
    pub fn network(&self) -> anyhow::Result<Network> {
        Network::read(&self.folder())
    }
}

pub async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Up(arguments) => up::run(arguments, format).await,
        Command::Down(place) => processes::down(&place, format).await,
        Command::Status(place) => status::status(&place, format).await,
        Command::Kill(some) => processes::kill(&some, format),
        Command::Start(some) => processes::start(&some, format),
        Command::Pause(some) => processes::pause(&some, format),
        Command::Resume(some) => processes::resume(&some, format),
        Command::Partition(some) => partition::partition(&some, format).await,
        Command::Heal(place) => partition::heal(&place, format).await,
        Command::Wipe(some) => processes::wipe(&some, format).await,
        Command::Add(add) => validators::add(&add, format).await,
        Command::Remove(some) => validators::remove(&some, format).await,
        Command::Logs(some) => logs::logs(&some, format),
        Command::Register(register) => citizens::register(register, format).await,
        Command::Reset(place) => reset::reset(&place, format).await,
    }
}

/// The first node of this user's network.
///
/// # Errors
/// If there is none.
pub fn first_node() -> anyhow::Result<NodeClient> {
    let network = Place { home: std::env::var_os("REALDID_TESTNET").map(PathBuf::from) }
        .network()
        .context("no --node is named")?;
    let first = network.nodes.first().context("the test network has no nodes")?;
    Ok(first.client())
}

/// This program, to be started as a node.
///
/// # Errors
/// If its own file is not found.
fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("this program's own file is not found")
}
