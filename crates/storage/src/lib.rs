//! RealDID's disk: one RocksDB for blocks, batches, state, tree and votes.
//!
//! There is one write-ahead log, and every write goes through it in the order in which it was asked for. So whatever
//! a crash takes away, it takes away from the end: [`Store::sync`] makes everything before it durable, a durable vote
//! has everything on disk that it rests on, and after any crash the chain stands at one block, never between two.
//!
//! A [`Store`] answers reads from several threads; only one thread may write. Reads show a write as soon as it
//! returns. Anything that cannot be read back as it was written means that the disk is damaged, and panics: nothing
//! may be built on it.

mod alarm;
mod cache;
mod chain;
mod check;
mod checkpoint;
mod columns;
mod error;
mod lock;
mod recover;
mod snapshot;
mod store;
mod votes;

pub use columns::{Column, ColumnSize};
pub use error::Error;
pub use snapshot::Snapshot;
pub use store::{KeyHistory, Located, Store};
