//! What consensus remembers over a restart: votes, certificates, proposals, marks and bounds.
//!
//! How long each is kept is a rule of the protocol. A Commit certificate lets votes and certificates of lower views
//! go. A proposal stays until a block of its height is stored as final, or its epoch is over: if everybody crashes
//! between a Commit certificate and the blocks that it makes final, nobody else has them.

use std::collections::BTreeSet;

use realdid_consensus::Record;
use realdid_types::{
    BlockDigest, Certificate, Epoch, EpochEnd, EpochView, Height, Proposal, Vote, VoteKind, VoteStatement,
    Wire,
};
use rocksdb::WriteBatch;

use crate::{
    Column, Error, Store, alarm,
    store::{facts, height_key},
};

/// Names of what is stored, so that letting go touches nothing else.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    votes: BTreeSet<(EpochView, VoteKind)>,
    certificates: BTreeSet<(EpochView, VoteKind, BlockDigest)>,
    proposals: BTreeSet<(Height, Epoch, BlockDigest)>,
    lead_mark: EpochView,
    wiped_bound: EpochView,
}

impl Store {
    /// Stores own votes and what goes with them in one write, not synced yet.
    ///
    /// # Errors
    /// If the disk refuses; then nothing is stored, and the process must end.
    pub fn write(&self, votes: &[Vote], records: &[Record]) -> Result<(), Error> {
        let mut kept = self.kept();
        let mut batch = WriteBatch::default();
        if !votes.is_empty() {
            self.delete(&mut batch, Column::Facts, facts::NEVER_VOTED);
            self.put(&mut batch, Column::Facts, facts::VOTED, &[]);
        }
        for vote in votes {
            let (at, kind) = (vote.statement.at, vote.statement.kind);
            kept.votes.insert((at, kind));
            self.put(&mut batch, Column::Votes, &vote_key(at, kind), &vote.encode());
        }
        for record in records {
            self.write_record(&mut kept, &mut batch, record);
        }
        self.commit_batch(batch)
    }

    fn write_record(&self, kept: &mut Kept, batch: &mut WriteBatch, record: &Record) {
        match record {
            Record::Certificate(certificate) => self.write_certificate(kept, batch, certificate),
            Record::Proposal(proposal) => {
                let name = proposal_name(proposal);
                kept.proposals.insert(name);
                self.put(batch, Column::Proposals, &proposal_key(name), &proposal.encode());
            }
            Record::LeadMark(at) => {
                kept.lead_mark = kept.lead_mark.max(*at);
                self.put(batch, Column::Facts, facts::LEAD_MARK, &view_key(kept.lead_mark));
            }
            Record::WipedBound(at) => {
                kept.wiped_bound = kept.wiped_bound.max(*at);
                self.put(batch, Column::Facts, facts::WIPED_BOUND, &view_key(kept.wiped_bound));
            }
            Record::EpochEnd(end) => self.write_epoch_end(kept, batch, end),
            Record::Alarm(alarm) => self.put(batch, Column::Facts, facts::ALARM, &alarm::encode(alarm)),
        }
    }

    fn write_certificate(&self, kept: &mut Kept, batch: &mut WriteBatch, certificate: &Certificate) {
        let statement = certificate.statement;
        let name = (statement.at, statement.kind, statement.block);
        if !kept.certificates.insert(name) {
            return;
        }
        let bytes = certificate.encode();
        self.put(batch, Column::Certificates, &certificate_key(&statement), &bytes);
        if statement.kind == VoteKind::Commit {
            self.let_go(kept, batch, |at| at >= statement.at);
            if let Some(height) = self.height_of(statement.block) {
                self.put(batch, Column::Commits, &height_key(height), &bytes);
            }
        }
    }

    fn write_epoch_end(&self, kept: &mut Kept, batch: &mut WriteBatch, end: &EpochEnd) {
        let epoch = end.commit.statement.at.epoch;
        self.put(batch, Column::EpochEnds, &epoch.0.to_be_bytes(), &end.encode());
        self.let_go(kept, batch, |at| at.epoch > epoch);
        self.drop_proposals(kept, batch, |(_, of, _)| of > epoch);
    }

    fn let_go(&self, kept: &mut Kept, batch: &mut WriteBatch, keep: impl Fn(EpochView) -> bool) {
        kept.votes.retain(|(at, kind)| {
            let keeps = keep(*at);
            if !keeps {
                self.delete(batch, Column::Votes, &vote_key(*at, *kind));
            }
            keeps
        });
        kept.certificates.retain(|(at, kind, block)| {
            let keeps = keep(*at);
            if !keeps {
                let statement = VoteStatement { kind: *kind, at: *at, block: *block };
                self.delete(batch, Column::Certificates, &certificate_key(&statement));
            }
            keeps
        });
    }

    /// Lets go of the proposals whose height is decided.
    pub(crate) fn drop_decided_proposals(&self, batch: &mut WriteBatch, decided: Height) {
        self.drop_proposals(&mut self.kept(), batch, |(height, _, _)| height > decided);
    }

    fn drop_proposals(
        &self,
        kept: &mut Kept,
        batch: &mut WriteBatch,
        keep: impl Fn((Height, Epoch, BlockDigest)) -> bool,
    ) {
        kept.proposals.retain(|name| {
            let keeps = keep(*name);
            if !keeps {
                self.delete(batch, Column::Proposals, &proposal_key(*name));
            }
            keeps
        });
    }

    /// Own votes above the floor.
    pub(crate) fn votes(&self) -> Result<Vec<Vote>, Error> {
        self.all(Column::Votes)
    }

    /// Certificates from the floor on.
    pub(crate) fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        self.all(Column::Certificates)
    }

    /// Proposals that are not decided yet.
    pub(crate) fn proposals(&self) -> Result<Vec<Proposal>, Error> {
        self.all(Column::Proposals)
    }

    pub(crate) fn lead_mark(&self) -> EpochView {
        self.kept().lead_mark
    }

    pub(crate) fn wiped_bound(&self) -> EpochView {
        self.kept().wiped_bound
    }

    /// Reads the names of everything kept.
    pub(crate) fn read_kept(&self) -> Result<Kept, Error> {
        let mut kept = Kept {
            lead_mark: self.view_fact(facts::LEAD_MARK)?,
            wiped_bound: self.view_fact(facts::WIPED_BOUND)?,
            ..Kept::default()
        };
        kept.votes.extend(self.votes()?.iter().map(|vote| (vote.statement.at, vote.statement.kind)));
        kept.certificates.extend(self.certificates()?.iter().map(|certificate| {
            let statement = certificate.statement;
            (statement.at, statement.kind, statement.block)
        }));
        kept.proposals.extend(self.proposals()?.iter().map(proposal_name));
        Ok(kept)
    }

    pub(crate) fn view_fact(&self, name: &[u8]) -> Result<EpochView, Error> {
        let Some(bytes) = self.read(Column::Facts, name)? else { return Ok(EpochView::default()) };
        let numbers: [u8; 16] = bytes
            .try_into()
            .map_err(|_| self.damage(format!("{} is no view", String::from_utf8_lossy(name))))?;
        let (epoch, view) = numbers.split_at(8);
        let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap_or_default());
        Ok(EpochView::new(Epoch(number(epoch)), realdid_types::View(number(view))))
    }
}

pub(crate) fn proposal_name(proposal: &Proposal) -> (Height, Epoch, BlockDigest) {
    let header = &proposal.block.header;
    (header.height, header.at.epoch, header.digest())
}

fn view_key(at: EpochView) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&at.epoch.0.to_be_bytes());
    key[8..].copy_from_slice(&at.view.0.to_be_bytes());
    key
}

const fn kind_number(kind: VoteKind) -> u8 {
    match kind {
        VoteKind::Prepare => 1,
        VoteKind::Commit => 2,
        VoteKind::Skip => 3,
    }
}

pub(crate) fn vote_key(at: EpochView, kind: VoteKind) -> Vec<u8> {
    [&view_key(at)[..], &[kind_number(kind)]].concat()
}

pub(crate) fn certificate_key(statement: &VoteStatement) -> Vec<u8> {
    [&vote_key(statement.at, statement.kind)[..], statement.block.0.as_bytes()].concat()
}

pub(crate) fn proposal_key((height, epoch, block): (Height, Epoch, BlockDigest)) -> Vec<u8> {
    [&height_key(height)[..], &epoch.0.to_be_bytes(), block.0.as_bytes()].concat()
}
