//! `realdid bench resolve`: how many DIDs a node resolves in a second of processor time, with proof and without.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use clap::builder::RangedU64ValueParser;
use realdid_testnet::citizen;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{load::clients, network::Bench, submit::hand_in, workload::Workload};
use crate::{
    commands::dev::Resolver,
    output::{Format, print, row},
};

/// How fast the DIDs are made, a second.
const RATE: usize = 2_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// DIDs, each resolved in its turn
    #[arg(long, default_value_t = 2_000, value_parser = at_least_one())]
    dids: usize,
    /// For how long, for each kind of answer
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Clients that ask at the same time
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    clients: usize,
    /// From which keys are drawn
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

pub(crate) async fn run(arguments: Arguments, format: Format) -> anyhow::Result<()> {
    let bench = Bench::start("resolve", 1, arguments.seed).await?;
    let measured = measure(&bench, &arguments).await;
    bench.end().await?;
    print(format, &measured?, |rows| {
        let header = row(["answer", "resolved", "a second", "of a core, us each", "a second and core"]);
        let cells = |measured: &Value| {
            let names = ["answer", "resolved", "a second", "cpu us each", "a second and core"];
            names
                .map(|name| measured[name].as_str().map_or_else(|| measured[name].to_string(), str::to_owned))
                .to_vec()
        };
        std::iter::once(header).chain(rows.iter().map(cells)).collect()
    })
}

async fn measure(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Vec<Value>> {
    let client = bench.client(0);
    let genesis = client.genesis().await?;
    let mut workload = Workload::new(genesis.digest(), arguments.seed);
    let lane: Vec<_> = (0..arguments.dids).map(|_| workload.create()).collect();
    let answers = hand_in(vec![lane], &clients(bench, 1), RATE).await?;
    ensure!(answers.applied() == arguments.dids, "not all DIDs are there");
    let did = |number| citizen(genesis.digest(), arguments.seed, number).0.to_text(&genesis.network);
    let dids: Arc<[String]> = (0..arguments.dids).map(did).collect();
    let resolver = Arc::new(Resolver::new(client.base(), None)?);
    let mut rows = Vec::new();
    for (name, accept) in
        [("document", "application/did"), ("result with proof", "application/did-resolution")]
    {
        // a block more proves what was made last
        resolver.text(&dids[dids.len() - 1], "application/did-resolution").await?;
        let before = bench.usage();
        let started = Instant::now();
        let resolved = ask(&resolver, &dids, accept, arguments).await?;
        let took = started.elapsed().as_secs_f64();
        let cpu: f64 = bench.usage().iter().zip(&before).map(|(after, before)| after.cpu - before.cpu).sum();
        rows.push(json!({
            "answer": name,
            "resolved": resolved,
            "a second": (resolved as f64 / took).round(),
            "cpu us each": (cpu * 1e6 / resolved as f64).round(),
            "a second and core": (resolved as f64 / cpu).round(),
        }));
    }
    Ok(rows)
}

/// Lets all clients ask until the time is over; how many answers came.
async fn ask(
    resolver: &Arc<Resolver>,
    dids: &Arc<[String]>,
    accept: &'static str,
    arguments: &Arguments,
) -> anyhow::Result<usize> {
    let until = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut tasks = JoinSet::new();
    for first in 0..arguments.clients {
        let (resolver, dids, step) = (resolver.clone(), dids.clone(), arguments.clients);
        tasks.spawn(async move {
            let mut count = 0_usize;
            while Instant::now() < until {
                let did = &dids[(first + count * step) % dids.len()];
                let text = resolver.text(did, accept).await?;
                ensure!(text.contains(&format!("\"id\":\"{did}\"")), "{did} does not resolve: {text:.200}");
                count += 1;
            }
            Ok(count)
        });
    }
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    Ok(count)
}
