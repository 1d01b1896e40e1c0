//! Many seeds on all cores, and what they showed together.

mod audit;
mod faults;
mod seed;
mod setting;

use std::{
    collections::BTreeMap,
    sync::mpsc,
    time::{Duration, Instant},
};

use self::seed::Report;

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

/// A panic in a seed is a violation like any other.
fn run_one(seed: u64, aloud: bool) -> Report {
    std::panic::catch_unwind(|| seed::run(seed, aloud)).unwrap_or_else(|_| Report::of_panic(seed))
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
        if started.elapsed() - told > Duration::from_secs(10) {
            told = started.elapsed();
            eprintln!("{} of {} seeds, {} violated", summary.seeds, arguments.seeds, summary.violated.len());
        }
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!("{:.0} seeds a minute on {jobs} threads ({minutes:.1} minutes)", summary.seeds as f64 / minutes);
}

#[derive(Default)]
struct Summary {
    seeds: u64,
    blocks: u64,
    events: u64,
    sizes: BTreeMap<usize, u64>,
    counts: BTreeMap<String, u64>,
    resumed: Vec<u64>,
    violated: Vec<u64>,
    single: Option<String>,
}

impl Summary {
    fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.blocks += report.final_blocks;
        self.events += report.events;
        *self.sizes.entry(report.nodes).or_default() += 1;
        for (what, count) in report.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.resumed.push(report.resumed_in);
        self.single = Some(format!("trace digest {}", report.trace));
        if !report.violations.is_empty() {
            self.violated.push(report.seed);
            println!("seed {} is violated (replay: campaign --seed {} --trace)", report.seed, report.seed);
            report.violations.iter().for_each(|violation| println!("  {violation}"));
        }
    }

    fn print(&mut self) {
        self.resumed.sort_unstable();
        let at = |share: usize| {
            self.resumed.get((self.resumed.len() * share / 100).min(self.resumed.len().saturating_sub(1)))
        };
        let at = |share: usize| at(share).map_or(0, |micros| micros / 1000);
        println!("validators: {:?}", self.sizes);
        for (what, count) in &self.counts {
            println!("  {count:>10}  {what}");
        }
        println!(
            "{} events, {:.0} final blocks a seed",
            self.events,
            self.blocks as f64 / self.seeds.max(1) as f64
        );
        println!("first commit after healing: p50 {} ms, p99 {} ms, max {} ms", at(50), at(99), at(100));
        if self.seeds == 1 {
            println!("{}", self.single.as_deref().unwrap_or_default());
        }
        println!("{} seeds, {} violated {:?}", self.seeds, self.violated.len(), self.violated);
    }
}
