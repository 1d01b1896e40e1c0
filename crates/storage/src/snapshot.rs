//! The state after the block below the tip, whose root stands in the tip's header: what can be proven now.

use std::sync::Arc;

use realdid_merkle::{Page, PageId, Pages};
use realdid_state::StateRead;
use realdid_types::Height;
use rocksdb::{DB, Direction, IteratorMode};

use crate::{Column, Error, Store};

type Borrowed<'a> = rocksdb::Snapshot<'a>;

self_cell::self_cell!(
    struct Owned {
        owner: Arc<DB>,
        #[covariant]
        dependent: Borrowed,
    }
);

/// The state as it was after a block, whatever is written since. Keep it only while answering: what it shows cannot
/// be cleaned up.
pub struct Snapshot {
    height: Height,
    folder: std::path::PathBuf,
    taken: Owned,
}

impl Store {
    /// The state after the block below the tip; none as long as genesis is the tip.
    #[must_use]
    pub fn provable(&self) -> Option<Arc<Snapshot>> {
        self.provable_slot().clone()
    }

    /// Takes the state as it is now, just before the block above it is written.
    pub(crate) fn take_snapshot(&self) -> Snapshot {
        Snapshot {
            height: self.tip(),
            folder: self.folder().to_owned(),
            taken: Owned::new(self.database().clone(), |db| db.snapshot()),
        }
    }
}

impl Snapshot {
    /// The block after which this is the state.
    #[must_use]
    pub fn height(&self) -> Height {
        self.height
    }

    /// The state's keys and values in the order of the keys, from these bytes on.
    ///
    /// # Panics
    /// If the disk cannot be read.
    pub fn entries_from(&self, first: &[u8]) -> impl Iterator<Item = (Box<[u8]>, Box<[u8]>)> {
        let mode = IteratorMode::From(first, Direction::Forward);
        let entries = self.taken.borrow_dependent().iterator_cf(self.family(Column::State), mode);
        entries.map(|entry| entry.unwrap_or_else(|error| panic!("{}", self.unreadable(&error))))
    }

    fn get(&self, column: Column, key: &[u8]) -> Option<Vec<u8>> {
        let found = self.taken.borrow_dependent().get_cf(self.family(column), key);
        found.unwrap_or_else(|error| panic!("{}", self.unreadable(&error)))
    }

    fn family(&self, column: Column) -> &rocksdb::ColumnFamily {
        let family = self.taken.borrow_owner().cf_handle(column.name());
        family.unwrap_or_else(|| unreachable!("all columns are opened"))
    }

    fn unreadable(&self, error: &rocksdb::Error) -> Error {
        Error::of_rocksdb(&self.folder, error)
    }
}

impl Pages for Snapshot {
    fn page(&self, id: &PageId) -> Option<Page> {
        let bytes = self.get(Column::Pages, &id.to_bytes())?;
        Some(Page::decode(&bytes).unwrap_or_else(|error| panic!("a page of the tree: {error}")))
    }
}

impl StateRead for Snapshot {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.get(Column::State, key)
    }
}
