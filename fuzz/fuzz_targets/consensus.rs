//! One honest validator among three that say anything: it never panics, never grows without bound, and never signs
//! two votes that break the rules, whatever it hears and whenever it crashes.
#![no_main]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use libfuzzer_sys::fuzz_target;
use realdid_consensus::{
    BatchStatus, Batches, Effect, Engine, Folder, Incoming, Input, Now, Outcome, Record, Recovered, Settings,
    Surroundings, Timer,
};
use realdid_crypto::Digest;
use realdid_fuzz::{Choices, Network, Tag, network, sign};
use realdid_types::{
    BatchDigest, BatchReference, Block, BlockDigest, Certificate, Epoch, EpochView, Header, Proposal, Request,
    StateRoot, Timestamp, ValidatorIndex, View, ViewRange, Vote, VoteKind, VoteStatement,
};

const ME: usize = 0;

struct NoBatches;

impl Batches for NoBatches {
    fn status(&self, _: &BatchReference) -> BatchStatus {
        BatchStatus::Missing
    }
    fn select(&self, _: &std::collections::BTreeSet<BatchDigest>) -> Vec<BatchReference> {
        Vec::new()
    }
    fn heard_pending(&self, _: &std::collections::BTreeSet<BatchDigest>) -> bool {
        false
    }
    fn announced_pending(&self, _: &std::collections::BTreeSet<BatchDigest>) -> bool {
        false
    }
}

struct Machine {
    network: Network,
    engine: Engine,
    now: Duration,
    timers: Vec<Timer>,
    /// Writes that were asked for and not synced: number and votes.
    unsynced: Vec<(u64, Vec<Vote>, Vec<Record>)>,
    votes: Vec<Vote>,
    records: Vec<Record>,
    sent: BTreeMap<EpochView, BTreeMap<VoteKind, BlockDigest>>,
    known: Vec<Block>,
    root: StateRoot,
}

impl Machine {
    fn recovered(network: &Network, votes: &[Vote], records: &[Record]) -> Recovered {
        let mut recovered = Recovered {
            epoch: Epoch(0),
            validators: Arc::new(network.set.clone()),
            start: network.genesis.header().unwrap().digest(),
            epoch_end: None,
            tip: network.genesis.block().unwrap(),
            outcome: Outcome { root: StateRoot::ZERO, next: Arc::new(network.set.clone()) },
            votes: votes.to_vec(),
            certificates: Vec::new(),
            proposals: Vec::new(),
            lead_mark: EpochView::default(),
            wiped_bound: EpochView::default(),
            folder: Folder::NeverVoted,
            nonce: Digest::ZERO,
            alarm: None,
        };
        for record in records {
            match record {
                Record::Certificate(certificate) => recovered.certificates.push(certificate.clone()),
                Record::Proposal(proposal) => recovered.proposals.push((**proposal).clone()),
                Record::LeadMark(at) => recovered.lead_mark = recovered.lead_mark.max(*at),
                Record::WipedBound(bound) => recovered.wiped_bound = recovered.wiped_bound.max(*bound),
                Record::EpochEnd(_) => {}
                Record::Alarm(alarm) => recovered.alarm = Some(alarm.clone()),
            }
        }
        recovered
    }

    fn start(network: Network) -> Self {
        let settings = Settings {
            genesis: network.genesis.digest(),
            me: network.keys[ME],
            max_idle: Duration::from_secs(1),
        };
        let engine = Engine::recover(settings, Self::recovered(&network, &[], &[]));
        let known = vec![network.genesis.block().unwrap()];
        Self {
            network,
            engine,
            now: Duration::ZERO,
            timers: Vec::new(),
            unsynced: Vec::new(),
            votes: Vec::new(),
            records: Vec::new(),
            sent: BTreeMap::new(),
            known,
            root: StateRoot::ZERO,
        }
    }

    /// A crash keeps the first `kept` of the unsynced writes.
    fn restart(&mut self, kept: usize) {
        for (_, votes, records) in self.unsynced.drain(..).take(kept).collect::<Vec<_>>() {
            self.votes.extend(votes);
            self.records.extend(records);
        }
        self.unsynced.clear();
        self.timers.clear();
        let settings = Settings {
            genesis: self.network.genesis.digest(),
            me: self.network.keys[ME],
            max_idle: Duration::from_secs(1),
        };
        self.engine =
            Engine::recover(settings, Self::recovered(&self.network, &self.votes, &self.records));
        self.step(Input::Start);
    }

    fn step(&mut self, input: Input) {
        let now = Now { monotonic: self.now, wall: Timestamp(1_000_000 + self.now.as_millis() as u64) };
        let surroundings = Surroundings { now, batches: &NoBatches, verifier: &Tag };
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.engine.step(&surroundings, input) {
                match effect {
                    Effect::Write(write) => {
                        let votes = write.votes.iter().map(|statement| self.sign(ME, *statement)).collect();
                        self.unsynced.push((write.id, votes, write.records));
                    }
                    Effect::SignProposal(header) => {
                        let message = header.proposal_digest(self.network.genesis.digest());
                        let signature = sign(&self.network.keys[ME], message.as_bytes());
                        inputs.push(Input::ProposalSigned(*header, signature));
                    }
                    Effect::Execute(block) => {
                        let next = Arc::new(self.network.set.clone());
                        inputs.push(Input::Executed(block.digest(), Outcome { root: self.root, next }));
                    }
                    Effect::SetTimer(timer, _) => {
                        self.timers.retain(|known| *known != timer);
                        self.timers.push(timer);
                    }
                    Effect::Alarm(_) => {}
                    _ => {}
                }
            }
        }
        assert!(self.engine.sizes().iter().all(|size| *size <= 1_024), "{:?}", self.engine.sizes());
    }

    fn sign(&self, index: usize, statement: VoteStatement) -> Vote {
        let message = statement.signing_digest(self.network.genesis.digest());
        let signature = sign(&self.network.keys[index], message.as_bytes());
        Vote { statement, signer: ValidatorIndex(index as u16), signature }
    }

    /// Everything written so far is durable; votes may leave and are held against all that ever left.
    fn sync(&mut self) {
        for (id, votes, records) in std::mem::take(&mut self.unsynced) {
            for vote in &votes {
                let kinds = self.sent.entry(vote.statement.at).or_default();
                let before = kinds.insert(vote.statement.kind, vote.statement.block);
                assert!(before.is_none_or(|block| block == vote.statement.block), "signed two blocks");
                let both = kinds.contains_key(&VoteKind::Commit) && kinds.contains_key(&VoteKind::Skip);
                assert!(!both, "signed Commit and Skip of one view");
            }
            self.votes.extend(votes.iter().cloned());
            self.records.extend(records);
            self.step(Input::Stored { id, votes });
        }
    }

    fn statement(&self, choices: &mut Choices<'_>) -> VoteStatement {
        let at = EpochView::new(Epoch(u64::from(choices.below(32) == 31)), View(choices.below(8) as u64));
        let block = self.known[choices.below(self.known.len().min(256))].digest();
        match choices.below(3) {
            0 => VoteStatement::prepare(at, block),
            1 => VoteStatement::commit(at, block),
            _ => VoteStatement::skip(at),
        }
    }

    /// By the three liars; with an honest fourth vote only if it really was cast.
    fn certificate(&self, choices: &mut Choices<'_>) -> Certificate {
        let statement = self.statement(choices);
        let count = 2 + choices.below(3);
        let signatures = (1..=3)
            .take(count)
            .map(|index| (ValidatorIndex(index as u16), self.sign(index, statement).signature))
            .collect();
        Certificate::assemble(statement, &signatures, &self.network.set).unwrap_or_else(|| {
            let signers = realdid_types::Signers::new([ValidatorIndex(1)], 4);
            Certificate { statement, signers, signatures: vec![self.sign(1, statement).signature] }
        })
    }

    fn proposal(&mut self, choices: &mut Choices<'_>) -> Proposal {
        let parent = self.known[choices.below(self.known.len().min(256))].header.clone();
        let at = EpochView::new(Epoch(0), View(choices.below(8) as u64));
        let proposer = self.network.set.leader(at);
        let header = Header {
            at,
            height: parent.height.next(),
            parent: parent.digest(),
            parent_view: if choices.below(8) == 0 { View(3) } else { parent.at.view },
            time: parent.time.plus(choices.byte().into()),
            proposer,
            ..parent
        };
        let block = Block { header, batches: Vec::new() };
        self.known.push(block.clone());
        let message = block.header.proposal_digest(self.network.genesis.digest());
        let signature = sign(&self.network.keys[usize::from(proposer.0)], message.as_bytes());
        let skips = (0..choices.below(3)).map(|_| self.certificate(choices)).collect();
        let parent = (choices.below(2) == 0).then(|| self.certificate(choices));
        Proposal { block, signature, parent, skips, commit: None }
    }

    fn message(&mut self, choices: &mut Choices<'_>) -> Incoming {
        match choices.below(7) {
            0 => Incoming::Proposal(Box::new(self.proposal(choices))),
            1 | 2 => {
                let statement = self.statement(choices);
                Incoming::Vote(self.sign(1 + choices.below(3), statement))
            }
            3 => Incoming::Certificate(self.certificate(choices)),
            4 => Incoming::Block(Box::new(self.known[choices.below(self.known.len().min(256))].clone())),
            5 => {
                let (first, last) = (View(choices.byte().into()), View(choices.byte().into()));
                Incoming::Request(Request::Views(ViewRange { epoch: Epoch(0), first, last }))
            }
            _ => Incoming::Other,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let mut machine = Machine::start(network());
    machine.step(Input::Start);
    while !choices.is_over() {
        match choices.below(8) {
            0 => machine.sync(),
            1 => {
                machine.now += Duration::from_millis(u64::from(choices.byte()) * 20);
                if !machine.timers.is_empty() {
                    let place = choices.below(machine.timers.len().min(256));
                    let timer = machine.timers.remove(place);
                    machine.step(Input::Timer(timer));
                }
            }
            2 if choices.below(4) == 0 => {
                let kept = choices.below(4);
                machine.restart(kept);
            }
            _ => {
                let from = machine.network.keys[1 + choices.below(3)];
                let message = machine.message(&mut choices);
                machine.step(Input::Received { from, message });
            }
        }
    }
});
