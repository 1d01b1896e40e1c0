//! What must survive a restart: open challenges, sessions, codes and access tokens, in one file.
//!
//! **The file alone says nothing about anybody.** A row is found by a digest of a secret that the bridge hands out and does not
//! keep (the nonce in a challenge, a browser's cookie, a code, an access token), and its content is sealed with a key that
//! is derived from the same secret. So what an old page of the file still holds after a row is removed cannot be read by
//! whoever gets the file, nor by the bridge: deleting is forgetting, whatever the disk does. In the clear are the digests, which
//! rows hang together, and when each is void.

mod change;
mod row;
mod sealed;
mod secret;

use std::{
    io,
    path::{Path, PathBuf},
};

use redb::{Database, ReadableDatabase, TableDefinition, TableError};
use serde::de::DeserializeOwned;

pub(crate) use change::Change;
pub(crate) use row::{Code, Ending, Open, Row, Settled, Token};
pub(crate) use secret::{RowId, Secret};

use crate::private;

/// Content that is sealed, the parent of the row, and when it is void, in seconds since 1970.
type Stored = (u64, [u8; 32], &'static [u8]);
const ROWS: TableDefinition<'static, [u8; 32], Stored> = TableDefinition::new("rows");
/// The rows in the order in which they are void.
const EXPIRIES: TableDefinition<'static, (u64, [u8; 32]), ()> = TableDefinition::new("expiries");
/// What hangs below what.
const CHILDREN: TableDefinition<'static, ([u8; 32], [u8; 32]), ()> = TableDefinition::new("children");
/// Memory for pages: rows are small and seldom read twice.
const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Some 1.5 KiB each: more logins at a time than one machine serves.
const ROWS_MAX: u64 = 200_000;

/// Why the store fails.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error("{0} is in use: another bridge runs with this folder")]
    InUse(PathBuf),
    /// The operating system refuses.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The database fails.
    #[error("the database fails: {0}")]
    Database(#[from] redb::Error),
    /// The work was given up.
    #[error("the work was given up: the bridge ends, or has a fault")]
    Interrupted,
    /// Too many rows.
    #[error("too many logins are under way")]
    Full,
}

macro_rules! from_redb {
    ($($kind:ident)*) => {$(
        impl From<redb::$kind> for StoreError {
            fn from(error: redb::$kind) -> Self {
                Self::Database(error.into())
            }
        }
    )*};
}
from_redb! { TransactionError StorageError CommitError TableError }

/// The rows.
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// If another process has it open, or it cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::File(path.to_owned(), error);
        if !path.exists() {
            private::write(path, b"").map_err(failed)?;
        }
        let opened = Database::builder().set_cache_size(CACHE_BYTES).create(path);
        let database = opened.map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.to_owned()),
            other => StoreError::Database(other.into()),
        })?;
        Ok(Self { database })
    }

    /// The row of a secret, if it is there and not void.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) fn get<R: Row + DeserializeOwned>(
        &self,
        secret: &Secret,
        now: u64,
    ) -> Result<Option<R>, StoreError> {
        let reading = self.database.begin_read()?;
        let rows = match reading.open_table(ROWS) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            opened => opened?,
        };
        let stored = rows.get(secret.row::<R>().0)?;
        Ok(stored.and_then(|stored| {
            let (expires, _, content) = stored.value();
            if now < expires { sealed::open(secret, content) } else { None }
        }))
    }

    /// Changes rows, all or none, durably before it comes back. Changes come one after the other.
    ///
    /// # Errors
    /// If the database fails; then nothing changed.
    pub(crate) fn change<T>(
        &self,
        now: u64,
        change: impl FnOnce(&mut Change<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let writing = self.database.begin_write()?;
        let result = change(&mut Change::new(&writing, now)?)?;
        writing.commit()?;
        Ok(result)
    }

    /// Removes what is void; how much that was.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) fn sweep(&self, now: u64) -> Result<usize, StoreError> {
        self.change(now, |change| change.sweep())
    }
}

#[cfg(test)]
mod tests;
