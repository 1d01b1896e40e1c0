//! Whether everything in a folder can be read back as what it should be.

use realdid_crypto::Digest;
use realdid_identity::DidRecord;
use realdid_merkle::Page;
use realdid_state::past_key;
use realdid_types::{
    Block, BlockDigest, Certificate, Did, EpochEnd, Height, Proposal, SignedBatch, ValidatorSet, Vote, Wire,
};
use rocksdb::IteratorMode;

use crate::{
    Column, Error, Store,
    chain::decode_receipts,
    store::{Entry, facts, height_key},
    votes::{certificate_key, proposal_key, proposal_name, vote_key},
};

impl Store {
    /// Reads every entry, decodes it and compares it with its key; RocksDB compares its checksums on the way. After
    /// that no read of this folder panics for what is in it. `tell` hears how many entries were read.
    ///
    /// # Errors
    /// Names the column and the key of the first entry that is not what it should be.
    pub fn check_entries(&self, mut tell: impl FnMut(u64)) -> Result<u64, Error> {
        let mut count = 0_u64;
        for column in Column::ALL {
            for entry in self.walk(*column) {
                let (key, value) = entry?;
                self.check_entry(*column, &key, &value).map_err(|what| {
                    self.damage(format!("the entry {} in {} {what}", shown(&key), column.name()))
                })?;
                count = count.saturating_add(1);
                tell(count);
            }
        }
        self.check_facts()?;
        Ok(count)
    }

    /// The first key at which a column here differs from another ledger's; none if both hold the same.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn first_difference(&self, other: &Self, column: Column) -> Result<Option<String>, Error> {
        let mut theirs = other.walk(column);
        for mine in self.walk(column) {
            let mine = mine?;
            let equal = theirs.next().transpose()?.is_some_and(|entry| entry == mine);
            if !equal {
                return Ok(Some(shown(&mine.0)));
            }
        }
        Ok(theirs.next().transpose()?.map(|(key, _)| shown(&key)))
    }

    fn walk(&self, column: Column) -> impl Iterator<Item = Result<Entry, Error>> + '_ {
        let entries = self.database().iterator_cf(self.family(column), IteratorMode::Start);
        entries.map(|entry| entry.map_err(|error| Error::of_rocksdb(self.folder(), &error)))
    }

    fn check_facts(&self) -> Result<(), Error> {
        for number in [facts::FORMAT, facts::TIP, facts::NEXT_BATCH] {
            self.number_fact(number)?;
        }
        for view in [facts::LEAD_MARK, facts::WIPED_BOUND] {
            self.view_fact(view)?;
        }
        self.alarm().map(drop)
    }

    fn check_entry(&self, column: Column, key: &[u8], value: &[u8]) -> Result<(), String> {
        match column {
            Column::Facts | Column::State => Ok(()),
            Column::Votes => {
                is_named(key, value, |vote: &Vote| vote_key(vote.statement.at, vote.statement.kind))
            }
            Column::Certificates => {
                is_named(key, value, |certificate: &Certificate| certificate_key(&certificate.statement))
            }
            Column::Proposals => {
                is_named(key, value, |proposal: &Proposal| proposal_key(proposal_name(proposal)))
            }
            Column::EpochEnds => {
                is_named(key, value, |end: &EpochEnd| end.commit.statement.at.epoch.0.to_be_bytes())
            }
            Column::ValidatorSets => decoded::<ValidatorSet>(value).map(drop),
            Column::Blocks => is_named(key, value, |block: &Block| height_key(block.header.height)),
            Column::Heights => self.check_height(key, value),
            Column::Commits => self.check_commit(key, value),
            Column::Batches => is_named(key, value, |batch: &SignedBatch| *batch.batch.digest().0.as_bytes()),
            Column::Pending => {
                has_bytes(value, 8)?;
                let batch = self.read(Column::Batches, key).map_err(|error| error.to_string())?;
                batch.map(drop).ok_or_else(|| "names a batch that is missing".to_owned())
            }
            Column::Receipts => {
                decode_receipts(value).map(drop).ok_or_else(|| "holds no receipts".to_owned())
            }
            Column::Transactions => has_bytes(value, 12),
            Column::Past => self.check_past(key, value),
            Column::Pages => Page::decode(value).map(drop).map_err(|error| format!("is no page: {error}")),
        }
    }

    /// A version of a record that was replaced; the next one names it.
    fn check_past(&self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let record: DidRecord = decoded(value)?;
        let did = key.first_chunk::<32>().map(|bytes| Did(Digest::from_bytes(*bytes)));
        let did = did.filter(|did| past_key(*did, record.version) == key).ok_or("lies under another name")?;
        let next = record.version.checked_add(1).and_then(|next| self.version(did, next));
        let next = next.ok_or("is of a version after which there is none")?;
        let linked = next.previous.is_none_or(|previous| previous == record.digest());
        linked.then_some(()).ok_or_else(|| "is not what the version after it names".to_owned())
    }

    fn check_height(&self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let number: [u8; 8] = value.try_into().map_err(|_| "is no height".to_owned())?;
        let block = self.read(Column::Blocks, &number).map_err(|error| error.to_string())?;
        let block = block.ok_or_else(|| "names a block that is missing".to_owned())?;
        let digest = decoded::<Block>(&block)?.digest();
        (digest.0.as_bytes()[..] == *key).then_some(()).ok_or_else(|| "names another block".to_owned())
    }

    fn check_commit(&self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let block: BlockDigest = decoded::<Certificate>(value)?.statement.block;
        let height = self.read(Column::Heights, block.0.as_bytes()).map_err(|error| error.to_string())?;
        (height.as_deref() == Some(key)).then_some(()).ok_or_else(|| {
            let height = key.try_into().map(u64::from_be_bytes).map_or(Height(0), Height);
            format!("is a certificate for another block than that of height {height}")
        })
    }
}

fn decoded<T: Wire>(value: &[u8]) -> Result<T, String> {
    T::decode(value).map_err(|error| format!("cannot be decoded: {error}"))
}

/// Whether a value decodes, and lies under its own name.
fn is_named<T: Wire, K: AsRef<[u8]>>(
    key: &[u8],
    value: &[u8],
    name: impl FnOnce(&T) -> K,
) -> Result<(), String> {
    let value = decoded(value)?;
    (name(&value).as_ref() == key).then_some(()).ok_or_else(|| "lies under another's name".to_owned())
}

fn has_bytes(value: &[u8], count: usize) -> Result<(), String> {
    (value.len() == count).then_some(()).ok_or_else(|| format!("has {} bytes for {count}", value.len()))
}

/// A key as text: a number, if it is one, or hexadecimal digits.
fn shown(key: &[u8]) -> String {
    match key.try_into().map(u64::from_be_bytes) {
        Ok(number) => number.to_string(),
        Err(_) => key.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
