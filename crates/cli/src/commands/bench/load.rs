//! `realdid bench load`: a network of its own under load.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::NodeClient;
use serde_json::{Value, json};

use super::{
    limits, memory,
    network::Bench,
    submit::{Answers, hand_in, hand_in_portions},
    usage::Usage,
    workload::{KNOWN, Workload},
};
use crate::output::{Format, print, row};

/// Seconds for which transactions are signed before the load begins; a longer one has the rest signed meanwhile.
const SIGNED_AHEAD: usize = 240;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Transactions per second to hand in
    #[arg(long, default_value_t = 5_000)]
    rate: usize,
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Validators
    #[arg(short = 'n', long, default_value_t = 4)]
    validators: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Kill one validator before the load begins
    #[arg(long)]
    one_dead: bool,
    /// Draw what the validators hold in memory meanwhile, in SVG
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let limits = limits::measure()?;
    let mut bench = Bench::start("load", arguments.validators, arguments.seed).await?;
    let measured = measure(&mut bench, &arguments).await;
    bench.end().await?;
    let mut measured = measured?;
    measured["limits"] = limits;
    print(format, &measured, |measured| {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (name, value) in measured.as_object().into_iter().flatten() {
            match value.as_object() {
                Some(limits) => {
                    rows.extend(limits.iter().map(|(name, value)| row([name, &value.to_string()])));
                }
                None => rows.push(row([name, &value.to_string()])),
            }
        }
        rows
    })?;
    let (applied, all) = (&measured["applied"], &measured["transactions"]);
    ensure!(
        applied == all,
        "{applied} of {all} transactions were applied: what is told above is of these alone"
    );
    Ok(())
}

async fn measure(bench: &mut Bench, arguments: &Arguments) -> anyhow::Result<Value> {
    let mut workload = Workload::new(bench.genesis().await?, arguments.seed);
    register(bench, &mut workload).await?;
    let count = arguments.rate * usize::try_from(arguments.seconds)?;
    let ahead = arguments.rate * SIGNED_AHEAD;
    eprintln!("signing {} of {count} transactions", count.min(ahead));
    let alive = if arguments.one_dead { bench.len() - 1 } else { bench.len() };
    let portions = workload.sign_ahead(count, alive, ahead).await;
    if arguments.one_dead {
        bench.kill(alive)?;
    }
    eprintln!("handing them in for {} s", arguments.seconds);
    let before = bench.usage();
    let (clients, mut samples) = (clients(bench, alive), Vec::new());
    let answers = tokio::select! {
        answers = hand_in_portions(portions, &clients, arguments.rate) => answers?,
        () = memory::watch(bench, &mut samples) => unreachable!("it goes on until it is dropped"),
    };
    if let Some(file) = &arguments.plot {
        let words = format!("{} transactions a second for {} s", arguments.rate, arguments.seconds);
        let drawing = memory::drawing(&samples, &words);
        std::fs::write(file, drawing).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let mut told = summary(&answers, &before, &bench.usage(), arguments, bench.ledger_bytes());
    told["memory by minutes, MiB"] = json!(memory::by_minute(&samples));
    Ok(told)
}

/// Makes the DIDs that updates are of.
///
/// # Errors
/// If one of them is not made.
pub(crate) async fn register(bench: &Bench, workload: &mut Workload) -> anyhow::Result<()> {
    eprintln!("registering {KNOWN} DIDs");
    let known = (0..KNOWN).map(|_| workload.create()).collect();
    let answers = hand_in(vec![known], &clients(bench, 1), usize::MAX).await?;
    ensure!(answers.applied() == KNOWN, "not all DIDs are there");
    Ok(())
}

/// The first nodes' interfaces.
pub(crate) fn clients(bench: &Bench, count: usize) -> Vec<NodeClient> {
    (0..count).map(|place| bench.client(place)).collect()
}

fn summary(
    answers: &Answers,
    before: &[Usage],
    after: &[Usage],
    arguments: &Arguments,
    ledger: u64,
) -> Value {
    let [p50, p90, p99] = answers.latencies([50, 90, 99]);
    let applied = answers.applied().max(1) as f64;
    let per_node = |value: fn(&Usage) -> f64| {
        let grown: f64 = after.iter().zip(before).map(|(after, before)| value(after) - value(before)).sum();
        grown / before.len().max(1) as f64
    };
    let rounded = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "validators": arguments.validators,
        "handed in a second": arguments.rate,
        "transactions": answers.transactions(),
        "applied": answers.applied(),
        "seconds": rounded(answers.seconds()),
        "committed a second": answers.rate(),
        "latency p50, ms": p50,
        "latency p90, ms": p90,
        "latency p99, ms": p99,
        "longest time without anything final, ms": answers.longest_gap(),
        "cpu of a validator, us a transaction": rounded(per_node(|usage| usage.cpu) * 1e6 / applied),
        "written by a validator, bytes a transaction": (per_node(|usage| usage.written as f64) / applied).round(),
        "memory of a validator, MiB": after.iter().map(|usage| usage.memory >> 20).max().unwrap_or(0),
        "ledger of a validator, MiB": ledger >> 20,
    })
}
