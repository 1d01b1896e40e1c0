//! `realdid bench idle`: how long one transaction takes in a network that has nothing else to do.

use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

use anyhow::ensure;
use realdid_client::Wait;
use serde_json::{Value, json};

use super::{network::Bench, workload::Workload};
use crate::output::{Format, print, row};

/// Writers that sync at the same time: one for each validator.
const WRITERS: usize = 4;
/// Syncs of each.
const SYNCS: usize = 200;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For how long: one transaction a second
    #[arg(long, default_value_t = 100)]
    seconds: usize,
    /// Validators
    #[arg(short = 'n', long, default_value_t = 4)]
    validators: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let sync = sync_together()?;
    let bench = Bench::start("idle", arguments.validators, arguments.seed).await?;
    let measured = measure(&bench, &arguments).await;
    bench.end().await?;
    let times = measured?;
    let tenth = (times.len() / 10).max(1);
    let result = json!({
        "transactions": times.len(),
        "final after, p50 ms": median(&times),
        "p50 of the first tenth, ms": median(&times[..tenth]),
        "p50 of the last tenth, ms": median(&times[times.len() - tenth..]),
        "one sync with four writers at once, p50 ms": sync,
    });
    print(format, &result, |result: &Value| {
        result
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| row([name, &value.to_string()]))
            .collect()
    })
}

async fn measure(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Vec<f64>> {
    let mut workload = Workload::new(bench.genesis().await?, arguments.seed);
    let mut times = Vec::new();
    for second in 0..arguments.seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let client = bench.client(second % arguments.validators);
        let transaction = [workload.create()];
        let started = Instant::now();
        let answers = client.submit(&transaction, Wait::Final).await?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        ensure!(answers.iter().all(|answer| answer.status == "final"), "one is not final");
    }
    Ok(times)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    (middle * 100.0).round() / 100.0
}

/// The median time of a sync while others sync too, in milliseconds.
fn sync_together() -> anyhow::Result<f64> {
    let writer = |number: usize| -> std::io::Result<Vec<f64>> {
        let path = std::env::temp_dir().join(format!("realdid-sync-{}-{number}", std::process::id()));
        let mut file = File::create(&path)?;
        let mut times = Vec::new();
        for _ in 0..SYNCS {
            let started = Instant::now();
            file.write_all(&[7; 4096])?;
            file.sync_data()?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        std::fs::remove_file(&path)?;
        Ok(times)
    };
    let threads: Vec<_> = (0..WRITERS).map(|number| std::thread::spawn(move || writer(number))).collect();
    let mut all = Vec::new();
    for thread in threads {
        all.extend(thread.join().map_err(|_| anyhow::anyhow!("a writer ended"))??);
    }
    Ok(median(&all))
}
