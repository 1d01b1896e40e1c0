//! The checks, block by block.

use std::sync::Arc;

use realdid_crypto::Verifier;
use realdid_replica::Commit;
use realdid_state::{Inputs, StateKey, ValidatorSets, execute, read};
use realdid_storage::Store;
use realdid_sync::ChainStore;
use realdid_types::{
    Block, Certificate, Epoch, GenesisDigest, Header, Height, SignedBatch, StateRoot, ValidatorSet, VoteKind,
};

use crate::{Source, SourceError, source::names};

/// What is wrong with a chain, or why it cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// The chain contradicts itself or its validators.
    #[error("block {0}: {1}")]
    Wrong(Height, String),
    /// Something is not shown.
    #[error("block {0}: {1} is not shown")]
    Missing(Height, &'static str),
    /// Everything was checked and holds, but for the newest blocks nobody vouches.
    #[error("block {0}: neither for it nor for a block above it is a certificate shown")]
    Uncertified(Height),
    /// Whoever shows the chain does not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The auditor's own disk.
    #[error(transparent)]
    Store(#[from] realdid_storage::Error),
}

/// How far an audit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The newest block that holds.
    pub height: Height,
    /// The tip that is shown.
    pub tip: Height,
    /// The newest block for which validators vouched.
    pub certified: Height,
    /// Blocks that this run checked.
    pub blocks: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// Certificates that it verified.
    pub certificates: u64,
}

/// An audit under way.
pub struct Audit<'a> {
    own: &'a Store,
    source: &'a dyn Source,
    verifier: &'a dyn Verifier,
    genesis: GenesisDigest,
    progress: Progress,
}

impl<'a> Audit<'a> {
    /// An audit that goes on from the auditor's own ledger, which holds only what it checked.
    pub fn new(own: &'a Store, source: &'a dyn Source, verifier: &'a dyn Verifier) -> Self {
        let certified = own.commit_at_or_below(own.tip()).map_or(Height(0), |(height, _)| height);
        let progress = Progress { height: own.tip(), certified, ..Progress::default() };
        Self { own, source, verifier, genesis: own.genesis().digest(), progress }
    }

    /// Checks up to the tip that is shown now, telling of its progress after each block.
    ///
    /// # Errors
    /// Says what is wrong first.
    pub fn run(&mut self, mut tell: impl FnMut(&Progress)) -> Result<Progress, Finding> {
        self.progress.tip = self.source.tip()?;
        while self.progress.height < self.progress.tip {
            let height = self.progress.height.next();
            self.check_block(height)?;
            self.progress.height = height;
            self.progress.blocks += 1;
            tell(&self.progress);
        }
        self.own.sync()?;
        if self.progress.certified < self.progress.tip {
            return Err(Finding::Uncertified(self.progress.tip));
        }
        Ok(self.progress)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    fn check_block(&mut self, height: Height) -> Result<(), Finding> {
        let wrong = |what: String| Finding::Wrong(height, what);
        let block = self.source.block(height)?.ok_or(Finding::Missing(height, "the block"))?;
        let parent = self.own.block_at(self.progress.height).ok_or(Finding::Missing(height, "its parent"))?;
        let sets: ValidatorSets = read(self.own, &StateKey::ValidatorSets)
            .ok_or_else(|| wrong("the state before it names no validators".to_owned()))?;
        let (set, next) = self.office(&block.header, &parent.header, sets)?;
        check_header(&block.header, &parent.header, &set, &next).map_err(wrong)?;
        let root = StateRoot(self.own.state_root());
        if block.header.state_root != root {
            return Err(wrong(format!(
                "its state root is {}, and executing gives {root}",
                block.header.state_root
            )));
        }
        let batches = self.batches(&block)?;
        let references: Vec<&SignedBatch> = batches.iter().collect();
        let inputs = Inputs {
            genesis: self.genesis,
            header: &block.header,
            batches: &references,
            verifier: self.verifier,
        };
        let execution = execute(&inputs, self.own);
        if self.source.receipts(height)?.as_deref() != Some(&execution.receipts[..]) {
            return Err(wrong("the receipts shown are not those that executing gives".to_owned()));
        }
        let commit = self.certificate(&block, &set)?;
        for batch in &batches {
            self.own.store_batch(batch)?;
        }
        self.progress.transactions += execution.receipts.len() as u64;
        self.own.commit(&Commit { block, commit, execution: Arc::new(execution) })?;
        Ok(())
    }

    /// The validators in office at a block, and those chosen for the epoch after.
    fn office(
        &self,
        header: &Header,
        parent: &Header,
        sets: ValidatorSets,
    ) -> Result<(ValidatorSet, ValidatorSet), Finding> {
        let present = sets.epoch;
        if header.at.epoch == present {
            return Ok((sets.current, sets.next));
        }
        let wrong = |what: String| Finding::Wrong(header.height, what);
        if header.at.epoch != present.next() {
            return Err(wrong(format!("it is of epoch {}, after epoch {present}", header.at.epoch)));
        }
        self.check_epoch_end(present, parent, &sets).map_err(|error| match error {
            EndError::Finding(finding) => finding,
            EndError::Wrong(what) => wrong(what),
        })?;
        Ok((sets.next.clone(), sets.next))
    }

    fn check_epoch_end(&self, epoch: Epoch, barrier: &Header, sets: &ValidatorSets) -> Result<(), EndError> {
        let end = self.source.epoch_end(epoch).map_err(Finding::Source)?;
        let missing = Finding::Missing(barrier.height.next(), "how the epoch before ended");
        let end = end.ok_or(missing)?;
        let chosen = end
            .verify(&sets.current, self.genesis, self.verifier)
            .map_err(|error| EndError::Wrong(format!("the end of epoch {epoch} is not proven: {error}")))?;
        if end.barrier() != Some(barrier) || chosen != sets.next.digest() {
            let set = names(&sets.next);
            return Err(EndError::Wrong(format!(
                "epoch {epoch} did not end with block {} and the set {set}",
                barrier.height
            )));
        }
        Ok(())
    }

    fn batches(&self, block: &Block) -> Result<Vec<SignedBatch>, Finding> {
        let height = block.header.height;
        let wrong = |what: String| Finding::Wrong(height, what);
        if block.header.batches != Block::batches_root(&block.batches) {
            return Err(wrong("its batches are not those that its header names".to_owned()));
        }
        let listed: u64 = block.batches.iter().map(|reference| u64::from(reference.transactions)).sum();
        if listed != u64::from(block.header.transactions) {
            return Err(wrong(format!(
                "it counts {} transactions and lists {listed}",
                block.header.transactions
            )));
        }
        let read = |reference: &realdid_types::BatchReference| {
            let batch = self.source.batch(reference.digest)?;
            let batch = batch.ok_or(Finding::Missing(height, "a batch of it"))?;
            if batch.reference() != *reference {
                return Err(wrong(format!("batch {} is not what the block says", reference.digest)));
            }
            if !batch.verify(self.genesis, self.verifier) {
                return Err(wrong(format!("a signature in batch {} does not hold", reference.digest)));
            }
            Ok(batch)
        };
        block.batches.iter().map(read).collect()
    }

    fn certificate(&mut self, block: &Block, set: &ValidatorSet) -> Result<Option<Certificate>, Finding> {
        let height = block.header.height;
        let Some(certificate) = self.source.certificate(height)? else { return Ok(None) };
        let statement = certificate.statement;
        if statement.kind != VoteKind::Commit
            || statement.block != block.digest()
            || statement.at != block.header.at
        {
            return Err(Finding::Wrong(height, "its certificate is for something else".to_owned()));
        }
        certificate
            .verify(set, self.genesis, self.verifier)
            .map_err(|error| Finding::Wrong(height, format!("its certificate does not hold: {error}")))?;
        self.progress.certificates += 1;
        self.progress.certified = height;
        Ok(Some(certificate))
    }
}

/// Either kind of trouble with the end of an epoch.
enum EndError {
    Finding(Finding),
    Wrong(String),
}

impl From<Finding> for EndError {
    fn from(finding: Finding) -> Self {
        Self::Finding(finding)
    }
}

fn check_header(
    header: &Header,
    parent: &Header,
    set: &ValidatorSet,
    next: &ValidatorSet,
) -> Result<(), String> {
    let starts_epoch = header.at.epoch != parent.at.epoch;
    if header.height != parent.height.next() {
        return Err(format!("it calls itself block {}", header.height));
    }
    if header.parent != parent.digest() {
        return Err("its parent is another block".to_owned());
    }
    if header.at <= parent.at {
        return Err(format!("its view {} does not come after its parent's, {}", header.at, parent.at));
    }
    let parent_view = if starts_epoch { realdid_types::View(0) } else { parent.at.view };
    if header.parent_view != parent_view {
        return Err(format!("it gives its parent's view as {}", header.parent_view));
    }
    if header.time <= parent.time {
        return Err("its time does not come after its parent's".to_owned());
    }
    if header.validators != set.digest() {
        return Err(format!("its validators are not those in office: {}", names(set)));
    }
    if header.next_validators != next.digest() {
        return Err(format!("its next validators are not those chosen: {}", names(next)));
    }
    if set.leader(header.at) != header.proposer {
        return Err(format!("validator {} proposed it out of turn", header.proposer));
    }
    Ok(())
}
