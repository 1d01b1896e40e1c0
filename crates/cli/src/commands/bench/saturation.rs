//! `realdid bench saturation`: more and more transactions a second, until the network cannot follow.

use serde_json::{Value, json};

use super::{
    load::{clients, register},
    network::Bench,
    submit::hand_in,
    workload::Workload,
};
use crate::output::{Format, print, row};

/// A rate is followed if this share of it is committed, the wait for the last answers included.
const FOLLOWED: f64 = 0.9;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Transactions per second to begin with, and to add each time
    #[arg(long, default_value_t = 1_000)]
    step: usize,
    /// How long each rate lasts
    #[arg(long, default_value_t = 10)]
    seconds: usize,
    /// Validators
    #[arg(short = 'n', long, default_value_t = 4)]
    validators: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let bench = Bench::start("saturation", arguments.validators, arguments.seed).await?;
    let measured = measure(&bench, &arguments).await;
    bench.end().await?;
    let rates = measured?;
    let most = rates.iter().filter_map(|rate| rate["committed"].as_f64()).fold(0.0, f64::max);
    print(format, &json!({ "rates": rates, "most committed a second": most }), |_| {
        let head = ["handed in a second", "committed", "p50, ms", "p99, ms", "cpu, us a transaction"];
        let cells = |rate: &Value| head.iter().map(|name| rate[*name].to_string()).collect();
        let mut rows = vec![row(head)];
        rows.extend(rates.iter().map(cells));
        rows
    })
}

async fn measure(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Vec<Value>> {
    let mut workload = Workload::new(bench.genesis().await?, arguments.seed);
    register(bench, &mut workload).await?;
    let mut rates = Vec::new();
    for rate in (1..).map(|steps| steps * arguments.step) {
        let lanes = workload.lanes(rate * arguments.seconds, bench.len());
        eprintln!("{rate} a second");
        let before: f64 = bench.usage().iter().map(|usage| usage.cpu).sum();
        let answers = hand_in(lanes, &clients(bench, bench.len()), rate).await?;
        let cpu = bench.usage().iter().map(|usage| usage.cpu).sum::<f64>() - before;
        let [p50, p99] = answers.latencies([50, 99]);
        let of_each = cpu * 1e6 / (answers.applied().max(1) * bench.len()) as f64;
        rates.push(json!({
            "handed in a second": rate, "committed": answers.rate(), "p50, ms": p50, "p99, ms": p99,
            "cpu, us a transaction": of_each.round(),
        }));
        if answers.rate() < FOLLOWED * rate as f64 {
            break;
        }
    }
    Ok(rates)
}
