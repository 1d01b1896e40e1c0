//! The column families, their keys and how each is kept.

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, Options,
};

/// All that is cached of files, in bytes.
const CACHE_BYTES: usize = 64 << 20;
/// What waits in memory to be written to files, over all columns, in bytes.
const WRITE_BUFFERS_BYTES: usize = 64 << 20;
/// The log is cut off once it is this long, by writing out what is only there.
const LOG_BYTES_MAX: u64 = 256 << 20;
/// RocksDB insists on a column of this name; nothing is in it.
pub(crate) const EMPTY: &str = "default";
/// Batches from this size on lie in files of their own, so that they are written once and never moved.
const BLOB_BYTES_MIN: u64 = 1_024;
/// Files that may be open at once.
const OPEN_FILES_MAX: i32 = 512;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is stored, by kind. Numbers in keys are big-endian, so that they sort.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column {
            $($(#[$doc])* $name,)*
        }

        impl Column {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name on disk.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

columns! {
    /// Single values, by name: format, genesis, tip, marks, bounds, alarm.
    Facts = "facts",
    /// Own votes above the floor, by epoch, view and kind.
    Votes = "votes",
    /// Certificates from the floor on, by epoch, view, kind and block.
    Certificates = "certificates",
    /// Proposals whose height is not final yet, by height and block.
    Proposals = "proposals",
    /// How epochs ended, by epoch.
    EpochEnds = "epoch_ends",
    /// The validators of each epoch that has a block, by epoch.
    ValidatorSets = "validator_sets",
    /// Final blocks, by height.
    Blocks = "blocks",
    /// Heights of final blocks, by block.
    Heights = "heights",
    /// Commit certificates of final blocks that have one of their own, by height.
    Commits = "commits",
    /// Batches, by digest.
    Batches = "batches",
    /// The last expiry in each batch that no final block has listed, by digest.
    Pending = "pending",
    /// The receipts of final blocks, by height.
    Receipts = "receipts",
    /// Height and place of decided transactions, by transaction.
    Transactions = "transactions",
    /// The state's values, by key.
    State = "state",
    /// The pages of the state's tree, by page.
    Pages = "pages",
    /// Versions of DID records that were replaced, by DID and version.
    Past = "past",
}

/// How much a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSize {
    /// Which.
    pub column: Column,
    /// Entries, as RocksDB estimates them.
    pub entries: u64,
    /// Bytes in files, blobs included.
    pub bytes: u64,
}

/// How the database is kept as a whole.
pub(crate) fn database_options() -> Options {
    let mut options = Options::default();
    options.set_db_write_buffer_size(WRITE_BUFFERS_BYTES);
    options.set_max_total_wal_size(LOG_BYTES_MAX);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_max_background_jobs(2);
    options.set_keep_log_file_num(4);
    options.set_paranoid_checks(true);
    options
}

/// How each column is kept.
pub(crate) fn descriptors() -> Vec<ColumnFamilyDescriptor> {
    with_cache(CACHE_BYTES)
}

fn with_cache(bytes: usize) -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(bytes);
    let descriptor = |column: &Column| ColumnFamilyDescriptor::new(column.name(), column.options(&cache));
    let own = Column::ALL.iter().map(descriptor);
    own.chain([ColumnFamilyDescriptor::new(EMPTY, Options::default())]).collect()
}

impl Column {
    fn options(self, cache: &Cache) -> Options {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_bloom_filter(10.0, false);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        // in pieces as small as blocks of data: whole, those of a large file have a megabyte and more, and once the cache
        // cannot hold them all every look-up reads some of them anew
        table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
        table.set_partition_filters(true);
        table.set_pin_top_level_index_and_filter(true);
        let mut options = Options::default();
        options.set_block_based_table_factory(&table);
        options.set_compression_type(DBCompressionType::Lz4);
        match self {
            // digests and signatures do not shrink
            Self::Pages | Self::Heights | Self::Transactions => {
                options.set_compression_type(DBCompressionType::None);
            }
            Self::Batches => {
                options.set_enable_blob_files(true);
                options.set_min_blob_size(BLOB_BYTES_MIN);
                options.set_blob_compression_type(DBCompressionType::None);
                options.set_enable_blob_gc(true);
            }
            _ => {}
        }
        options
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use rocksdb::{DB, WriteBatch};

    use super::*;

    const KEYS: u64 = 400_000;

    /// What this thread has read from files, in bytes (`proc(5)`).
    fn bytes_read() -> u64 {
        let counts = fs::read_to_string("/proc/thread-self/io").unwrap();
        let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
        read.unwrap().parse().unwrap()
    }

    /// With a cache that holds a few blocks, as any cache is for a ledger that has grown.
    fn open(folder: &std::path::Path) -> DB {
        let mut options = database_options();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        DB::open_cf_descriptors(&options, folder, with_cache(128 << 10)).unwrap()
    }

    /// Keys that lie as evenly as digests do.
    fn key(number: u64) -> Vec<u8> {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().repeat(4)
    }

    #[test]
    fn a_look_up_reads_little_of_a_large_file_though_the_cache_is_too_small_for_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let db = open(folder.path());
        let family = db.cf_handle(Column::State.name()).unwrap();
        let mut batch = WriteBatch::default();
        for number in 0..KEYS {
            batch.put_cf(family, key(number), [7; 100]);
        }
        db.write(batch).unwrap();
        db.flush_cf(family).unwrap();
        db.compact_range_cf(family, None::<&[u8]>, None::<&[u8]>);
        // what the newest files say of themselves is held, whatever the cache is
        drop(db);
        let db = open(folder.path());
        let family = db.cf_handle(Column::State.name()).unwrap();
        for (wanted, there) in [(1, true), (2, true), (KEYS, false), (KEYS + 1, false)] {
            let before = bytes_read();
            assert_eq!(db.get_cf(family, key(wanted)).unwrap().is_some(), there);
            let read = bytes_read() - before;
            assert!(wanted == 1 || read < 32 << 10, "{read} bytes for key {wanted}");
        }
    }
}
