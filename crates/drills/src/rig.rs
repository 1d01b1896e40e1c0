//! The network under drill: four validators and a gateway, each a process of its own.

use std::{
    path::PathBuf,
    process::Child,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_client::NodeClient;
use realdid_testnet::{Lifetime, Network, Wishes};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::RwLock;

/// Without a commit for so long, a drill has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(5);

/// Validators in the network.
pub const VALIDATORS: usize = 4;

pub struct Rig {
    folder: TempDir,
    pub network: Network,
    children: Vec<Option<Child>>,
    /// Held by whoever acts for members: a member's numbers are for one at a time, so whoever lets them decide holds it alone.
    pub members: Arc<RwLock<()>>,
}

impl Rig {
    /// Makes a network and waits until it is ready.
    pub async fn start(seed: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let wishes = Wishes { validators: VALIDATORS, gateways: 1, seed: Some(seed), services: false };
        let network = realdid_testnet::make(&folder.path().join("net"), &wishes)?;
        let children = network.nodes.iter().map(|_| None).collect();
        let mut rig = Self { folder, network, children, members: Arc::default() };
        for place in 0..rig.network.nodes.len() {
            rig.spawn(place)?;
        }
        rig.await_ready().await?;
        Ok(rig)
    }

    pub fn client(&self, place: usize) -> NodeClient {
        self.network.nodes[place].client()
    }

    /// Starts a node's process.
    pub fn spawn(&mut self, place: usize) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program's own file is not found")?;
        let node = &self.network.nodes[place];
        let child = realdid_testnet::spawn(&program, &self.network, node, Lifetime::Attached)?;
        self.network.nodes[place].pid = Some(child.id());
        self.children[place] = Some(child);
        Ok(())
    }

    /// A node of its own that a member wants to be a validator; the same one each time. Its place.
    pub fn newcomer(&mut self, organisation: &str) -> anyhow::Result<usize> {
        let place = VALIDATORS + 1;
        if self.network.nodes.len() == place {
            realdid_testnet::make_newcomer(&mut self.network, organisation)?;
            self.children.push(None);
            self.spawn(place)?;
        }
        Ok(place)
    }

    /// Kills a node's process at once.
    pub fn kill(&mut self, place: usize) -> anyhow::Result<()> {
        if let Some(mut child) = self.children[place].take() {
            child.kill()?;
            child.wait()?;
        }
        self.network.nodes[place].pid = None;
        Ok(())
    }

    pub fn signal(&self, place: usize, signal: Signal) -> anyhow::Result<()> {
        self.network.nodes[place].signal(signal)
    }

    /// Takes a node's disk away; its keys stay.
    pub fn wipe(&mut self, place: usize) -> anyhow::Result<()> {
        self.kill(place)?;
        self.network.wipe(&self.network.nodes[place])
    }

    /// Cuts these off from the others; with none, everybody speaks to everybody again.
    pub async fn part(&self, inside: &[usize]) -> anyhow::Result<()> {
        for place in 0..self.network.nodes.len() {
            let others = (0..self.network.nodes.len())
                .filter(|other| inside.contains(other) != inside.contains(&place))
                .map(|other| self.network.nodes[other].transport_key.clone());
            self.client(place).post("/v1/development/refuse", &others.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Waits until every node is ready. One that lost its disk may take its time, as long as it gets on.
    pub async fn await_ready(&self) -> anyhow::Result<()> {
        for place in 0..self.network.nodes.len() {
            let (mut height, mut until) = (0, Instant::now() + PATIENCE);
            loop {
                let status = self.client(place).get::<Value>("/v1/status").await.unwrap_or_default();
                if status["health"]["ready"] == true {
                    break;
                }
                let now = status["height"].as_u64().unwrap_or(0);
                if now > height {
                    (height, until) = (now, Instant::now() + PATIENCE);
                }
                let name = &self.network.nodes[place].name;
                ensure!(Instant::now() < until, "{name} is not ready; {}", self.log_tail(place));
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// The newest final height of a node; none if it does not answer.
    pub async fn height(&self, place: usize) -> Option<u64> {
        let client = self.client(place);
        let asked = tokio::time::timeout(Duration::from_secs(2), client.get::<Value>("/v1/blocks/latest"));
        asked.await.ok()?.ok()?["height"].as_u64()
    }

    /// The highest of all nodes.
    pub async fn highest(&self) -> u64 {
        let mut highest = 0;
        for place in 0..self.network.nodes.len() {
            highest = highest.max(self.height(place).await.unwrap_or(0));
        }
        highest
    }

    /// How long it takes from now until a block above `height` is final somewhere, in milliseconds.
    pub async fn time_to_commit(&self, above: u64) -> anyhow::Result<u64> {
        let started = Instant::now();
        loop {
            for place in 0..VALIDATORS {
                if self.height(place).await.is_some_and(|height| height > above) {
                    return Ok(u64::try_from(started.elapsed().as_millis())?);
                }
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "no block above {above} within {PATIENCE:?}; {}",
                self.log_tail(0)
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How every node is, for whoever has to find out what went wrong.
    pub async fn describe(&self) {
        for place in 0..self.network.nodes.len() {
            let client = self.client(place);
            let status =
                tokio::time::timeout(Duration::from_secs(2), client.get::<Value>("/v1/status")).await;
            match status {
                Ok(Ok(status)) => eprintln!("{status}"),
                _ => eprintln!("{} does not answer", self.network.nodes[place].name),
            }
        }
    }

    fn log_tail(&self, place: usize) -> String {
        let text = std::fs::read_to_string(self.log(place)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    fn log(&self, place: usize) -> PathBuf {
        self.network.log_of(&self.network.nodes[place])
    }

    /// Ends all nodes in order.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        realdid_testnet::end(&mut self.network.nodes).await;
        for child in self.children.iter_mut().filter_map(Option::take) {
            let mut child = child;
            child.wait()?;
        }
        Ok(())
    }

    /// Ends everything.
    pub async fn end(mut self, keep: bool) -> anyhow::Result<()> {
        self.stop().await?;
        if keep {
            println!("the network's folder is {}", self.folder.keep().display());
        }
        Ok(())
    }
}
