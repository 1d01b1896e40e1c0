//! Breaks a network of real processes on purpose while clients use it, and checks that nothing is lost.

mod attack;
mod change;
mod check;
mod drill;
mod load;
mod members;
mod random;
mod rig;
mod unlinkability;

use std::{process::ExitCode, time::Instant};

use clap::{Parser, Subcommand};

use crate::{drill::Drill, load::Load, random::Random, rig::Rig};

/// Drills on a network of real processes.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kill, pause, part, wipe; then check that everything acknowledged is everywhere, once
    All(All),
    /// Hostile input of every kind against a live node, while clients of the others are timed
    Attack(AttackArguments),
    /// What an observer of the ledger can tell of which DIDs belong together
    Unlinkability(unlinkability::Arguments),
    /// Run as a node of the network under drill
    #[command(subcommand, hide = true)]
    Node(realdid_cli::commands::node::Command),
}

#[derive(clap::Args)]
struct All {
    /// A tenth of everything: CI's share
    #[arg(long)]
    short: bool,
    /// From which moments and victims are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the drills whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Keep the network's folder, to look at
    #[arg(long)]
    keep: bool,
}

#[derive(clap::Args)]
struct AttackArguments {
    /// From which keys are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the attacks whose name contains this
    #[arg(long, default_value = "")]
    only: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            match arguments.command {
                Command::All(all) => run_all(&all).await,
                Command::Attack(attack) => attack::run(attack.seed, &attack.only).await,
                Command::Unlinkability(arguments) => unlinkability::run(&arguments),
                Command::Node(command) => realdid_cli::commands::node::run(command).await,
            }
        })
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run_all(all: &All) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut random = Random::new(all.seed);
    let mut rig = Rig::start(all.seed).await?;
    let result = drill(all, &mut rig, &mut random).await;
    if let Err(error) = result {
        rig.describe().await;
        rig.end(true).await?;
        return Err(error);
    }
    println!("{:.0} s in all", started.elapsed().as_secs_f64());
    rig.end(all.keep).await
}

/// Does all drills under load, and checks what is left.
async fn drill(all: &All, rig: &mut Rig, random: &mut Random) -> anyhow::Result<()> {
    let load = Load::start(rig, all.seed).await?;
    println!("{:<34} {:>6}  {:>9}  {:>9}", "drill", "times", "p50 ms", "max ms");
    let mut slowest = 0;
    for drill in Drill::ALL.into_iter().filter(|drill| drill.name().contains(&all.only)) {
        let mut times = Vec::new();
        for _ in 0..drill.times(all.short) {
            times.push(drill.run(rig, random).await?);
        }
        times.sort_unstable();
        let (median, max) = (times[times.len() / 2], times[times.len() - 1]);
        slowest = slowest.max(max);
        println!("{:<34} {:>6}  {median:>9}  {max:>9}", drill.name(), times.len());
    }
    let acknowledged = load.end().await?;
    let checked = check::everything(rig, &acknowledged).await?;
    println!(
        "{} transactions acknowledged as final, each on {} nodes once; {} blocks, one root; \
         chain verified on every node",
        acknowledged.len(),
        checked.nodes,
        checked.height
    );
    println!("slowest resumption {slowest} ms");
    Ok(())
}
