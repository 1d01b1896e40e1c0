//! A network whose file is lost or damaged: what is left of it, and removing a network whatever is left.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context;
use realdid_node::{Config, NodeKeys, config::Home};

use crate::{Network, NodeEntry};

impl Network {
    /// The network of a folder, by the nodes' folders in it: without the file that remembers it.
    #[must_use]
    pub fn from_remains(folder: &Path) -> Self {
        let entries = std::fs::read_dir(folder.join("nodes")).into_iter().flatten().flatten();
        let mut homes: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| is_node(path)).collect();
        homes.sort();
        let nodes = homes.iter().filter_map(|home| entry(home)).collect();
        Self { folder: folder.to_owned(), seed: None, nodes, services: Vec::new() }
    }

    /// Removes the nodes' and services' folders and logs and what remembers them. What else lies there is somebody else's, and stays.
    ///
    /// # Errors
    /// Names what cannot be removed.
    pub fn remove(&self) -> anyhow::Result<()> {
        for node in &self.nodes {
            self.remove_node(node)?;
        }
        for service in &self.services {
            remove(&self.log_of_service(service))?;
        }
        for file in ["demo", "testnet.json", "testnet.fresh"] {
            remove(&self.folder.join(file))?;
        }
        for folder in [self.folder.join("nodes"), self.folder.join("logs"), self.folder.clone()] {
            // one that is not empty stays
            drop(std::fs::remove_dir(folder));
        }
        Ok(())
    }

    /// Removes a node's folder and log.
    ///
    /// # Errors
    /// Names what cannot be removed.
    pub fn remove_node(&self, node: &NodeEntry) -> anyhow::Result<()> {
        remove(&self.folder.join("nodes").join(&node.name))?;
        remove(&self.log_of(node))
    }
}

/// Whether a folder is a node's, whole or half made.
fn is_node(folder: &Path) -> bool {
    ["node.toml", "genesis.json", "keys/transport.key"].iter().any(|file| folder.join(file).exists())
}

fn entry(folder: &Path) -> Option<NodeEntry> {
    let home = Home::new(folder);
    let keys = NodeKeys::load(&home.keys()).ok();
    let api =
        Config::read(&home).map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), |config| config.api.listen);
    Some(NodeEntry {
        name: folder.file_name()?.to_str()?.to_owned(),
        validator: keys.as_ref().is_some_and(|keys| keys.consensus.is_some()),
        api,
        transport_key: keys.map_or_else(String::new, |keys| keys.transport_key().to_string()),
        pid: process_on(folder),
    })
}

/// The process that runs on a node's folder.
fn process_on(folder: &Path) -> Option<u32> {
    let folder = folder.canonicalize().ok()?;
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.find(|pid| runs_on(*pid, &folder))
}

fn runs_on(pid: u32, folder: &Path) -> bool {
    let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    let words: Vec<&str> =
        line.split(|byte| *byte == 0).filter_map(|word| std::str::from_utf8(word).ok()).collect();
    let is_node = words.windows(2).any(|pair| pair == ["node", "start"]);
    let at = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
    let is_here = |word: &str| at.join(word).canonicalize().is_ok_and(|named| named == *folder);
    is_node && words.iter().any(|word| word.contains("nodes/") && is_here(word))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    let removed = match path.is_dir() {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} stays: remove it by hand", path.display()))
        }
        _ => Ok(()),
    }
}
