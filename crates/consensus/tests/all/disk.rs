//! What a validator's disk holds, and what a process starts from.

use realdid_consensus::{Alarm, Folder, Outcome, Record, Recovered};
use realdid_crypto::{Context, Digest, digest};
use realdid_types::{Block, Certificate, Epoch, EpochEnd, EpochView, Proposal, Vote, VoteKind};

use crate::network::{Network, root_after};

/// Everything durable.
#[derive(Clone, Debug)]
pub struct Disk {
    pub folder: Folder,
    pub votes: Vec<Vote>,
    pub certificates: Vec<Certificate>,
    pub proposals: Vec<Proposal>,
    pub lead_mark: EpochView,
    pub wiped_bound: EpochView,
    pub tip: Block,
    pub outcome: Outcome,
    pub epoch_end: Option<EpochEnd>,
    pub alarm: Option<Alarm>,
    lives: u8,
}

impl Disk {
    /// Holds genesis, and says this of the past.
    pub fn new(network: &Network, folder: Folder) -> Self {
        Self {
            folder,
            votes: Vec::new(),
            certificates: Vec::new(),
            proposals: Vec::new(),
            lead_mark: EpochView::default(),
            wiped_bound: EpochView::default(),
            tip: network.genesis.clone(),
            outcome: Outcome { root: root_after(&network.genesis), next: network.set.clone() },
            epoch_end: None,
            alarm: None,
            lives: 0,
        }
    }

    pub fn store(&mut self, votes: &[Vote], records: &[Record]) {
        if !votes.is_empty() {
            self.folder = Folder::Voted;
        }
        self.votes.extend_from_slice(votes);
        for record in records {
            match record {
                Record::Certificate(certificate) => self.store_certificate(certificate),
                Record::Proposal(proposal) => self.proposals.push((**proposal).clone()),
                Record::LeadMark(mark) => self.lead_mark = self.lead_mark.max(*mark),
                Record::WipedBound(bound) => {
                    self.wiped_bound = self.wiped_bound.max(*bound);
                    self.folder = Folder::Voted;
                }
                Record::EpochEnd(end) => self.epoch_end = Some((**end).clone()),
                Record::Alarm(alarm) => self.alarm = Some(alarm.clone()),
            }
        }
    }

    fn store_certificate(&mut self, certificate: &Certificate) {
        let floor = certificate.statement.at;
        self.certificates.push(certificate.clone());
        if certificate.statement.kind == VoteKind::Commit {
            self.votes.retain(|vote| vote.statement.at > floor);
            self.certificates.retain(|kept| kept.statement.at >= floor);
        }
    }

    pub fn store_final(&mut self, block: Block, outcome: Outcome) {
        self.proposals.retain(|proposal| proposal.block.header.height > block.header.height);
        (self.tip, self.outcome) = (block, outcome);
    }

    /// What the next process starts from.
    pub fn recover(&mut self, network: &Network) -> Recovered {
        self.lives += 1;
        let end = self.epoch_end.as_ref();
        let start =
            end.and_then(EpochEnd::barrier).map_or(network.genesis.digest(), |barrier| barrier.digest());
        Recovered {
            epoch: end.map_or(Epoch(0), |end| end.commit.statement.at.epoch.next()),
            validators: self.outcome.next.clone(),
            start,
            epoch_end: self.epoch_end.clone(),
            tip: self.tip.clone(),
            outcome: self.outcome.clone(),
            votes: self.votes.clone(),
            certificates: self.certificates.clone(),
            proposals: self.proposals.clone(),
            lead_mark: self.lead_mark,
            wiped_bound: self.wiped_bound,
            folder: self.folder,
            nonce: self.nonce(),
            alarm: self.alarm.clone(),
        }
    }

    /// The nonce of the questions of the present process.
    pub fn nonce(&self) -> Digest {
        digest(Context::Random, &[self.lives])
    }
}
