//! `realdid testnet register`.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use realdid_client::{ClientError, NodeClient, Wait};
use realdid_testnet::citizen;
use realdid_types::{Did, Genesis, SignedTransaction};
use serde_json::json;

use super::Place;
use crate::{
    commands::did::verify,
    output::{Format, print, row},
};

/// Transactions in one request.
const TOGETHER: usize = 250;
/// How long all of them may take to be final.
const PATIENCE: Duration = Duration::from_secs(120);

/// DIDs to register.
#[derive(clap::Args)]
pub struct Register {
    /// How many
    #[arg(long, default_value_t = 10_000)]
    dids: usize,
    /// From which their keys are drawn: the same seed gives the same DIDs
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Number of the first
    #[arg(long, default_value_t = 0)]
    first: usize,
    #[command(flatten)]
    place: Place,
}

/// Registers DIDs, through all nodes in turn, and verifies one of them.
///
/// # Errors
/// If one does not become final, or does not verify.
pub async fn register(arguments: Register, format: Format) -> anyhow::Result<()> {
    let network = arguments.place.network()?;
    // a member's gateway takes half of them, so that gossip has something to carry
    let (validators, gateways): (Vec<_>, Vec<_>) = network.nodes.iter().partition(|node| node.validator);
    let validator = validators.first().context("the network has no validator")?.client();
    let clients = [validator.clone(), gateways.first().map_or(validator, |node| node.client())];
    let genesis = clients[0].genesis().await?;
    let started = Instant::now();
    let numbers: Vec<usize> = (arguments.first..arguments.first + arguments.dids).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for (place, chunk) in numbers.chunks(TOGETHER).enumerate() {
        let (client, genesis, seed) = (clients[place % 2].clone(), genesis.clone(), arguments.seed);
        let transactions: Vec<SignedTransaction> =
            chunk.iter().map(|number| citizen(genesis.digest(), seed, *number).1).collect();
        while tasks.len() >= 8 {
            tasks.join_next().await.context("no task")???;
        }
        tasks.spawn(async move { register_some(&client, &transactions).await });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let (did, _) = citizen(genesis.digest(), arguments.seed, arguments.first);
    let text = did.to_text(&genesis.network);
    let height = show(&clients[0], &genesis, did).await?;
    let result = json!({
        "registered": arguments.dids, "seconds": seconds, "did": text, "verified_at_height": height,
    });
    print(format, &result, |_| {
        vec![
            row(["registered", &format!("{} DIDs in {seconds:.1} s, all final", arguments.dids)]),
            row(["one of them", &text]),
            row(["verified", &format!("from genesis, by a certificate for block {height}")]),
        ]
    })
}

/// Registers some and waits until they are final. One that is there already is as well.
async fn register_some(client: &NodeClient, transactions: &[SignedTransaction]) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match client.submit(transactions, Wait::Final).await {
            Ok(answers) => {
                let is_there = |status: &str| status == "final" || status == "refused";
                if let Some(bad) = answers.iter().find(|answer| !is_there(&answer.status)) {
                    ensure!(Instant::now() < until, "transaction {} is {} still", bad.id, bad.status);
                } else {
                    return Ok(());
                }
            }
            Err(error) if error.is_temporary() && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Resolves and verifies a DID, once its block has a certified one above it.
async fn show(client: &NodeClient, genesis: &Genesis, did: Did) -> anyhow::Result<u64> {
    let text = did.to_text(&genesis.network);
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let resolved = client.resolve(&text).await;
        if let Ok(resolved) = &resolved
            && !resolved.view["record"].is_null()
        {
            let proven = verify(client, genesis, did, resolved).await?;
            return Ok(proven.header.height.0);
        }
        if Instant::now() >= until {
            resolved
                .map_err(ClientError::into)
                .and_then(|_| Err(anyhow::anyhow!("{text} is final and cannot be shown")))?;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
