//! Why a folder cannot be used, with what to do about it.

use std::path::PathBuf;

/// Why a store cannot be made, opened or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it.
    #[error(
        "{0} is in use by another process: stop that one first; two of them would vote against each other"
    )]
    InUse(PathBuf),
    /// Nothing is there.
    #[error("{0} holds no ledger: make one with `realdid node init` or `realdid node join`")]
    Missing(PathBuf),
    /// Something is there already.
    #[error("{0} holds a ledger already: remove it only if its votes and blocks may be lost")]
    Exists(PathBuf),
    /// Of another network.
    #[error(
        "{folder} belongs to the network {found}, and the genesis given is that of {expected}: \
         use another folder, or the genesis with which this one was made"
    )]
    OtherNetwork {
        /// Which folder.
        folder: PathBuf,
        /// Its network: name and digest of the genesis.
        found: String,
        /// That of the genesis given.
        expected: String,
    },
    /// Written by a newer program.
    #[error("{folder} has format {found}, and this program knows up to {known}: use a newer one")]
    Format {
        /// Which folder.
        folder: PathBuf,
        /// Its format.
        found: u64,
        /// The newest that is known.
        known: u64,
    },
    /// The genesis makes no network.
    #[error("the genesis starts no network: {0}")]
    Genesis(#[from] realdid_types::GenesisError),
    /// Bytes that were not written so.
    #[error(
        "{folder} is damaged: {reason}; move it away and let the node catch up into a fresh folder with \
         `realdid node join`"
    )]
    Damaged {
        /// Which folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The operating system or RocksDB refused.
    #[error("{folder}: {reason}")]
    Disk {
        /// Which folder.
        folder: PathBuf,
        /// What they say.
        reason: String,
    },
}

impl Error {
    /// What RocksDB says, sorted by what can be done about it.
    pub(crate) fn of_rocksdb(folder: &std::path::Path, error: &rocksdb::Error) -> Self {
        let folder = folder.to_owned();
        let reason = error.to_string();
        match error.kind() {
            rocksdb::ErrorKind::IOError if reason.contains("lock") => Self::InUse(folder),
            rocksdb::ErrorKind::Corruption => Self::Damaged { folder, reason },
            _ => Self::Disk { folder, reason },
        }
    }
}
