//! `realdid bench`: what this machine and this build can do.

mod idle;
mod limits;
mod load;
mod memory;
mod network;
mod operations;
mod resolve;
mod saturation;
mod submit;
mod sync;
mod usage;
mod workload;

use crate::output::Format;

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// The machine's own limits: signatures, hashes, syncs, loopback
    Limits,
    /// How long one transaction takes while there is nothing else to do
    Idle(idle::Arguments),
    /// Committed transactions per second of a network of its own, at a rate or as fast as it goes
    Load(load::Arguments),
    /// Operations of each kind that a network of its own carries out a second
    Operations(operations::Arguments),
    /// DIDs resolved a second and core by one node, with proof and without
    Resolve(resolve::Arguments),
    /// More and more transactions per second, until the network cannot follow
    Saturation(saturation::Arguments),
    /// How fast a validator that lost its disk catches up while the others go on
    Sync(sync::Arguments),
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Limits => limits::run(format),
        Command::Idle(arguments) => idle::run(arguments, format).await,
        Command::Load(arguments) => load::run(arguments, format).await,
        Command::Operations(arguments) => operations::run(arguments, format).await,
        Command::Resolve(arguments) => resolve::run(arguments, format).await,
        Command::Saturation(arguments) => saturation::run(arguments, format).await,
        Command::Sync(arguments) => sync::run(arguments, format).await,
    }
}
