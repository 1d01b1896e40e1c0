//! One node: the place where consensus, disk, networks and interface meet.
//!
//! The core is one thread with one loop over one closed `Event` enum. It decides nothing: it hands each
//! event to the [`realdid_replica::Replica`] and carries out what comes back. Beside it, behind bounded channels, run
//! a thread that syncs the disk, one that verifies signatures, one for each network, and the interface. So a slow
//! disk, a flood or a panic beyond the core reaches it as an event that comes late or not at all.

mod addresses;
pub mod alarm;
mod carry_out;
mod clock;
pub mod config;
mod core;
mod disk;
mod event;
mod evidence;
pub mod genesis_file;
pub mod hex;
pub mod keys;
mod memory;
mod node;
mod peers;
mod public;
mod report;
mod timers;
mod verify;

pub use config::Config;
pub use genesis_file::{GenesisFile, GenesisFileError};
pub use keys::{KeyError, NodeKeys};
pub use node::{Node, NodeError};
