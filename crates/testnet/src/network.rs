//! What is remembered of the network between commands: `testnet.json` in its folder.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use realdid_client::NodeClient;
use realdid_node::{GenesisFile, config::Home};
use realdid_storage::{KeyHistory, Store};
use serde::{Deserialize, Serialize};

use crate::Service;

/// A network of processes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Network {
    /// Where it lives.
    #[serde(skip)]
    pub folder: PathBuf,
    /// From which all keys were drawn; none if they are the operating system's.
    pub seed: Option<u64>,
    /// Validators first.
    pub nodes: Vec<NodeEntry>,
    /// What runs beside them.
    #[serde(default)]
    pub services: Vec<Service>,
}

/// One of its nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NodeEntry {
    /// Its name.
    pub name: String,
    /// Whether it is a validator.
    pub validator: bool,
    /// Its interface.
    pub api: SocketAddr,
    /// Its transport key.
    pub transport_key: String,
    /// Its process, while it runs.
    pub pid: Option<u32>,
}

impl Network {
    /// Reads the network of a folder.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("testnet.json");
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("there is no test network in {}: start one with `realdid testnet up`", folder.display())
        })?;
        let mut network: Self = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is damaged: `realdid testnet reset` removes the network, and nothing else",
                path.display()
            )
        })?;
        network.folder = folder.to_owned();
        Ok(network)
    }

    /// Whether a folder holds a network.
    #[must_use]
    pub fn exists(folder: &Path) -> bool {
        folder.join("testnet.json").exists()
    }

    /// Writes it down.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&self) -> anyhow::Result<()> {
        let path = self.folder.join("testnet.json");
        let fresh = path.with_extension("fresh");
        std::fs::write(&fresh, serde_json::to_string_pretty(self)?)
            .and_then(|()| std::fs::rename(&fresh, &path))
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// A node's folder.
    #[must_use]
    pub fn home_of(&self, node: &NodeEntry) -> Home {
        Home::new(self.folder.join("nodes").join(&node.name))
    }

    /// Takes a node's disk away, as if it had been replaced: the keys stay, and what it voted is forgotten. It must not run.
    ///
    /// # Errors
    /// If its genesis cannot be read, or the disk refuses.
    pub fn wipe(&self, node: &NodeEntry) -> anyhow::Result<()> {
        let home = self.home_of(node);
        match std::fs::remove_dir_all(home.ledger()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} stays", home.ledger().display()))?;
            }
            _ => {}
        }
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        Store::create(&home.ledger(), &genesis, KeyHistory::Unknown)?;
        Ok(())
    }

    /// Where a node logs to.
    #[must_use]
    pub fn log_of(&self, node: &NodeEntry) -> PathBuf {
        self.folder.join("logs").join(format!("{}.log", node.name))
    }

    /// Whether there is a node of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.nodes.iter().any(|node| node.name == name)
    }

    /// The places of the nodes with these names.
    ///
    /// # Errors
    /// Names the one that is none, and says what a service is started by.
    pub fn places(&self, names: &[String]) -> anyhow::Result<Vec<usize>> {
        let place = |name: &String| {
            self.nodes.iter().position(|node| node.name == *name).with_context(|| {
                if self.service_named(name).is_some() {
                    return format!(
                        "{name} is no node but a service beside them: `realdid testnet kill {name}` ends it, and `realdid \
                         testnet up --detach` starts it again"
                    );
                }
                let known: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
                format!("there is no node {name:?}: there are {}", known.join(", "))
            })
        };
        names.iter().map(place).collect()
    }
}

impl NodeEntry {
    /// Its interface's address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.api)
    }

    /// A client of its interface.
    #[must_use]
    pub fn client(&self) -> NodeClient {
        NodeClient::new(&self.url())
    }
}
