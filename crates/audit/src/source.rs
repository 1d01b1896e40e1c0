//! Where an auditor reads a chain.

use realdid_state::Receipt;
use realdid_storage::Store;
use realdid_sync::ChainStore;
use realdid_types::{BatchDigest, Block, Certificate, Epoch, EpochEnd, Height, SignedBatch, ValidatorSet};

/// A node that does not answer, or a disk that cannot be read: no finding against the chain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// Somebody who shows a chain. Nothing of it is believed.
pub trait Source {
    /// The height up to which blocks are shown.
    ///
    /// # Errors
    /// If there is no answer.
    fn tip(&self) -> Result<Height, SourceError>;
    /// The block at a height.
    ///
    /// # Errors
    /// If there is no answer.
    fn block(&self, height: Height) -> Result<Option<Block>, SourceError>;
    /// The Commit certificate of the block at a height, if it has one of its own.
    ///
    /// # Errors
    /// If there is no answer.
    fn certificate(&self, height: Height) -> Result<Option<Certificate>, SourceError>;
    /// The receipts of the block at a height.
    ///
    /// # Errors
    /// If there is no answer.
    fn receipts(&self, height: Height) -> Result<Option<Vec<Receipt>>, SourceError>;
    /// A batch.
    ///
    /// # Errors
    /// If there is no answer.
    fn batch(&self, digest: BatchDigest) -> Result<Option<SignedBatch>, SourceError>;
    /// How an epoch ended.
    ///
    /// # Errors
    /// If there is no answer.
    fn epoch_end(&self, epoch: Epoch) -> Result<Option<EpochEnd>, SourceError>;
}

impl Source for Store {
    fn tip(&self) -> Result<Height, SourceError> {
        Ok(Self::tip(self))
    }

    fn block(&self, height: Height) -> Result<Option<Block>, SourceError> {
        Ok(self.block_at(height))
    }

    fn certificate(&self, height: Height) -> Result<Option<Certificate>, SourceError> {
        let found = self.commit_at_or_above(height).filter(|(at, _)| *at == height);
        Ok(found.map(|(_, certificate)| certificate))
    }

    fn receipts(&self, height: Height) -> Result<Option<Vec<Receipt>>, SourceError> {
        Ok(Self::receipts(self, height))
    }

    fn batch(&self, digest: BatchDigest) -> Result<Option<SignedBatch>, SourceError> {
        Ok(ChainStore::batch(self, digest).map(|batch| (*batch).clone()))
    }

    fn epoch_end(&self, epoch: Epoch) -> Result<Option<EpochEnd>, SourceError> {
        Ok(ChainStore::epoch_end(self, epoch))
    }
}

/// Sets are part of the auditor's own state; this is what it compares with.
pub(crate) fn names(set: &ValidatorSet) -> String {
    let organisations = set.iter().map(|validator| validator.organisation.to_string());
    organisations.collect::<Vec<_>>().join(", ")
}
