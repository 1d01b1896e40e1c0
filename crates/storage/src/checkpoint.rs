//! Copies of a ledger for backups.

use std::path::Path;

use rocksdb::{WriteBatch, checkpoint::Checkpoint};

use crate::{Column, Error, Store, store::facts};

impl Store {
    /// Copies the ledger to a new folder on the same file system, by links where that is possible. The copy holds no
    /// votes, no mark and no numbers of batches: a validator that starts on it knows that it forgot them, and asks the
    /// others first.
    ///
    /// # Errors
    /// If the folder is there already, or the disk refuses.
    pub fn checkpoint(&self, folder: &Path) -> Result<(), Error> {
        if folder.exists() {
            return Err(Error::Exists(folder.to_owned()));
        }
        let failed = |error: rocksdb::Error| Error::of_rocksdb(folder, &error);
        Checkpoint::new(self.database()).map_err(failed)?.create_checkpoint(folder).map_err(failed)?;
        let copy = Self::open(folder, self.genesis())?;
        copy.forget_votes()?;
        copy.sync()
    }

    /// Makes this a folder that says nothing of its key's past, as a lost disk does.
    pub(crate) fn forget_votes(&self) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        for (key, _) in self.entries(Column::Votes)? {
            self.delete(&mut batch, Column::Votes, &key);
        }
        for fact in
            [facts::NEVER_VOTED, facts::VOTED, facts::WIPED_BOUND, facts::LEAD_MARK, facts::NEXT_BATCH]
        {
            self.delete(&mut batch, Column::Facts, fact);
        }
        self.commit_batch(batch)
    }
}
