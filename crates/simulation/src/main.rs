//! The simulator: many validators, one thread, one seed.

#[macro_use]
mod say;

mod byzantine;
mod campaign;
mod model;
mod mutants;
mod twins;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs RealDID's consensus, state and pools under faults and lies, and checks that nothing is lost or stuck.
#[derive(Parser)]
#[command(name = "realdid-simulation", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Many seeds, each a world of its own with its own faults and liars
    Campaign(campaign::Arguments),
    /// A table of lies, told by one validator and by f of them
    Byzantine(byzantine::Arguments),
    /// Every state of two views with one fault, and random walks through four views with three
    Model(model::Arguments),
    /// Nodes that run twice with one key, under every division of the network and every leader
    Twins(twins::Arguments),
    /// Breaks a copy of the code on purpose and shows what notices
    Mutants(mutants::Arguments),
}

fn main() -> ExitCode {
    let succeeded = match Arguments::parse().command {
        Command::Campaign(arguments) => campaign::run(&arguments),
        Command::Byzantine(arguments) => byzantine::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
        Command::Twins(arguments) => twins::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
    };
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
