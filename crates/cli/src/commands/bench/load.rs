//! `realdid bench load`: a network of its own under load.

use std::{
    process::Child,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_client::{NodeClient, Wait};
use realdid_testnet::{Lifetime, Network, Wishes};
use realdid_types::{GenesisDigest, SignedTransaction};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet, time::MissedTickBehavior};

use super::{
    limits,
    usage::{self, Usage},
    workload::{KNOWN, Workload},
};
use crate::output::{Format, print, row};

/// Transactions in one request.
const TOGETHER: usize = 50;
/// Requests that may wait for an answer at once.
const IN_FLIGHT: usize = 400;
/// How long the network may take to come up.
const READY_MAX: Duration = Duration::from_secs(30);

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
}

/// A request that was answered.
struct Answered {
    transactions: usize,
    applied: usize,
    latency: Duration,
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let limits = limits::measure()?;
    let folder = std::env::temp_dir().join(format!("realdid-bench-{}", std::process::id()));
    let mut bench = Bench::start(&folder, arguments.validators, arguments.seed).await?;
    let measured = bench.measure(&arguments).await;
    bench.end().await?;
    std::fs::remove_dir_all(&folder)?;
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
    })
}

/// A network of its own.
pub(crate) struct Bench {
    network: Network,
    children: Vec<Child>,
}

impl Bench {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(
        folder: &std::path::Path,
        validators: usize,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let wishes = Wishes { validators, gateways: 0, seed: Some(seed) };
        let mut network = realdid_testnet::make(folder, &wishes)?;
        let program = std::env::current_exe().context("this program's own file is not found")?;
        let mut children = Vec::new();
        for place in 0..network.nodes.len() {
            let child =
                realdid_testnet::spawn(&program, &network, &network.nodes[place], Lifetime::Attached)?;
            network.nodes[place].pid = Some(child.id());
            children.push(child);
        }
        let bench = Self { network, children };
        bench.await_ready().await?;
        Ok(bench)
    }

    /// A node's interface.
    pub(crate) fn client(&self, place: usize) -> NodeClient {
        self.network.nodes[place].client()
    }

    /// The network.
    pub(crate) async fn genesis(&self) -> anyhow::Result<GenesisDigest> {
        Ok(self.client(0).genesis().await?.digest())
    }

    async fn await_ready(&self) -> anyhow::Result<()> {
        let until = Instant::now() + READY_MAX;
        for node in &self.network.nodes {
            while !node
                .client()
                .get::<Value>("/v1/status")
                .await
                .is_ok_and(|status| status["health"]["ready"] == true)
            {
                ensure!(Instant::now() < until, "{} is not ready", node.name);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    async fn measure(&mut self, arguments: &Arguments) -> anyhow::Result<Value> {
        let genesis = self.genesis().await?;
        let mut workload = Workload::new(genesis, arguments.seed);
        eprintln!("registering {KNOWN} DIDs");
        let known: Vec<SignedTransaction> = (0..KNOWN).map(|_| workload.create()).collect();
        let answered = self.hand_in(&[known], 1, usize::MAX).await?;
        ensure!(answered.iter().map(|one| one.applied).sum::<usize>() == KNOWN, "not all DIDs are there");
        let count = arguments.rate * usize::try_from(arguments.seconds)?;
        eprintln!("signing {count} transactions");
        let transactions = workload.next(count);
        // each sender's transactions go to one node, in their order
        let lanes = if arguments.one_dead { arguments.validators - 1 } else { arguments.validators };
        let lanes: Vec<Vec<SignedTransaction>> = (0..lanes)
            .map(|lane| {
                let mine = transactions.iter().enumerate().filter(|(place, _)| place / 2 % lanes == lane);
                mine.map(|(_, signed)| signed.clone()).collect()
            })
            .collect();
        drop(transactions);
        if arguments.one_dead {
            let last = self.children.last_mut().context("no validators")?;
            last.kill()?;
            last.wait()?;
        }
        eprintln!("handing them in for {} s", arguments.seconds);
        let before = self.usage();
        let started = Instant::now();
        let answered = self.hand_in(&lanes, lanes.len(), arguments.rate).await?;
        let seconds = started.elapsed().as_secs_f64();
        Ok(summary(&answered, seconds, &before, &self.usage(), arguments, self.ledger_bytes()))
    }

    /// Hands lanes of transactions in, together at a rate, and waits until all are final.
    async fn hand_in(
        &self,
        lanes: &[Vec<SignedTransaction>],
        nodes: usize,
        rate: usize,
    ) -> anyhow::Result<Vec<Answered>> {
        let room = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut tasks = JoinSet::new();
        let pause = Duration::from_secs_f64(TOGETHER as f64 / rate as f64).max(Duration::from_micros(1));
        let mut tick = tokio::time::interval(pause);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut chunks: Vec<_> = lanes.iter().map(|lane| lane.chunks(TOGETHER)).collect();
        let mut is_left = true;
        while is_left {
            is_left = false;
            for (lane, chunks) in chunks.iter_mut().enumerate() {
                let Some(chunk) = chunks.next() else { continue };
                is_left = true;
                tick.tick().await;
                let permit = room.clone().acquire_owned().await?;
                let client = self.network.nodes[lane % nodes].client();
                let chunk = chunk.to_vec();
                tasks.spawn(async move {
                    let _permit = permit;
                    submit(&client, &chunk).await
                });
            }
        }
        let mut answered = Vec::new();
        while let Some(done) = tasks.join_next().await {
            answered.push(done??);
        }
        Ok(answered)
    }

    fn usage(&self) -> Vec<Usage> {
        self.network.nodes.iter().filter_map(|node| node.pid).map(usage::of).collect()
    }

    fn ledger_bytes(&self) -> u64 {
        usage::folder_bytes(&self.network.home_of(&self.network.nodes[0]).ledger())
    }

    /// Ends it.
    pub(crate) async fn end(&mut self) -> anyhow::Result<()> {
        realdid_testnet::end(&mut self.network.nodes).await;
        for child in &mut self.children {
            child.wait()?;
        }
        Ok(())
    }
}

/// Tries again while the node is busy; the time until then counts.
async fn submit(client: &NodeClient, chunk: &[SignedTransaction]) -> anyhow::Result<Answered> {
    let started = Instant::now();
    loop {
        match client.submit(chunk, Wait::Final).await {
            Ok(answers) => {
                let applied = answers.iter().filter(|one| one.outcome.as_deref() == Some("applied")).count();
                return Ok(Answered { transactions: chunk.len(), applied, latency: started.elapsed() });
            }
            Err(error) if error.is_temporary() => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => return Err(error.into()),
        }
    }
}

fn summary(
    answered: &[Answered],
    seconds: f64,
    before: &[Usage],
    after: &[Usage],
    arguments: &Arguments,
    ledger: u64,
) -> Value {
    let mut latencies: Vec<u128> = answered
        .iter()
        .flat_map(|one| std::iter::repeat_n(one.latency.as_millis(), one.transactions))
        .collect();
    latencies.sort_unstable();
    let share = |share: usize| {
        let place = (latencies.len().saturating_sub(1)) * share / 100;
        u64::try_from(latencies.get(place).copied().unwrap_or(0)).unwrap_or(u64::MAX)
    };
    let applied: usize = answered.iter().map(|one| one.applied).sum();
    let handed_in: usize = answered.iter().map(|one| one.transactions).sum();
    let per_node = |value: fn(&Usage) -> f64| {
        let grown: f64 = after.iter().zip(before).map(|(after, before)| value(after) - value(before)).sum();
        grown / before.len().max(1) as f64
    };
    let rounded = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "validators": arguments.validators,
        "handed in a second": arguments.rate,
        "transactions": handed_in,
        "applied": applied,
        "seconds": rounded(seconds),
        "committed a second": (applied as f64 / seconds).round(),
        "latency p50, ms": share(50),
        "latency p90, ms": share(90),
        "latency p99, ms": share(99),
        "cpu of a validator, us a transaction": rounded(per_node(|usage| usage.cpu) * 1e6 / applied.max(1) as f64),
        "written by a validator, bytes a transaction":
            (per_node(|usage| usage.written as f64) / applied.max(1) as f64).round(),
        "memory of a validator, MiB":
            after.iter().map(|usage| usage.memory >> 20).max().unwrap_or(0),
        "ledger of a validator, MiB": ledger >> 20,
    })
}
