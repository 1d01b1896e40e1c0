//! What a process that starts on a folder goes on from.

use std::sync::Arc;

use realdid_consensus::{Folder, Outcome, Recovered as ForConsensus};
use realdid_crypto::Digest;
use realdid_replica::Recovered;
use realdid_state::{StateKey, ValidatorSets, read};
use realdid_sync::ChainStore;
use realdid_types::{BlockDigest, Epoch, EpochEnd, EpochView, SignedBatch, StateRoot, ValidatorSet};

use crate::{
    Column, Error, Store,
    store::{Entry, facts},
};

impl Store {
    /// Everything that a replica starts from. `nonce` is drawn freshly at this start.
    ///
    /// # Errors
    /// If the folder is damaged or cannot be read.
    pub fn recover(&self, nonce: Digest) -> Result<Recovered, Error> {
        let tip =
            self.block_at(self.tip()).ok_or_else(|| self.damage("its newest block is missing".to_owned()))?;
        let sets: ValidatorSets = read(self, &StateKey::ValidatorSets)
            .ok_or_else(|| self.damage("its state names no validators".to_owned()))?;
        let end: Option<EpochEnd> = self.all(Column::EpochEnds)?.pop();
        let (epoch, validators, start) = self.epoch(end.as_ref(), &sets)?;
        let outcome = Outcome { root: StateRoot(realdid_merkle::root_of(self)), next: Arc::new(sets.next) };
        self.remove_void_batches(tip.header.time)?;
        let consensus = ForConsensus {
            epoch,
            validators,
            start,
            epoch_end: end,
            tip,
            outcome,
            votes: self.votes()?,
            certificates: self.certificates()?,
            proposals: self.proposals()?,
            lead_mark: self.lead_mark(),
            wiped_bound: self.wiped_bound(),
            folder: self.past()?,
            nonce,
            alarm: self.alarm()?,
        };
        Ok(Recovered { consensus, batches: self.pending_batches()?, next_batch: self.next_batch()? })
    }

    fn epoch(
        &self,
        end: Option<&EpochEnd>,
        sets: &ValidatorSets,
    ) -> Result<(Epoch, Arc<ValidatorSet>, BlockDigest), Error> {
        let Some(end) = end else {
            return Ok((
                Epoch(0),
                Arc::new(self.genesis().validator_set()?),
                self.genesis().block()?.digest(),
            ));
        };
        let barrier = end
            .barrier()
            .ok_or_else(|| self.damage("the proof of an epoch's end names no block".to_owned()))?;
        let epoch = end.commit.statement.at.epoch.next();
        let set = if sets.epoch == epoch { sets.current.clone() } else { sets.next.clone() };
        Ok((epoch, Arc::new(set), barrier.digest()))
    }

    fn past(&self) -> Result<Folder, Error> {
        let is_marked = |name| Ok::<_, Error>(self.read(Column::Facts, name)?.is_some());
        Ok(if is_marked(facts::NEVER_VOTED)? {
            Folder::NeverVoted
        } else if is_marked(facts::VOTED)? || self.wiped_bound() > EpochView::default() {
            Folder::Voted
        } else {
            Folder::Wiped
        })
    }

    fn pending_batches(&self) -> Result<Vec<Arc<SignedBatch>>, Error> {
        let pending = self.entries(Column::Pending)?;
        let batch = |(digest, _): &Entry| {
            let found = self.decoded(Column::Batches, digest).map(Arc::new);
            found.ok_or_else(|| self.damage("a batch is missing".to_owned()))
        };
        pending.iter().map(batch).collect()
    }
}
