//! A network of its own for a measurement, which is removed with it.

use std::{
    path::PathBuf,
    process::Child,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_client::NodeClient;
use realdid_testnet::{Lifetime, Network, Wishes};
use realdid_types::GenesisDigest;
use serde_json::Value;

use super::usage::{self, Usage};

/// How long the network may take to come up.
const READY_MAX: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Validators on this machine, each a process of its own.
pub(crate) struct Bench {
    network: Network,
    children: Vec<Option<Child>>,
}

impl Bench {
    /// Starts them and waits until all are ready.
    ///
    /// # Errors
    /// If one does not start.
    pub(crate) async fn start(name: &str, validators: usize, seed: u64) -> anyhow::Result<Self> {
        let folder: PathBuf = std::env::temp_dir().join(format!("realdid-{name}-{}", std::process::id()));
        let wishes = Wishes { validators, gateways: 0, seed: Some(seed), services: false };
        let network = realdid_testnet::make(&folder, &wishes)?;
        let mut bench = Self { children: network.nodes.iter().map(|_| None).collect(), network };
        for place in 0..validators {
            bench.spawn(place)?;
        }
        bench.await_ready().await?;
        Ok(bench)
    }

    fn spawn(&mut self, place: usize) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("this program's own file is not found")?;
        let node = &self.network.nodes[place];
        let child = realdid_testnet::spawn(&program, &self.network, node, Lifetime::Attached)?;
        self.network.nodes[place].pid = Some(child.id());
        self.children[place] = Some(child);
        Ok(())
    }

    /// How many validators there are.
    pub(crate) fn len(&self) -> usize {
        self.network.nodes.len()
    }

    /// A node's interface.
    pub(crate) fn client(&self, place: usize) -> NodeClient {
        self.network.nodes[place].client()
    }

    /// The member that runs a node, and the folder of its keys.
    pub(crate) fn member(&self, place: usize) -> (String, PathBuf) {
        let node = &self.network.nodes[place];
        (node.name.clone(), self.network.home_of(node).keys())
    }

    /// The network.
    ///
    /// # Errors
    /// If the first node does not tell.
    pub(crate) async fn genesis(&self) -> anyhow::Result<GenesisDigest> {
        Ok(self.client(0).genesis().await?.digest())
    }

    async fn await_ready(&self) -> anyhow::Result<()> {
        let until = Instant::now() + READY_MAX;
        for place in 0..self.len() {
            while !self.status(place).await.is_ok_and(|status| status["health"]["ready"] == true) {
                ensure!(Instant::now() < until, "{} is not ready", self.network.nodes[place].name);
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    async fn status(&self, place: usize) -> anyhow::Result<Value> {
        Ok(self.client(place).get("/v1/status").await?)
    }

    /// A node's newest final height; 0 if it does not answer.
    pub(crate) async fn height(&self, place: usize) -> u64 {
        self.status(place).await.ok().and_then(|status| status["height"].as_u64()).unwrap_or(0)
    }

    /// Kills a node at once.
    ///
    /// # Errors
    /// If the system refuses.
    pub(crate) fn kill(&mut self, place: usize) -> anyhow::Result<()> {
        if let Some(mut child) = self.children[place].take() {
            child.kill()?;
            child.wait()?;
        }
        self.network.nodes[place].pid = None;
        Ok(())
    }

    /// Takes a node's disk away and starts it again.
    ///
    /// # Errors
    /// If the system refuses.
    pub(crate) fn wipe(&mut self, place: usize) -> anyhow::Result<()> {
        self.kill(place)?;
        self.network.wipe(&self.network.nodes[place])?;
        self.spawn(place)
    }

    /// What each process that runs uses.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        self.network.nodes.iter().filter_map(|node| node.pid).map(usage::of).collect()
    }

    /// Bytes of the first node's ledger.
    pub(crate) fn ledger_bytes(&self) -> u64 {
        usage::folder_bytes(&self.network.home_of(&self.network.nodes[0]).ledger())
    }

    /// Ends the network and removes it.
    ///
    /// # Errors
    /// If the system refuses.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        realdid_testnet::end(&mut self.network.nodes).await;
        for child in self.children.iter_mut().flatten() {
            child.wait()?;
        }
        Ok(std::fs::remove_dir_all(&self.network.folder)?)
    }
}
