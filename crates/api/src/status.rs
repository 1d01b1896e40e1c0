//! How a node is, in numbers and in words.

use serde::Serialize;
use utoipa::ToSchema;

/// What a node tells of itself.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
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
    /// Whether it votes.
    pub voting: bool,
    /// Whether voting has stopped because the chain contradicts itself, or its key votes elsewhere.
    pub alarm: bool,
    /// Whether it is a validator that counts as faulty since it lost its votes.
    pub votes_lost: bool,
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
    /// The other validators of the present epoch.
    pub links: Vec<Link>,
    /// Peers that are connected on the public plane.
    pub public_peers: usize,
    /// Transactions of its own clients that wait.
    pub waiting: usize,
    /// Batches that no final block has listed.
    pub pending_batches: usize,
    /// Bytes of those that it holds.
    pub pending_batch_bytes: u64,
    /// Where its ledger is.
    pub disk: Disk,
    /// Seconds since it started.
    pub uptime_s: u64,
    /// How far its clock is ahead of the other validators', as their blocks show, in milliseconds; negative if it is
    /// behind, none if too few of them made a block yet. Up to what a block takes to be final is no error.
    pub clock_offset_ms: Option<i64>,
    /// Whether it is in order, and if not, why.
    pub health: Health,
}

/// What a node has to do with another validator.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Link {
    /// Who runs that one.
    pub organisation: String,
    /// Whether a stream is up to it.
    pub connected: bool,
    /// Bytes that wait to leave to it.
    pub queued_bytes: usize,
    /// How long a small message last took there and back, in milliseconds.
    pub round_trip_ms: Option<f64>,
}

/// A node's disk.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Disk {
    /// Bytes that are free.
    pub free_bytes: u64,
    /// With fewer the node stops voting.
    pub low_water_bytes: u64,
    /// Whether it has stopped for that.
    pub full: bool,
}

/// Whether a node can do its work.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Health {
    /// True if nothing is missing.
    pub ready: bool,
    /// What is missing, each with what to do about it.
    pub missing: Vec<String>,
}
