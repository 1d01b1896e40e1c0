//! The final chain and the state after it.

use std::{collections::BTreeSet, sync::Arc};

use realdid_identity::DidRecord;
use realdid_merkle::{Page, PageId, Pages};
use realdid_replica::Commit;
use realdid_state::{Execution, Receipt, StateKey, StateRead, past_key, read};
use realdid_sync::ChainStore;
use realdid_types::{
    BatchDigest, Block, BlockDigest, Certificate, Did, Epoch, EpochEnd, Height, SignedBatch, Timestamp,
    TransactionId, ValidatorSet, Wire,
};
use rocksdb::WriteBatch;

use crate::{
    Column, Error, Located, Store,
    store::{Lately, facts, height_key},
};

impl Store {
    /// Makes a block part of the final chain: block, certificate, receipts, state, tree and index in one write.
    ///
    /// # Errors
    /// If the disk refuses; then nothing is stored, and the process must end.
    ///
    /// # Panics
    /// If the block is not directly above the tip.
    pub fn commit(&self, commit: &Commit) -> Result<(), Error> {
        let height = commit.block.header.height;
        assert_eq!(height, self.tip().next(), "blocks are stored in height order");
        let mut batch = WriteBatch::default();
        self.put_block(&mut batch, &commit.block, commit.commit.as_ref(), &commit.execution);
        for reference in &commit.block.batches {
            self.delete(&mut batch, Column::Pending, reference.digest.0.as_bytes());
        }
        self.drop_decided_proposals(&mut batch, height);
        let before = Arc::new(self.take_snapshot());
        let mut lately = self.lately();
        self.commit_batch(batch)?;
        self.set_tip(height);
        remember(&mut lately, &commit.execution);
        drop(lately);
        *self.provable_slot() = Some(before);
        Ok(())
    }

    pub(crate) fn put_block(
        &self,
        batch: &mut WriteBatch,
        block: &Block,
        commit: Option<&Certificate>,
        execution: &Execution,
    ) {
        let height = block.header.height;
        let key = height_key(height);
        self.put(batch, Column::Blocks, &key, &block.encode());
        self.put(batch, Column::Heights, block.digest().0.as_bytes(), &key);
        self.put(batch, Column::Facts, facts::TIP, &key);
        if let Some(certificate) = commit {
            self.put(batch, Column::Commits, &key, &certificate.encode());
        }
        let epoch = block.header.at.epoch;
        if self.validators_of(epoch).is_none() {
            let set = execution.validators.encode();
            self.put(batch, Column::ValidatorSets, &epoch.0.to_be_bytes(), &set);
        }
        self.put_receipts(batch, height, &execution.receipts);
        for (key, value) in &execution.values {
            match value {
                Some(value) => self.put(batch, Column::State, key, value),
                None => self.delete(batch, Column::State, key),
            }
        }
        for (key, record) in &execution.past {
            self.put(batch, Column::Past, key, record);
        }
        for (id, page) in &execution.pages {
            match page {
                Some(page) => self.put(batch, Column::Pages, &id.to_bytes(), page.as_bytes()),
                None => self.delete(batch, Column::Pages, &id.to_bytes()),
            }
        }
    }

    fn put_receipts(&self, batch: &mut WriteBatch, height: Height, receipts: &[Receipt]) {
        let mut all = Vec::new();
        for (place, receipt) in receipts.iter().enumerate() {
            let bytes = receipt.encode();
            // a receipt has at most 64 bytes
            all.push(bytes.len() as u8);
            all.extend(bytes);
            if receipt.outcome.is_decided() {
                let located = [&height_key(height)[..], &(place as u32).to_be_bytes()].concat();
                self.put(batch, Column::Transactions, receipt.transaction.0.as_bytes(), &located);
            }
        }
        self.put(batch, Column::Receipts, &height_key(height), &all);
    }

    /// Stores a verified batch, not synced yet. One that is stored already is not stored again.
    ///
    /// # Errors
    /// If the disk refuses; then nothing is stored, and the process must end.
    pub fn store_batch(&self, signed: &SignedBatch) -> Result<(), Error> {
        let digest = signed.batch.digest();
        if self.read(Column::Batches, digest.0.as_bytes())?.is_some() {
            return Ok(());
        }
        let mut batch = WriteBatch::default();
        self.put(&mut batch, Column::Batches, digest.0.as_bytes(), &signed.encode());
        self.put(&mut batch, Column::Pending, digest.0.as_bytes(), &last_expiry(signed).0.to_be_bytes());
        self.commit_batch(batch)
    }

    /// Stores that this node's batches may have had any number below this, not synced yet: none of them is used again.
    ///
    /// # Errors
    /// If the disk refuses; then nothing is stored, and the process must end.
    pub fn reserve_numbers(&self, below: u64) -> Result<(), Error> {
        let mut batch = WriteBatch::default();
        let next = below.max(self.next_batch()?);
        self.put(&mut batch, Column::Facts, facts::NEXT_BATCH, &next.to_be_bytes());
        self.commit_batch(batch)
    }

    /// The number that the next batch of this folder may have at least; 0 if it has reserved none.
    pub(crate) fn next_batch(&self) -> Result<u64, Error> {
        Ok(self.number_fact(facts::NEXT_BATCH)?.unwrap_or(0))
    }

    /// Removes the batches that no final block listed in time: none of their transactions can take effect any more.
    /// One that an undecided proposal names stays: if that becomes final, others rely on whoever voted for it.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn remove_void_batches(&self, block_time: Timestamp) -> Result<usize, Error> {
        let mut batch = WriteBatch::default();
        let mut count = 0_usize;
        let proposals = self.proposals()?;
        let named: BTreeSet<&[u8]> = proposals
            .iter()
            .flat_map(|proposal| &proposal.block.batches)
            .map(|reference| &reference.digest.0.as_bytes()[..])
            .collect();
        for (digest, expiry) in self.entries(Column::Pending)? {
            let expiry: [u8; 8] = expiry[..]
                .try_into()
                .map_err(|_| self.damage("the expiry of a batch is no number".to_owned()))?;
            if u64::from_be_bytes(expiry) <= block_time.0 && !named.contains(&digest[..]) {
                self.delete(&mut batch, Column::Pending, &digest);
                self.delete(&mut batch, Column::Batches, &digest);
                count = count.saturating_add(1);
            }
        }
        self.commit_batch(batch)?;
        Ok(count)
    }

    /// The validators of an epoch that has a block here.
    #[must_use]
    pub fn validators_of(&self, epoch: Epoch) -> Option<ValidatorSet> {
        self.decoded(Column::ValidatorSets, &epoch.0.to_be_bytes())
    }

    /// A version of a DID's record, present or past.
    #[must_use]
    pub fn version(&self, did: Did, version: u64) -> Option<DidRecord> {
        let past = self.decoded(Column::Past, &past_key(did, version));
        let present =
            || read(self, &StateKey::Record(did)).filter(|record: &DidRecord| record.version == version);
        past.or_else(present)
    }

    /// The receipts of a final block, in order.
    #[must_use]
    pub fn receipts(&self, height: Height) -> Option<Vec<Receipt>> {
        let bytes = self.get(Column::Receipts, &height_key(height))?;
        match decode_receipts(&bytes) {
            Some(receipts) => Some(receipts),
            None => panic!("{}", self.damage(format!("the receipts of block {height} cannot be read"))),
        }
    }

    /// Where a transaction was decided, if it was.
    #[must_use]
    pub fn locate(&self, id: TransactionId) -> Option<Located> {
        let bytes = self.get(Column::Transactions, id.0.as_bytes())?;
        let (height, place) = bytes.split_first_chunk::<8>()?;
        let place: [u8; 4] = place.try_into().ok()?;
        Some(Located { height: Height(u64::from_be_bytes(*height)), place: u32::from_be_bytes(place) })
    }
}

/// A block's receipts, each behind its length; none if these are not the bytes of such.
pub(crate) fn decode_receipts(mut rest: &[u8]) -> Option<Vec<Receipt>> {
    let mut receipts = Vec::new();
    while let Some((length, after)) = rest.split_first() {
        let (bytes, after) = after.split_at_checked(usize::from(*length))?;
        receipts.push(Receipt::decode(bytes).ok()?);
        rest = after;
    }
    Some(receipts)
}

/// From when on no transaction of a batch can be decided.
fn last_expiry(signed: &SignedBatch) -> Timestamp {
    let expiries = signed.batch.transactions.iter().map(|signed| signed.transaction.expires);
    expiries.max().unwrap_or_default()
}

/// What a block changed is what the next one reads.
fn remember(lately: &mut Lately, execution: &Execution) {
    for (key, value) in &execution.values {
        match value {
            Some(value) => lately.values.insert(key.clone(), value.clone()),
            None => lately.values.remove(key),
        }
    }
    for (id, page) in &execution.pages {
        match page {
            Some(page) => lately.pages.insert(*id, page.clone()),
            None => lately.pages.remove(id),
        }
    }
}

impl Pages for Store {
    fn page(&self, id: &PageId) -> Option<Page> {
        let mut lately = self.lately();
        if let Some(page) = lately.pages.get(id) {
            return Some(page);
        }
        let bytes = self.get(Column::Pages, &id.to_bytes())?;
        match Page::decode(&bytes) {
            Ok(page) => {
                lately.pages.insert(*id, page.clone());
                Some(page)
            }
            Err(error) => panic!("{}", self.damage(format!("a page of the tree: {error}"))),
        }
    }
}

impl StateRead for Store {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        let mut lately = self.lately();
        let key = key.to_vec();
        if let Some(value) = lately.values.get(&key) {
            return Some(value);
        }
        let value = self.get(Column::State, &key)?;
        lately.values.insert(key, value.clone());
        Some(value)
    }
}

impl ChainStore for Store {
    fn block_at(&self, height: Height) -> Option<Block> {
        self.decoded(Column::Blocks, &height_key(height))
    }

    fn block(&self, digest: BlockDigest) -> Option<Block> {
        self.block_at(self.height_of(digest)?)
    }

    fn batch(&self, digest: BatchDigest) -> Option<Arc<SignedBatch>> {
        self.decoded(Column::Batches, digest.0.as_bytes()).map(Arc::new)
    }

    fn commit_at_or_below(&self, height: Height) -> Option<(Height, Certificate)> {
        self.nearest_commit(height, true)
    }

    fn commit_at_or_above(&self, height: Height) -> Option<(Height, Certificate)> {
        self.nearest_commit(height, false)
    }

    fn epoch_end(&self, epoch: Epoch) -> Option<EpochEnd> {
        self.decoded(Column::EpochEnds, &epoch.0.to_be_bytes())
    }
}

impl Store {
    fn nearest_commit(&self, height: Height, below: bool) -> Option<(Height, Certificate)> {
        let (key, bytes) = self.nearest(Column::Commits, &height_key(height), below)?;
        let found = key[..].try_into().map(u64::from_be_bytes).ok();
        match found.zip(Certificate::decode(&bytes).ok()) {
            Some((height, certificate)) => Some((Height(height), certificate)),
            None => panic!("{}", self.damage("a Commit certificate cannot be read".to_owned())),
        }
    }
}
