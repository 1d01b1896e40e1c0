//! A folder that is needed as long as a command runs.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// A folder that is named, or one for this run alone.
pub(crate) struct Scratch {
    folder: PathBuf,
    is_mine: bool,
}

impl Scratch {
    /// The folder named, or a new one below `parent`.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn new(named: Option<&Path>, parent: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = named {
            return Ok(Self { folder: folder.to_owned(), is_mine: false });
        }
        let folder = parent.join(format!("realdid-audit-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self { folder, is_mine: true })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.is_mine {
            // what cannot be removed is left for the system to clean up
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}
