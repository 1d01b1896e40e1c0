//! How a node is, in numbers and in words.

use serde::Serialize;

/// What a node tells of itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Status {
    /// The organisation and place that its operator gave it.
    pub name: String,
    /// The version of the program.
    pub version: String,
    /// The network's name.
    pub network: String,
    /// The digest of the network's genesis.
    pub genesis: String,
    /// Whether this is a network for development.
    pub development: bool,
    /// Whether it is a validator of the present epoch.
    pub validator: bool,
    /// Its transport key, as the name of a peer.
    pub peer: String,
    /// The epoch.
    pub epoch: u64,
    /// The view that it is in.
    pub view: u64,
    /// Its newest final height.
    pub height: u64,
    /// That block's time, in milliseconds since 1970.
    pub time: u64,
    /// That block's digest.
    pub block: String,
    /// The state's root before that block.
    pub state_root: String,
    /// Its estimate of the longest delay, Δ, in milliseconds.
    pub delta_ms: u64,
    /// Validators of the present epoch.
    pub validators: usize,
    /// How many of them a stream is up to, itself included.
    pub connected: usize,
    /// The organisations of those that none is up to.
    pub missing: Vec<String>,
    /// Transactions of its own clients that wait.
    pub waiting: usize,
    /// Batches that no final block has listed.
    pub pending_batches: usize,
    /// Seconds since it started.
    pub uptime_s: u64,
    /// How far its clock is ahead of the other validators', as their blocks show, in milliseconds; negative if it is
    /// behind, none if too few of them made a block yet. Up to what a block takes to be final is no error.
    pub clock_offset_ms: Option<i64>,
    /// Whether it is in order, and if not, why.
    pub health: Health,
}

/// Whether a node can do its work.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Health {
    /// True if nothing is missing.
    pub ready: bool,
    /// What is missing, each with what to do about it.
    pub missing: Vec<String>,
}
