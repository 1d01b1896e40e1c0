//! A simulated disk: a log of entries, of which a crash keeps what was synced and some of the rest, in order.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use realdid_consensus::{Folder, Outcome, Record, Recovered as ForConsensus};
use realdid_crypto::Digest;
use realdid_merkle::{Page, PageId, Pages};
use realdid_replica::{Commit, Recovered};
use realdid_state::{MemoryStore, Receipt, StateRead, ValidatorSets, genesis_state, read};
use realdid_sync::ChainStore;
use realdid_types::{
    BatchDigest, Block, BlockDigest, Certificate, Epoch, EpochEnd, EpochView, Genesis, Height, Proposal,
    SignedBatch, ValidatorSet, View, Vote, VoteKind, VoteStatement,
};

/// One atomic write.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Votes and records of consensus.
    Consensus(Vec<Vote>, Vec<Record>),
    /// A batch.
    Batch(Arc<SignedBatch>),
    /// Numbers of own batches that are not to be used again: those below this.
    Numbers(u64),
    /// A final block.
    Commit(Arc<Commit>),
}

/// Everything that storage remembers.
#[derive(Clone, Debug)]
pub struct Image {
    never_voted: bool,
    voted: bool,
    pub(crate) votes: Vec<Vote>,
    pub(crate) certificates: Vec<Certificate>,
    proposals: Vec<Proposal>,
    lead_mark: EpochView,
    wiped_bound: EpochView,
    pub(crate) epoch_ends: BTreeMap<Epoch, EpochEnd>,
    pub(crate) blocks: Vec<Block>,
    digests: BTreeMap<BlockDigest, Height>,
    pub(crate) commits: BTreeMap<Height, Certificate>,
    pub(crate) batches: BTreeMap<BatchDigest, Arc<SignedBatch>>,
    pub(crate) receipts: Vec<Vec<Receipt>>,
    pub(crate) state: MemoryStore,
    outcome: Outcome,
    alarm: Option<realdid_consensus::Alarm>,
    next_batch: u64,
}

/// What survives of a disk.
#[derive(Clone, Debug)]
pub struct Disk {
    synced: Image,
    unsynced: VecDeque<Entry>,
    durable: u64,
}

impl Image {
    /// A folder that holds genesis. `never_voted` is the mark of a key that was made for it.
    pub fn new(genesis: &Genesis, never_voted: bool) -> Self {
        let execution = genesis_state(genesis).expect("a valid genesis");
        let mut state = MemoryStore::default();
        state.commit(&execution);
        let block = genesis.block().expect("a valid genesis");
        Self {
            never_voted,
            voted: false,
            votes: Vec::new(),
            certificates: Vec::new(),
            proposals: Vec::new(),
            lead_mark: EpochView::default(),
            wiped_bound: EpochView::default(),
            epoch_ends: BTreeMap::new(),
            digests: BTreeMap::from([(block.digest(), Height(0))]),
            blocks: vec![block],
            commits: BTreeMap::new(),
            batches: BTreeMap::new(),
            receipts: vec![Vec::new()],
            state,
            outcome: Outcome { root: execution.root, next: execution.next_validators },
            alarm: None,
            next_batch: 0,
        }
    }

    /// Applies one write.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Consensus(votes, records) => {
                self.never_voted &= votes.is_empty();
                self.voted |= !votes.is_empty();
                self.votes.extend(votes.iter().cloned());
                records.iter().for_each(|record| self.apply_record(record));
            }
            Entry::Batch(batch) => {
                self.batches.insert(batch.batch.digest(), batch.clone());
            }
            Entry::Numbers(below) => self.next_batch = self.next_batch.max(*below),
            Entry::Commit(commit) => self.apply_commit(commit),
        }
    }

    fn apply_record(&mut self, record: &Record) {
        match record {
            Record::Certificate(certificate) => self.apply_certificate(certificate),
            Record::Proposal(proposal) => self.proposals.push((**proposal).clone()),
            Record::LeadMark(at) => self.lead_mark = self.lead_mark.max(*at),
            Record::WipedBound(bound) => self.wiped_bound = self.wiped_bound.max(*bound),
            Record::EpochEnd(end) => self.apply_epoch_end(end),
            Record::Alarm(alarm) => self.alarm = Some(alarm.clone()),
        }
    }

    fn apply_certificate(&mut self, certificate: &Certificate) {
        let statement = certificate.statement;
        if self.certificates.iter().any(|known| known.statement == statement) {
            return;
        }
        self.certificates.push(certificate.clone());
        if statement.kind == VoteKind::Commit {
            self.let_go(|at| at >= statement.at);
            if let Some(height) = self.digests.get(&statement.block) {
                self.commits.insert(*height, certificate.clone());
            }
        }
    }

    fn apply_epoch_end(&mut self, end: &EpochEnd) {
        let epoch = end.commit.statement.at.epoch;
        self.epoch_ends.insert(epoch, end.clone());
        self.let_go(|at| at.epoch > epoch);
        self.proposals.retain(|proposal| proposal.block.header.at.epoch > epoch);
    }

    /// Lets go of votes and certificates below the floor.
    fn let_go(&mut self, keep: impl Fn(EpochView) -> bool) {
        self.votes.retain(|vote| keep(vote.statement.at));
        self.certificates.retain(|certificate| keep(certificate.statement.at));
    }

    fn apply_commit(&mut self, commit: &Commit) {
        let height = commit.block.header.height;
        assert_eq!(height.0 as usize, self.blocks.len(), "blocks are committed in height order");
        self.digests.insert(commit.block.digest(), height);
        self.blocks.push(commit.block.clone());
        self.receipts.push(commit.execution.receipts.clone());
        if let Some(certificate) = &commit.commit {
            self.commits.insert(height, certificate.clone());
        }
        self.proposals.retain(|proposal| proposal.block.header.height > height);
        self.state.commit(&commit.execution);
        self.outcome =
            Outcome { root: commit.execution.root, next: commit.execution.next_validators.clone() };
    }

    /// Whether everything is here that must be on disk before a vote may leave; what the floor let go is not missed.
    ///
    /// # Errors
    /// Names what is not.
    pub fn backs(&self, vote: &VoteStatement) -> Result<(), &'static str> {
        let at = vote.at;
        let certificate = |kind: Option<VoteKind>, view: View| {
            let of_view = self.certificates.iter().filter(|one| one.statement.at.epoch == at.epoch);
            of_view
                .filter(|one| kind.is_none_or(|kind| one.statement.kind == kind))
                .any(|one| one.statement.at.view == view)
        };
        let commits = self.certificates.iter().filter(|one| one.statement.kind == VoteKind::Commit);
        let is_let_go = commits.map(|one| one.statement.at).max() >= Some(at)
            || self.epoch_ends.last_key_value().is_some_and(|(epoch, _)| *epoch >= at.epoch);
        if is_let_go {
            return Ok(());
        }
        let proposal = || self.proposals.iter().find(|proposal| proposal.block.digest() == vote.block);
        let held = |proposal: &Proposal| {
            proposal.block.batches.iter().all(|batch| self.batches.contains_key(&batch.digest))
        };
        if !self.votes.iter().any(|known| known.statement == *vote) {
            Err("the vote")
        } else if vote.kind == VoteKind::Commit {
            certificate(Some(VoteKind::Prepare), at.view).then_some(()).ok_or("the Prepare certificate")
        } else if at.view > View(1) && !certificate(None, at.view.previous()) {
            Err("the certificate by which the view was entered")
        } else if vote.kind == VoteKind::Prepare && !proposal().is_some_and(held) {
            Err("the proposal with its batches")
        } else {
            Ok(())
        }
    }

    /// From which view on a validator votes that lost its disk.
    pub fn wiped_bound(&self) -> EpochView {
        self.wiped_bound
    }

    /// Up to which view a proposal may leave.
    pub fn lead_mark(&self) -> EpochView {
        self.lead_mark
    }

    /// The newest final height.
    pub fn height(&self) -> Height {
        Height(self.blocks.len() as u64 - 1)
    }

    /// What a process that starts on this folder goes on from.
    pub fn recover(&self, genesis: &Genesis, nonce: Digest) -> Recovered {
        let (epoch, validators, start) = self.epoch(genesis);
        let folder = if self.never_voted {
            Folder::NeverVoted
        } else if self.voted || self.wiped_bound > EpochView::default() {
            Folder::Voted
        } else {
            Folder::Wiped
        };
        let final_batches: std::collections::BTreeSet<BatchDigest> = self
            .blocks
            .iter()
            .flat_map(|block| block.batches.iter().map(|reference| reference.digest))
            .collect();
        let pending = self.batches.iter().filter(|(digest, _)| !final_batches.contains(*digest));
        let consensus = ForConsensus {
            epoch,
            validators,
            start,
            epoch_end: self.epoch_ends.values().next_back().cloned(),
            tip: self.blocks.last().expect("genesis at least").clone(),
            outcome: self.outcome.clone(),
            votes: self.votes.clone(),
            certificates: self.certificates.clone(),
            proposals: self.proposals.clone(),
            lead_mark: self.lead_mark,
            wiped_bound: self.wiped_bound,
            folder,
            nonce,
            alarm: self.alarm.clone(),
        };
        let batches = pending.map(|(_, batch)| batch.clone()).collect();
        Recovered { consensus, batches, next_batch: self.next_batch }
    }

    fn epoch(&self, genesis: &Genesis) -> (Epoch, Arc<ValidatorSet>, BlockDigest) {
        match self.epoch_ends.values().next_back() {
            None => {
                let set = genesis.validator_set().expect("a valid genesis");
                (Epoch(0), Arc::new(set), self.blocks[0].digest())
            }
            Some(end) => {
                let barrier = end.barrier().expect("a proof with headers");
                let sets: ValidatorSets =
                    read(&self.state, &realdid_state::StateKey::ValidatorSets).expect("validator sets");
                let epoch = end.commit.statement.at.epoch.next();
                let set = if sets.epoch == epoch { sets.current } else { sets.next };
                (epoch, Arc::new(set), barrier.digest())
            }
        }
    }
}

impl Disk {
    pub fn new(image: Image) -> Self {
        Self { synced: image, unsynced: VecDeque::new(), durable: 0 }
    }

    /// What a crash cannot take.
    pub fn synced(&self) -> &Image {
        &self.synced
    }

    /// Appends a write.
    pub fn write(&mut self, entry: Entry) {
        self.unsynced.push_back(entry);
    }

    /// How many writes there were.
    pub fn written(&self) -> u64 {
        self.durable + self.unsynced.len() as u64
    }

    /// How many of them would be lost now.
    pub fn unsynced(&self) -> u64 {
        self.unsynced.len() as u64
    }

    /// Makes the first `writes` durable.
    pub fn sync(&mut self, writes: u64) {
        while self.durable < writes
            && let Some(entry) = self.unsynced.pop_front()
        {
            self.synced.apply(&entry);
            self.durable += 1;
        }
    }

    /// Loses everything after the synced part and `kept` more writes.
    pub fn crash(&mut self, kept: u64) -> Image {
        self.sync(self.durable + kept);
        self.unsynced.clear();
        self.synced.clone()
    }
}

impl Pages for Image {
    fn page(&self, id: &PageId) -> Option<Page> {
        self.state.page(id)
    }
}

impl StateRead for Image {
    fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.state.value(key)
    }
}

impl ChainStore for Image {
    fn block_at(&self, height: Height) -> Option<Block> {
        self.blocks.get(usize::try_from(height.0).ok()?).cloned()
    }

    fn block(&self, digest: BlockDigest) -> Option<Block> {
        self.block_at(*self.digests.get(&digest)?)
    }

    fn batch(&self, digest: BatchDigest) -> Option<Arc<SignedBatch>> {
        self.batches.get(&digest).cloned()
    }

    fn commit_at_or_below(&self, height: Height) -> Option<(Height, Certificate)> {
        self.commits.range(..=height).next_back().map(|(height, commit)| (*height, commit.clone()))
    }

    fn commit_at_or_above(&self, height: Height) -> Option<(Height, Certificate)> {
        self.commits.range(height..).next().map(|(height, commit)| (*height, commit.clone()))
    }

    fn epoch_end(&self, epoch: Epoch) -> Option<EpochEnd> {
        self.epoch_ends.get(&epoch).cloned()
    }
}
