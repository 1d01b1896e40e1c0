//! Hostile input against a live node: while each attack runs, clients of the other nodes are timed, and afterwards the
//! node that was attacked must be as before.

mod cases;
mod http;
mod peers;
mod sockets;
mod streams;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_client::{NodeClient, Wait};
use realdid_node::{Config, GenesisFile};
use realdid_testnet::{LIFE, People};
use realdid_types::{Genesis, GenesisDigest};

use self::cases::{CASES, Case};
use crate::rig::Rig;

/// How long each attack lasts.
const LASTS: Duration = Duration::from_secs(2);
/// By then everything is as before.
const CALM: Duration = Duration::from_secs(5);
/// An attacked node may grow by so much.
const GROWTH_MAX: u64 = 64 << 20;
/// Others' clients may wait so many times longer than when the attacker only burns processor time.
const SLOWDOWN_MAX: u32 = 3;
/// Below this nobody speaks of waiting.
const UNNOTICED: Duration = Duration::from_millis(100);

/// The node that is attacked.
#[derive(Clone)]
pub struct Target {
    pub api: SocketAddr,
    pub validators: SocketAddr,
    pub public: SocketAddr,
    /// Its transport key.
    pub key: realdid_crypto::PublicKey,
    pub genesis: Arc<Genesis>,
    pub until: Instant,
}

impl Target {
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    pub fn network(&self) -> GenesisDigest {
        self.genesis.digest()
    }

    pub fn client(&self) -> NodeClient {
        NodeClient::new(&format!("http://{}", self.api))
    }
}

pub async fn run(seed: u64, only: &str) -> anyhow::Result<()> {
    let mut rig = Rig::start(seed).await?;
    let result = attack_all(&rig, seed, only).await;
    if result.is_err() {
        rig.describe().await;
    }
    rig.stop().await?;
    result
}

async fn attack_all(rig: &Rig, seed: u64, only: &str) -> anyhow::Result<()> {
    let clients = Clients::start(rig, seed).await?;
    let control = clients.timed(burn()).await;
    println!("clients of other nodes while a process burns as much: p99 {} ms", control.as_millis());
    println!("{:<52} {:>8} {:>10}", "attack", "p99 ms", "grown MiB");
    let allowed = (control * SLOWDOWN_MAX).max(UNNOTICED);
    let mut count = 0;
    let mut failed = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(only)) {
        let (p99, growth) = attack(rig, &clients, case).await.with_context(|| case.name.to_owned())?;
        println!("{:<52} {:>8} {:>10}", case.name, p99.as_millis(), growth >> 20);
        if p99 > allowed {
            failed.push(format!("{}: others waited {} ms", case.name, p99.as_millis()));
        }
        if growth > GROWTH_MAX {
            failed.push(format!("{}: {} MiB more in memory", case.name, growth >> 20));
        }
        count += 1;
    }
    let calm = clients.timed(tokio::time::sleep(LASTS)).await;
    clients.end().await?;
    println!("{count} attacks; afterwards p99 {} ms; {} failed", calm.as_millis(), failed.len());
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

async fn attack(rig: &Rig, clients: &Clients, case: &Case) -> anyhow::Result<(Duration, u64)> {
    let node = &rig.network.nodes[0];
    let home = rig.network.home_of(node);
    let config = Config::read(&home)?;
    let genesis = Arc::new(GenesisFile::read(&home.genesis())?.genesis()?);
    let key = realdid_node::NodeKeys::load(&home.keys())?.transport_key();
    let pid = node.pid.context("the node does not run")?;
    let target = Target {
        api: config.api.listen,
        validators: config.validators.context("no validator")?.listen,
        public: config.public.listen,
        key,
        genesis,
        until: Instant::now() + LASTS,
    };
    let before = memory(pid);
    let attack = (case.attack)(target.clone());
    let p99 = clients
        .timed(async {
            // an attack that the node ends is over early; one that does not end by itself is ended
            let _ = tokio::time::timeout(LASTS * 2, attack).await;
        })
        .await;
    ensure!(node.is_running(), "the node ended");
    let growth = memory(pid).saturating_sub(before);
    let until = Instant::now() + CALM;
    loop {
        let status = rig.client(0).get::<serde_json::Value>("/v1/status").await;
        if status.is_ok_and(|status| status["health"]["ready"] == true) {
            break;
        }
        ensure!(Instant::now() < until, "the node is not as before after {CALM:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok((p99, growth))
}

/// Bytes of a process in memory.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

/// What an attacker does to the processor without sending anything.
async fn burn() {
    let until = Instant::now() + LASTS;
    let thread = tokio::task::spawn_blocking(move || {
        let mut number = 0_u64;
        while Instant::now() < until {
            number = std::hint::black_box(number.wrapping_mul(3).wrapping_add(1));
        }
    });
    let _ = thread.await;
}

/// Clients of nodes that are not attacked: in each, people go through the lives of their DIDs, one after another.
struct Clients {
    ends: Arc<AtomicBool>,
    times: Arc<std::sync::Mutex<Vec<Duration>>>,
    tasks: tokio::task::JoinSet<anyhow::Result<()>>,
}

impl Clients {
    async fn start(rig: &Rig, seed: u64) -> anyhow::Result<Self> {
        let people = People::new(rig.client(0).genesis().await?.digest(), seed + 2_000);
        let ends = Arc::new(AtomicBool::new(false));
        let times = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for place in 1..4 {
            let (client, ends, times) = (rig.client(place), ends.clone(), times.clone());
            tasks.spawn(async move {
                let mut steps = (place..).step_by(3).flat_map(|number| LIFE.map(|step| (step, number)));
                while let Some((step, number)) = steps.next().filter(|_| !ends.load(Ordering::Relaxed)) {
                    let signed = step(&people, number);
                    let started = Instant::now();
                    client.submit(&[signed], Wait::Final).await?;
                    if let Ok(mut times) = times.lock() {
                        times.push(started.elapsed());
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Ok(())
            });
        }
        Ok(Self { ends, times, tasks })
    }

    /// The 99th percentile of what clients waited while something goes on.
    async fn timed(&self, goes_on: impl Future<Output = ()>) -> Duration {
        if let Ok(mut times) = self.times.lock() {
            times.clear();
        }
        goes_on.await;
        let mut times = self.times.lock().map(|times| times.clone()).unwrap_or_default();
        times.sort_unstable();
        times.get(times.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(LASTS)
    }

    async fn end(mut self) -> anyhow::Result<()> {
        self.ends.store(true, Ordering::Relaxed);
        while let Some(done) = self.tasks.join_next().await {
            done??;
        }
        Ok(())
    }
}
