//! Keeping nodes out of a folder that is only looked at.

use std::{fs::File, path::Path};

use rustix::fs::{FlockOperation, fcntl_lock};

use crate::Error;

/// Shares the lock that RocksDB takes for itself alone, so that no node starts meanwhile. A folder that was never
/// opened has no such file.
///
/// # Errors
/// If a node runs on the folder.
pub(crate) fn keep_nodes_out(folder: &Path) -> Result<Option<File>, Error> {
    let Ok(file) = File::open(folder.join("LOCK")) else { return Ok(None) };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(Error::InUse(folder.to_owned())),
    }
}
