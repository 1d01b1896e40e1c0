//! `realdid bench sync`: how fast a validator that lost its disk catches up while the others go on.

use std::time::{Duration, Instant};

use anyhow::ensure;
use realdid_client::NodeClient;
use realdid_types::SignedTransaction;
use serde_json::{Value, json};

use super::{
    load::clients,
    network::Bench,
    submit::{Answers, hand_in},
    workload::Workload,
};
use crate::output::{Format, print, row};

/// How often heights are looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long catching up may take, as a multiple of the time that it took to make the history.
const PATIENCE: u32 = 4;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Transactions per second, before and while it catches up
    #[arg(long, default_value_t = 500)]
    rate: usize,
    /// How many seconds it has to catch up on
    #[arg(long, default_value_t = 60)]
    seconds: usize,
    /// Validators
    #[arg(short = 'n', long, default_value_t = 4)]
    validators: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let mut bench = Bench::start("sync", arguments.validators, arguments.seed).await?;
    let measured = measure(&mut bench, &arguments).await;
    bench.end().await?;
    print(format, &measured?, |measured: &Value| {
        let rows = measured.as_object().into_iter().flatten();
        rows.map(|(name, value)| row([name, &value.to_string()])).collect()
    })
}

async fn measure(bench: &mut Bench, arguments: &Arguments) -> anyhow::Result<Value> {
    let mut workload = Workload::new(bench.genesis().await?, arguments.seed);
    let others = clients(bench, bench.len() - 1);
    let history = creations(&mut workload, arguments.rate * arguments.seconds);
    eprintln!("{} transactions a second for {} s", arguments.rate, arguments.seconds);
    let before = hand_in(vec![history], &others, arguments.rate).await?;

    let victim = bench.len() - 1;
    let live = Live::start(&mut workload, others, arguments);
    eprintln!("one validator loses its disk while the others go on");
    bench.wipe(victim)?;
    let height = bench.height(0).await;
    let patience = Duration::from_secs_f64(before.seconds()) * PATIENCE;
    let took = caught_up(bench, victim, height, patience).await;
    let live = live.end().await?;
    let took = took?.as_secs_f64();
    let transactions = before.applied() as f64;
    Ok(json!({
        "blocks": height,
        "transactions": before.applied(),
        "caught up after, s": (took * 100.0).round() / 100.0,
        "transactions caught up a second": (transactions / took).round(),
        "blocks caught up a second": (height as f64 / took).round(),
        "times the live rate": (transactions / took / arguments.rate as f64 * 10.0).round() / 10.0,
        "live meanwhile, longest time without anything final, ms": live.longest_gap(),
    }))
}

fn creations(workload: &mut Workload, count: usize) -> Vec<SignedTransaction> {
    (0..count).map(|_| workload.create()).collect()
}

/// Waits until a node that has just been started is as high as the others were.
async fn caught_up(
    bench: &Bench,
    victim: usize,
    height: u64,
    patience: Duration,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    while bench.height(victim).await < height {
        ensure!(started.elapsed() < patience, "it has not caught up after {patience:.0?}");
        tokio::time::sleep(LOOK).await;
    }
    Ok(started.elapsed())
}

/// The load that goes on meanwhile.
struct Live {
    end: tokio::sync::watch::Sender<bool>,
    task: tokio::task::JoinHandle<anyhow::Result<Answers>>,
}

impl Live {
    fn start(workload: &mut Workload, nodes: Vec<NodeClient>, arguments: &Arguments) -> Self {
        let rate = arguments.rate;
        // a second at a time, for as long as it may be needed
        let seconds = arguments.seconds * PATIENCE as usize;
        let chunks: Vec<_> = (0..seconds).map(|_| creations(workload, rate)).collect();
        let (end, ending) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move {
            let mut all = Answers::default();
            for chunk in chunks {
                if *ending.borrow() {
                    break;
                }
                all.extend(hand_in(vec![chunk], &nodes, rate).await?);
            }
            Ok(all)
        });
        Self { end, task }
    }

    async fn end(self) -> anyhow::Result<Answers> {
        self.end.send_replace(true);
        self.task.await?
    }
}
