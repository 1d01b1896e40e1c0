//! Clients that use the network all the while: each creates DIDs one after another, asks again until they are final,
//! and remembers what was acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use realdid_client::{NodeClient, Wait};
use realdid_testnet::citizen;
use realdid_types::{GenesisDigest, TransactionId};
use tokio::task::JoinSet;

use crate::rig::{PATIENCE, Rig};

/// Clients.
const CLIENTS: usize = 16;
/// A client rests this long between two DIDs.
const REST: Duration = Duration::from_millis(20);
/// A node that does not answer in this time is left for another.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A transaction that some node called final, in the block that it named.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledged {
    pub id: TransactionId,
    pub height: u64,
}

pub struct Load {
    ends: Arc<AtomicBool>,
    clients: JoinSet<anyhow::Result<Vec<Acknowledged>>>,
}

impl Load {
    pub async fn start(rig: &Rig, seed: u64) -> anyhow::Result<Self> {
        let genesis = rig.client(0).genesis().await?.digest();
        let ends = Arc::new(AtomicBool::new(false));
        let nodes: Vec<NodeClient> = (0..rig.network.nodes.len()).map(|place| rig.client(place)).collect();
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let client =
                Client { number, nodes: nodes.clone(), genesis, seed: seed + 1_000, ends: ends.clone() };
            clients.spawn(client.run());
        }
        Ok(Self { ends, clients })
    }

    /// Waits until nothing is on its way any more.
    pub async fn end(mut self) -> anyhow::Result<Vec<Acknowledged>> {
        self.ends.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        while let Some(done) = self.clients.join_next().await {
            acknowledged.extend(done??);
        }
        Ok(acknowledged)
    }
}

struct Client {
    number: usize,
    nodes: Vec<NodeClient>,
    genesis: GenesisDigest,
    seed: u64,
    ends: Arc<AtomicBool>,
}

impl Client {
    async fn run(self) -> anyhow::Result<Vec<Acknowledged>> {
        let mut acknowledged = Vec::new();
        let mut turn = 0;
        while !self.ends.load(Ordering::Relaxed) {
            acknowledged.push(self.create(turn).await?);
            turn += 1;
            tokio::time::sleep(REST).await;
        }
        Ok(acknowledged)
    }

    async fn create(&self, turn: usize) -> anyhow::Result<Acknowledged> {
        let number = self.number + turn * CLIENTS;
        let (_, signed) = citizen(self.genesis, self.seed, number);
        let id = signed.id();
        let started = Instant::now();
        for attempt in number.. {
            let node = &self.nodes[attempt % self.nodes.len()];
            let submitted = node.submit(std::slice::from_ref(&signed), Wait::Final);
            if let Ok(Ok(answers)) = tokio::time::timeout(ANSWER_MAX, submitted).await {
                let answer = answers.first().context("an answer without a transaction")?;
                if let (Some(height), Some("applied")) = (answer.height, answer.outcome.as_deref()) {
                    return Ok(Acknowledged { id, height });
                }
            }
            // a number that is used up was used by this very transaction, through another node
            let path = format!("/v1/transactions/{id}");
            let shown = node.get::<serde_json::Value>(&path);
            if let Ok(Ok(shown)) = tokio::time::timeout(ANSWER_MAX, shown).await
                && let Some(height) = shown["height"].as_u64()
            {
                return Ok(Acknowledged { id, height });
            }
            if started.elapsed() > PATIENCE * 2 {
                bail!("transaction {id} is not final after {:?}", started.elapsed());
            }
            tokio::time::sleep(REST).await;
        }
        unreachable!("attempts do not end")
    }
}
