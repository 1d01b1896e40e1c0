//! Many seeds on all cores, and what they showed together.

pub mod audit;
mod faults;
mod seed;
pub mod setting;
mod summary;

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use self::{seed::Report, summary::Summary};
use crate::world::trace::Telling;

/// What to run.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many seeds to run
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Run this one seed only
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Stop at the first violated seed
    #[arg(long)]
    until_violation: bool,
    /// Tell everything that happens; only with --seed
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Threads to use
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
}

/// Runs the seeds; true if nothing was violated.
pub fn run(arguments: &Arguments) -> bool {
    let mut summary = Summary::default();
    match arguments.seed {
        Some(seed) => summary.add(run_one(seed, arguments.trace)),
        None => run_many(arguments, &mut summary),
    }
    summary.print();
    summary.violated.is_empty()
}

/// A panic in a seed is a violation like any other. A violated seed is run again for its story.
fn run_one(seed: u64, aloud: bool) -> Report {
    let run = |telling| {
        std::panic::catch_unwind(|| seed::run(seed, telling)).unwrap_or_else(|_| Report::of_panic(seed))
    };
    if aloud {
        return run(Telling::Aloud);
    }
    let report = run(Telling::Silent);
    if report.violations.is_empty() { report } else { run(Telling::Recent) }
}

#[allow(
    clippy::disallowed_methods,
    reason = "seeds run on all cores and are timed; what happens in them is not"
)]
fn run_many(arguments: &Arguments, summary: &mut Summary) {
    let started = Instant::now();
    let (sender, reports) = mpsc::channel();
    let jobs = arguments.jobs.max(1) as u64;
    for job in 0..jobs {
        let sender = sender.clone();
        let (first, count) = (arguments.first_seed, arguments.seeds);
        std::thread::spawn(move || {
            for seed in (first..first + count).filter(|seed| seed % jobs == job) {
                if sender.send(run_one(seed, false)).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut told = Duration::ZERO;
    for report in reports {
        summary.add(report);
        if arguments.until_violation && !summary.violated.is_empty() {
            return;
        }
        if started.elapsed() - told > Duration::from_secs(10) {
            told = started.elapsed();
            eprintln!("{} of {} seeds, {} violated", summary.seeds, arguments.seeds, summary.violated.len());
        }
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    say!("{:.0} seeds a minute on {jobs} threads ({minutes:.1} minutes)", summary.seeds as f64 / minutes);
}
