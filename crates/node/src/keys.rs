//! The keys of a node: files that only their owner may read.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use realdid_crypto::{PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::hex;

/// A key's seed; wiped from memory when dropped.
pub type Seed = Zeroizing<[u8; 32]>;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such file.
    #[error("{0} is missing: restore it from a backup, or make a new node with `realdid node init`")]
    Missing(PathBuf),
    /// Others may read it.
    #[error("{0} may be read by others: run `chmod 600 {0}`, and think of the key as known to them")]
    Open(PathBuf),
    /// It holds something else.
    #[error("{0} holds no key: 64 hexadecimal digits are expected; restore it from a backup")]
    Malformed(PathBuf),
    /// It is there already.
    #[error("{0} is there already: a key is never overwritten; move it away if it is not needed any more")]
    Exists(PathBuf),
    /// The operating system refuses.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// The keys of one node.
pub struct NodeKeys {
    /// Signs votes and proposals; none on a node that is no validator.
    pub consensus: Option<SecretKey>,
    /// Signs batches.
    pub author: SecretKey,
    /// Names the node on the networks.
    pub transport: Seed,
}

/// What a node's key is for, and so the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Votes and proposals.
    Consensus,
    /// Batches.
    Author,
    /// The networks.
    Transport,
    /// Its organisation's proposals and approvals.
    Member,
}

impl Purpose {
    /// The file's name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Consensus => "consensus.key",
            Self::Author => "author.key",
            Self::Transport => "transport.key",
            Self::Member => "member.key",
        }
    }
}

impl NodeKeys {
    /// Reads the keys in a folder.
    ///
    /// # Errors
    /// If one is missing (but for the consensus key), malformed, or open to others.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        let path = |purpose: Purpose| folder.join(purpose.file());
        let consensus = match load(&path(Purpose::Consensus)) {
            Ok(seed) => Some(SecretKey::ed25519(&seed)),
            Err(KeyError::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            consensus,
            author: SecretKey::ed25519(&*load(&path(Purpose::Author))?),
            transport: load(&path(Purpose::Transport))?,
        })
    }

    /// The public half of the transport key.
    #[must_use]
    pub fn transport_key(&self) -> PublicKey {
        SecretKey::ed25519(&self.transport).public_key()
    }
}

/// A fresh seed from the operating system.
///
/// # Panics
/// If the operating system has no randomness: no key may be made then.
#[must_use]
pub fn random_seed() -> Seed {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut seed[..]).unwrap_or_else(|error| panic!("no randomness for a key: {error}"));
    seed
}

/// Writes a seed to a new file that only its owner may read.
///
/// # Errors
/// If the file is there, or cannot be written.
pub fn store(path: &Path, seed: &Seed) -> Result<(), KeyError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::File(path.to_owned(), error),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let text = Zeroizing::new(format!("{}\n", hex::encode(seed)));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// Reads a seed from a file.
///
/// # Errors
/// If it is missing, malformed, or open to others.
pub fn load(path: &Path) -> Result<Seed, KeyError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
        _ => KeyError::File(path.to_owned(), error),
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Open(path.to_owned()));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    hex::decode(text.trim_end()).map(Zeroizing::new).ok_or_else(|| KeyError::Malformed(path.to_owned()))
}

/// The public key that 64 hexadecimal digits name; none if they name none.
#[must_use]
pub fn public_key(text: &str) -> Option<PublicKey> {
    hex::decode(text).map(PublicKey::ed25519)
}
