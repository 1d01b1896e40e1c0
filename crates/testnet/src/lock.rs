//! One command at a time on one network.

use std::{fs::File, path::Path};

use anyhow::{Context, bail};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

/// Takes a network's folder, which is made if it is missing, for one command. Others are refused until the file that
/// this gives is dropped, or the process ends.
///
/// # Errors
/// If another command has it.
pub fn lock(folder: &Path) -> anyhow::Result<File> {
    let shown = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("{shown} cannot be made"))?;
    // the folder itself, so that nothing is left in it
    let file = File::open(folder).with_context(|| format!("{shown} cannot be opened"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            bail!("another `realdid testnet` command is at work on {shown}: wait until it is done, or end it")
        }
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be locked")),
    }
}
