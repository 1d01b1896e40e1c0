//! Opening, reading and writing the database.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use realdid_crypto::Digest;
use realdid_merkle::{Page, PageId};
use realdid_types::{BlockDigest, Genesis, Height, Wire};
use rocksdb::{DB, IteratorMode, WriteBatch};

use crate::{Column, ColumnSize, Error, Snapshot, cache::Cache, columns, lock, votes::Kept};

/// What this program writes.
const FORMAT: u64 = 1;

/// Names in [`Column::Facts`].
pub(crate) mod facts {
    pub(crate) const FORMAT: &[u8] = b"format";
    pub(crate) const GENESIS: &[u8] = b"genesis";
    pub(crate) const TIP: &[u8] = b"tip";
    pub(crate) const NEVER_VOTED: &[u8] = b"never-voted";
    pub(crate) const VOTED: &[u8] = b"voted";
    pub(crate) const LEAD_MARK: &[u8] = b"lead-mark";
    pub(crate) const WIPED_BOUND: &[u8] = b"wiped-bound";
    pub(crate) const ALARM: &[u8] = b"alarm";
    pub(crate) const NEXT_BATCH: &[u8] = b"next-batch";
}

/// What is known of a key's past when a folder is made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHistory {
    /// It was made just now, or its operator declares that it never voted.
    NeverVoted,
    /// It may have voted, and where is not known: it may vote again only after asking all others.
    Unknown,
}

/// Where a transaction was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// The block.
    pub height: Height,
    /// Its place among the block's transactions.
    pub place: u32,
}

/// Pages of the tree that are kept in memory, twice: at some 700 bytes each about 25 MB.
const PAGES_CACHED: usize = 16_384;
/// Values of the state that are kept in memory, twice: at some 400 bytes each about 15 MB.
const VALUES_CACHED: usize = 16_384;

/// The state as it was read or written lately. Whoever reads past it holds it until what was read is in it, and whoever
/// writes holds it until what was written is: so nothing old is ever put over something new.
pub(crate) struct Lately {
    pub(crate) pages: Cache<PageId, Page>,
    pub(crate) values: Cache<Vec<u8>, Vec<u8>>,
}

/// A key and its value.
pub(crate) type Entry = (Box<[u8]>, Box<[u8]>);

/// One node's disk.
pub struct Store {
    folder: PathBuf,
    db: Arc<DB>,
    genesis: Genesis,
    tip: AtomicU64,
    kept: Mutex<Kept>,
    lately: Mutex<Lately>,
    provable: Mutex<Option<Arc<Snapshot>>>,
    /// Keeps nodes out of a folder that is only looked at; RocksDB itself does so for the others.
    lock: Option<std::fs::File>,
}

impl Store {
    /// Makes a folder that holds a network's genesis.
    ///
    /// # Errors
    /// If the folder holds a ledger, the genesis is none, or the disk refuses.
    pub fn create(folder: &Path, genesis: &Genesis, history: KeyHistory) -> Result<Self, Error> {
        genesis.check()?;
        if folder.join("CURRENT").exists() {
            return Err(Error::Exists(folder.to_owned()));
        }
        let mut options = columns::database_options();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        let store = Self::open_database(folder, &options, genesis.clone())?;
        store.write_genesis(genesis, history)?;
        store.sync()?;
        Ok(store)
    }

    /// Opens a folder.
    ///
    /// # Errors
    /// If it holds no ledger, that of another network, a damaged one, or one that another process has open.
    pub fn open(folder: &Path, genesis: &Genesis) -> Result<Self, Error> {
        if !folder.join("CURRENT").exists() {
            return Err(Error::Missing(folder.to_owned()));
        }
        let mut options = columns::database_options();
        // a later version may have more columns
        options.create_missing_column_families(true);
        let mut store = Self::open_database(folder, &options, genesis.clone())?;
        store.check_whose()?;
        store.kept = Mutex::new(store.read_kept()?);
        Ok(store)
    }

    /// Opens a folder to look at it: nothing in it changes, and no node can start on it as long as this lives.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_read_only(folder: &Path, genesis: &Genesis) -> Result<Self, Error> {
        if !folder.join("CURRENT").exists() {
            return Err(Error::Missing(folder.to_owned()));
        }
        let lock = lock::keep_nodes_out(folder)?;
        let options = columns::database_options();
        let unreadable = |error| Error::of_rocksdb(folder, &error);
        // what an older version wrote has not every column, and nothing can be added to it here
        let there = DB::list_cf(&options, folder).map_err(unreadable)?;
        let columns = columns::descriptors()
            .into_iter()
            .filter(|column| there.iter().any(|name| name == column.name()));
        let db = DB::open_cf_descriptors_read_only(&options, folder, columns, false).map_err(unreadable)?;
        let mut store = Self::around(db, folder, genesis.clone());
        store.lock = lock;
        store.check_whose()?;
        Ok(store)
    }

    /// Whether the folder is this network's and of a format that is known; then its tip is, too.
    fn check_whose(&mut self) -> Result<(), Error> {
        self.check_format()?;
        self.check_network()?;
        let tip = self.number_fact(facts::TIP)?.ok_or_else(|| self.damage("it has no tip".to_owned()))?;
        self.tip = AtomicU64::new(tip);
        Ok(())
    }

    fn open_database(folder: &Path, options: &rocksdb::Options, genesis: Genesis) -> Result<Self, Error> {
        let db = DB::open_cf_descriptors(options, folder, columns::descriptors())
            .map_err(|error| Error::of_rocksdb(folder, &error))?;
        Ok(Self::around(db, folder, genesis))
    }

    fn around(db: DB, folder: &Path, genesis: Genesis) -> Self {
        Self {
            folder: folder.to_owned(),
            db: Arc::new(db),
            genesis,
            tip: AtomicU64::new(0),
            kept: Mutex::new(Kept::default()),
            lately: Mutex::new(Lately { pages: Cache::new(PAGES_CACHED), values: Cache::new(VALUES_CACHED) }),
            provable: Mutex::new(None),
            lock: None,
        }
    }

    fn write_genesis(&self, genesis: &Genesis, history: KeyHistory) -> Result<(), Error> {
        let execution = realdid_state::genesis_state(genesis)?;
        let block = genesis.block()?;
        let mut batch = WriteBatch::default();
        self.put(&mut batch, Column::Facts, facts::FORMAT, &FORMAT.to_be_bytes());
        self.put(&mut batch, Column::Facts, facts::GENESIS, &genesis.encode());
        if history == KeyHistory::NeverVoted {
            self.put(&mut batch, Column::Facts, facts::NEVER_VOTED, &[]);
        }
        self.put_block(&mut batch, &block, None, &execution);
        self.commit_batch(batch)
    }

    fn check_format(&self) -> Result<(), Error> {
        match self.number_fact(facts::FORMAT)? {
            Some(FORMAT) => Ok(()),
            Some(found) => Err(Error::Format { folder: self.folder.clone(), found, known: FORMAT }),
            None => Err(self.damage("it has no format number".to_owned())),
        }
    }

    fn check_network(&self) -> Result<(), Error> {
        let bytes = self.read(Column::Facts, facts::GENESIS)?;
        let bytes = bytes.ok_or_else(|| self.damage("it has no genesis".to_owned()))?;
        let found = Genesis::decode(&bytes).map_err(|error| self.damage(error.to_string()))?;
        if found == self.genesis {
            return Ok(());
        }
        let name = |genesis: &Genesis| format!("{} ({})", genesis.network, genesis.digest());
        Err(Error::OtherNetwork {
            folder: self.folder.clone(),
            found: name(&found),
            expected: name(&self.genesis),
        })
    }

    /// Makes everything that was written before durable.
    ///
    /// # Errors
    /// If the disk refuses; nothing may be trusted after that, and the process must end.
    pub fn sync(&self) -> Result<(), Error> {
        self.db.flush_wal(true).map_err(|error| Error::of_rocksdb(&self.folder, &error))
    }

    /// The network's genesis.
    #[must_use]
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest final height.
    #[must_use]
    pub fn tip(&self) -> Height {
        Height(self.tip.load(Ordering::Acquire))
    }

    /// The root of the state after the newest final block.
    #[must_use]
    pub fn state_root(&self) -> Digest {
        realdid_merkle::root_of(self)
    }

    pub(crate) fn set_tip(&self, height: Height) {
        self.tip.store(height.0, Ordering::Release);
    }

    /// How much each column holds.
    ///
    /// # Errors
    /// If RocksDB does not say.
    pub fn sizes(&self) -> Result<Vec<ColumnSize>, Error> {
        let number = |column: Column, name: &str| {
            let found = self.db.property_int_value_cf(self.family(column), name);
            found.map(Option::unwrap_or_default).map_err(|error| Error::of_rocksdb(&self.folder, &error))
        };
        let size = |column: &Column| {
            Ok(ColumnSize {
                column: *column,
                entries: number(*column, "rocksdb.estimate-num-keys")?,
                bytes: number(*column, "rocksdb.total-sst-files-size")?
                    .saturating_add(number(*column, "rocksdb.total-blob-file-size")?)
                    .saturating_add(number(*column, "rocksdb.cur-size-all-mem-tables")?),
            })
        };
        Column::ALL.iter().map(size).collect()
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        // only whoever writes takes it, and a panic there ends the process
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn provable_slot(&self) -> MutexGuard<'_, Option<Arc<Snapshot>>> {
        self.provable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn database(&self) -> &Arc<DB> {
        &self.db
    }

    pub(crate) fn damage(&self, reason: String) -> Error {
        Error::Damaged { folder: self.folder.clone(), reason }
    }

    pub(crate) fn family(&self, column: Column) -> &rocksdb::ColumnFamily {
        let own = self.db.cf_handle(column.name());
        // of a folder that is only read: a column that it lacks is as empty as this one
        let family = own.or_else(|| self.db.cf_handle(columns::EMPTY));
        family.unwrap_or_else(|| unreachable!("all columns are opened"))
    }

    pub(crate) fn put(&self, batch: &mut WriteBatch, column: Column, key: &[u8], value: &[u8]) {
        batch.put_cf(self.family(column), key, value);
    }

    pub(crate) fn delete(&self, batch: &mut WriteBatch, column: Column, key: &[u8]) {
        batch.delete_cf(self.family(column), key);
    }

    pub(crate) fn commit_batch(&self, batch: WriteBatch) -> Result<(), Error> {
        self.db.write(batch).map_err(|error| Error::of_rocksdb(&self.folder, &error))
    }

    pub(crate) fn read(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.db.get_cf(self.family(column), key).map_err(|error| Error::of_rocksdb(&self.folder, &error))
    }

    /// The value under a key.
    ///
    /// # Panics
    /// If the disk cannot be read: nothing may be built on it.
    pub(crate) fn get(&self, column: Column, key: &[u8]) -> Option<Vec<u8>> {
        self.read(column, key).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The decoded value under a key.
    ///
    /// # Panics
    /// As [`Store::get`], and if what is there is no `T`.
    pub(crate) fn decoded<T: Wire>(&self, column: Column, key: &[u8]) -> Option<T> {
        let bytes = self.get(column, key)?;
        match T::decode(&bytes) {
            Ok(value) => Some(value),
            Err(error) => panic!("{}", self.damage(format!("in {}: {error}", column.name()))),
        }
    }

    /// Every value of a column, by its key.
    pub(crate) fn all<T: Wire>(&self, column: Column) -> Result<Vec<T>, Error> {
        let mut values = Vec::new();
        for entry in self.db.iterator_cf(self.family(column), IteratorMode::Start) {
            let (_, bytes) = entry.map_err(|error| Error::of_rocksdb(&self.folder, &error))?;
            let value = T::decode(&bytes);
            values.push(value.map_err(|error| self.damage(format!("in {}: {error}", column.name())))?);
        }
        Ok(values)
    }

    /// Every key and value of a column.
    pub(crate) fn entries(&self, column: Column) -> Result<Vec<Entry>, Error> {
        let entries = self.db.iterator_cf(self.family(column), IteratorMode::Start);
        entries.map(|entry| entry.map_err(|error| Error::of_rocksdb(&self.folder, &error))).collect()
    }

    /// The newest entry at or below a key, or the first at or above it.
    pub(crate) fn nearest(&self, column: Column, key: &[u8], below: bool) -> Option<Entry> {
        let direction = if below { rocksdb::Direction::Reverse } else { rocksdb::Direction::Forward };
        let mut entries = self.db.iterator_cf(self.family(column), IteratorMode::From(key, direction));
        let entry = entries.next()?;
        Some(entry.unwrap_or_else(|error| panic!("{}", Error::of_rocksdb(&self.folder, &error))))
    }

    pub(crate) fn number_fact(&self, name: &[u8]) -> Result<Option<u64>, Error> {
        let Some(bytes) = self.read(Column::Facts, name)? else { return Ok(None) };
        let bytes: [u8; 8] = bytes
            .try_into()
            .map_err(|_| self.damage(format!("{} is no number", String::from_utf8_lossy(name))))?;
        Ok(Some(u64::from_be_bytes(bytes)))
    }

    /// The height of a final block.
    pub(crate) fn height_of(&self, block: BlockDigest) -> Option<Height> {
        let bytes = self.get(Column::Heights, block.0.as_bytes())?;
        match bytes.try_into() {
            Ok(bytes) => Some(Height(u64::from_be_bytes(bytes))),
            Err(_) => panic!("{}", self.damage(format!("the height of block {block} is no number"))),
        }
    }
}

pub(crate) fn height_key(height: Height) -> [u8; 8] {
    height.0.to_be_bytes()
}
