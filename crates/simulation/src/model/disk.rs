//! A validator's disk: what survives a crash for certain, and writes of which a crash keeps the first few.

use std::{
    collections::VecDeque,
    hash::{Hash, Hasher},
};

use realdid_consensus::{Alarm, Folder, Outcome, Record, Recovered};
use realdid_crypto::{Context, Digest, digest};
use realdid_types::{Block, Certificate, Epoch, EpochView, Proposal, Vote, VoteKind};

use super::network::Network;

/// One atomic write.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Votes and records of consensus; the engine waits for its sync if there is a number.
    Consensus { waits: Option<u64>, votes: Vec<Vote>, records: Vec<Record> },
    /// A final block with its outcome.
    Final(Box<Block>, Outcome),
}

/// What is durable, and what is written after it.
#[derive(Clone, Debug)]
pub struct Disk {
    durable: Image,
    pub queue: VecDeque<Entry>,
}

#[derive(Clone, Debug)]
struct Image {
    folder: Folder,
    votes: Vec<Vote>,
    certificates: Vec<Certificate>,
    proposals: Vec<Proposal>,
    lead_mark: EpochView,
    wiped_bound: EpochView,
    tip: Block,
    outcome: Outcome,
    alarm: Option<Alarm>,
}

impl Disk {
    /// A folder that holds genesis.
    pub fn new(network: &Network, folder: Folder) -> Self {
        let durable = Image {
            folder,
            votes: Vec::new(),
            certificates: Vec::new(),
            proposals: Vec::new(),
            lead_mark: EpochView::default(),
            wiped_bound: EpochView::default(),
            tip: network.genesis.clone(),
            outcome: network.outcome(&network.genesis),
            alarm: None,
        };
        Self { durable, queue: VecDeque::new() }
    }

    /// Makes writes durable up to the next one that the engine waits for, and returns what it waits for.
    pub fn sync(&mut self) -> Option<(u64, Vec<Vote>)> {
        while let Some(entry) = self.queue.pop_front() {
            self.durable.apply(&entry);
            if let Entry::Consensus { waits: Some(id), votes, .. } = entry {
                return Some((id, votes));
            }
        }
        None
    }

    /// Whether the engine waits for a write.
    pub fn is_waited_for(&self) -> bool {
        self.queue.iter().any(|entry| matches!(entry, Entry::Consensus { waits: Some(_), .. }))
    }

    /// Loses all but the first `kept` writes that are not durable.
    pub fn crash(&mut self, kept: usize) {
        for entry in self.queue.drain(..).take(kept) {
            self.durable.apply(&entry);
        }
    }

    /// The newest view that is durably final.
    pub fn floor(&self) -> EpochView {
        let commits = self.durable.certificates.iter().filter(|one| one.statement.kind == VoteKind::Commit);
        commits.map(|one| one.statement.at).max().unwrap_or_default()
    }

    /// What the validator's process number `life` starts from.
    pub fn recover(&self, network: &Network, life: u8) -> Recovered {
        let image = &self.durable;
        Recovered {
            epoch: Epoch(0),
            validators: network.set.clone(),
            start: network.genesis.digest(),
            epoch_end: None,
            tip: image.tip.clone(),
            outcome: image.outcome.clone(),
            votes: image.votes.clone(),
            certificates: image.certificates.clone(),
            proposals: image.proposals.clone(),
            lead_mark: image.lead_mark,
            wiped_bound: image.wiped_bound,
            folder: image.folder,
            nonce: nonce(life),
            alarm: image.alarm.clone(),
        }
    }

    pub fn fingerprint<H: Hasher>(&self, hasher: &mut H) {
        let image = &self.durable;
        (image.folder as u8, image.lead_mark, image.wiped_bound, image.tip.digest()).hash(hasher);
        hash_sorted(image.votes.iter().map(|vote| vote.statement).collect(), hasher);
        hash_sorted(image.certificates.iter().map(|one| one.statement).collect(), hasher);
        hash_sorted(image.proposals.iter().map(|proposal| proposal.block.digest()).collect(), hasher);
        for entry in &self.queue {
            match entry {
                Entry::Final(block, _) => block.digest().hash(hasher),
                Entry::Consensus { waits, votes, records } => {
                    waits.is_some().hash(hasher);
                    votes.iter().for_each(|vote| vote.statement.hash(hasher));
                    records.iter().for_each(|record| hash_record(record, hasher));
                }
            }
        }
    }
}

impl Image {
    fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Consensus { votes, records, .. } => {
                if !votes.is_empty() {
                    self.folder = Folder::Voted;
                }
                self.votes.extend(votes.iter().cloned());
                records.iter().for_each(|record| self.apply_record(record));
            }
            Entry::Final(block, outcome) => {
                self.proposals.retain(|proposal| proposal.block.header.height > block.header.height);
                self.tip = (**block).clone();
                self.outcome = outcome.clone();
            }
        }
    }

    fn apply_record(&mut self, record: &Record) {
        match record {
            Record::Certificate(certificate) => self.apply_certificate(certificate),
            Record::Proposal(proposal) => self.proposals.push((**proposal).clone()),
            Record::LeadMark(at) => self.lead_mark = self.lead_mark.max(*at),
            Record::WipedBound(bound) => {
                self.wiped_bound = self.wiped_bound.max(*bound);
                self.folder = Folder::Voted;
            }
            Record::Alarm(alarm) => self.alarm = Some(alarm.clone()),
            Record::EpochEnd(_) => unreachable!("no block of a model changes the validators"),
        }
    }

    fn apply_certificate(&mut self, certificate: &Certificate) {
        let statement = certificate.statement;
        if self.certificates.iter().any(|known| known.statement == statement) {
            return;
        }
        self.certificates.push(certificate.clone());
        if statement.kind == VoteKind::Commit {
            let keep = |at: EpochView| at >= statement.at;
            self.votes.retain(|vote| keep(vote.statement.at));
            self.certificates.retain(|certificate| keep(certificate.statement.at));
        }
    }
}

/// Makes the questions of a process different from those of the one before.
pub fn nonce(life: u8) -> Digest {
    digest(Context::Probe, &[life])
}

fn hash_record<H: Hasher>(record: &Record, hasher: &mut H) {
    match record {
        Record::Certificate(certificate) => certificate.statement.hash(hasher),
        Record::Proposal(proposal) => proposal.block.digest().hash(hasher),
        Record::LeadMark(at) => (1_u8, at).hash(hasher),
        Record::WipedBound(at) => (2_u8, at).hash(hasher),
        Record::Alarm(_) | Record::EpochEnd(_) => 3_u8.hash(hasher),
    }
}

fn hash_sorted<T: Ord + Hash, H: Hasher>(mut things: Vec<T>, hasher: &mut H) {
    things.sort_unstable();
    things.hash(hasher);
}
