//! The program `realdid`: nodes, networks, DIDs. Nouns, then verbs; `--help` everywhere.
//!
//! It is a library so that other programs of this workspace can be started as a node too.

pub mod commands;
mod exit;
mod output;
mod testnet;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::output::Format;

/// An open, permissioned ledger for real-name decentralised identity.
#[derive(Parser)]
#[command(name = "realdid", version, after_help = exit::HELP)]
struct Arguments {
    /// How to print results
    #[arg(long, global = true, value_enum, default_value_t)]
    output: Format,
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Subcommand)]
enum Noun {
    /// Keys in files
    #[command(subcommand)]
    Keys(commands::keys::Command),
    /// What a network agrees on before its first block
    #[command(subcommand)]
    Genesis(commands::genesis::Command),
    /// Run one node
    #[command(subcommand)]
    Node(commands::node::Command),
    /// A whole network on this machine, to try and to break
    #[command(subcommand)]
    Testnet(testnet::Command),
    /// DIDs: make them, resolve and verify them
    #[command(subcommand)]
    Did(commands::did::Command),
    /// How a node is, and why there is no block
    Status(commands::Target),
    /// Look at a node from outside, and say in words what is wrong
    Doctor(commands::Target),
    /// Write completions for a shell to the standard output
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Transactions: hand them in, and see what became of them
    #[command(subcommand)]
    Tx(commands::tx::Command),
    /// The whole ledger, checked from genesis to tip
    #[command(subcommand)]
    Chain(commands::chain::Command),
    /// A node's ledger on its disk
    #[command(subcommand)]
    Db(commands::db::Command),
    /// The consortium's members: who they are, and who is to be one
    #[command(subcommand)]
    Members(commands::members::Command),
    /// Who may do what, and how many of them it takes
    #[command(subcommand)]
    Policy(commands::policy::Command),
    /// What members are deciding on
    #[command(subcommand)]
    Proposals(commands::proposals::Command),
    /// That a real person stands behind a DID, by the word of an authority
    #[command(subcommand)]
    Attestation(commands::attestation::Command),
    /// The service by which people get their DIDs attested
    #[command(subcommand)]
    Authority(commands::authority::Command),
    /// Websites that people log in to
    #[command(subcommand)]
    Site(commands::site::Command),
    /// OpenID Connect for sites: lets people log in with their wallets at whatever speaks that
    #[command(subcommand)]
    Bridge(commands::bridge::Command),
    /// What a person keeps, and logs in with: one DID for each site
    #[command(subcommand)]
    Wallet(commands::wallet::Command),
    /// Blocks
    #[command(subcommand)]
    Block(commands::ledger::BlockCommand),
    /// What this machine and this build can do
    #[command(subcommand)]
    Bench(commands::bench::Command),
    /// For those who develop with RealDID
    #[command(subcommand)]
    Dev(commands::dev::Command),
    /// Validators: who they are, and who is to be one
    #[command(subcommand)]
    Validators(commands::validators::Command),
}

/// The program's command line, for whoever asks what it takes instead of running it.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the program and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    exit::end_where_nobody_reads();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::report_command_line(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the operating system refuses: {error}");
            return ExitCode::FAILURE;
        }
    };
    let format = arguments.output;
    let result = runtime.block_on(async {
        match arguments.noun {
            Noun::Keys(command) => commands::keys::run(command, format),
            Noun::Genesis(command) => commands::genesis::run(command, format),
            Noun::Node(command) => commands::node::run_in(command, format).await,
            Noun::Testnet(command) => testnet::run(command, format).await,
            Noun::Did(command) => commands::did::run(command, format).await,
            Noun::Status(target) => commands::ledger::status(&target, format).await,
            Noun::Doctor(target) => commands::doctor::run(&target, format).await,
            Noun::Completions { shell } => {
                let mut text = Vec::new();
                clap_complete::generate(shell, &mut command(), "realdid", &mut text);
                print!("{}", String::from_utf8_lossy(&text));
                Ok(())
            }
            Noun::Tx(command) => commands::tx::run(command, format).await,
            Noun::Chain(command) => commands::chain::run(command, format).await,
            Noun::Bench(command) => commands::bench::run(command, format).await,
            Noun::Dev(command) => commands::dev::run(command, format).await,
            Noun::Db(command) => commands::db::run(command, format),
            Noun::Members(command) => commands::members::run(command, format).await,
            Noun::Policy(command) => commands::policy::run(command, format).await,
            Noun::Proposals(command) => commands::proposals::run(command, format).await,
            Noun::Attestation(command) => commands::attestation::run(command, format).await,
            Noun::Authority(command) => commands::authority::run(command, format).await,
            Noun::Site(command) => commands::site::run(command, format).await,
            Noun::Bridge(command) => commands::bridge::run(command, format).await,
            Noun::Wallet(command) => commands::wallet::run(command, format).await,
            Noun::Block(command) => commands::ledger::block(command, format).await,
            Noun::Validators(command) => commands::validators::run(command, format).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(format, &error),
    }
}
