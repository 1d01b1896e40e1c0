//! An honest validator: the real engine, its disk, and everything that it has said in all its lives.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::{Hash, Hasher},
    mem::discriminant,
    sync::Arc,
};

use realdid_consensus::{Effect, Engine, Folder, Incoming, Input, Timer, Write};
use realdid_types::{
    Block, BlockDigest, Evidence, Header, Height, Message, Proposal, Request, ValidatorIndex, View,
    VoteStatement,
};

use super::{
    disk::{Disk, Entry},
    network::Network,
};

/// When writes become durable.
#[derive(Clone, Debug)]
pub enum Storage {
    /// When the model says so; the rest is lost in a crash.
    Lazy(Box<Disk>),
    /// At once. Nothing is kept: this validator will not crash any more.
    Eager,
}

/// A rule for drivers that a model breaks, to see that it notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    /// Every rule is kept.
    #[default]
    Nothing,
    /// Votes leave before they are durable.
    SendsEarly,
    /// The engine is never told that the time for repair has come.
    NoRepair,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Sent {
    /// To one, or to all others.
    pub to: Option<usize>,
    pub message: Incoming,
}

#[derive(Clone, Debug)]
pub struct Validator {
    pub index: usize,
    pub engine: Engine,
    /// Milliseconds by which its clock is ahead.
    pub ahead: u64,
    pub storage: Storage,
    /// What the engine asked to be woken for.
    pub timers: BTreeSet<Timer>,
    pub life: u8,
    pub broken: Broken,
    /// Every vote that left, in all lives.
    pub said: BTreeSet<VoteStatement>,
    /// Every proposal that left, in all lives.
    pub proposed: Vec<Arc<Proposal>>,
    /// What was delivered as final, in all lives.
    pub finals: BTreeMap<Height, BlockDigest>,
    /// The final blocks that it keeps.
    pub chain: BTreeMap<BlockDigest, Arc<Block>>,
    /// What it did wrong.
    pub complaint: Option<String>,
}

impl Validator {
    /// A process that has started and listened, on a folder made for its key.
    pub fn new(network: &Network, index: usize, broken: Broken, lazy: bool) -> Self {
        let disk = Disk::new(network, Folder::NeverVoted);
        let engine = Engine::recover(network.settings(index), disk.recover(network, 0));
        let mut validator = Self {
            index,
            engine,
            ahead: 0,
            storage: if lazy { Storage::Lazy(Box::new(disk)) } else { Storage::Eager },
            timers: BTreeSet::new(),
            life: 0,
            broken,
            said: BTreeSet::new(),
            proposed: Vec::new(),
            finals: BTreeMap::new(),
            chain: BTreeMap::new(),
            complaint: None,
        };
        validator.take(network, Input::Start);
        validator.fire(network, Timer::Listen);
        validator
    }

    /// Takes an input, carries out everything that follows from it at once, and returns what it sends.
    pub fn take(&mut self, network: &Network, input: Input) -> Vec<Sent> {
        if let Some(answer) = self.answer_from_chain(network, &input) {
            return vec![answer];
        }
        let mut sent = Vec::new();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.engine.step(&network.surroundings(self.ahead), input) {
                self.carry_out(network, effect, &mut inputs, &mut sent);
            }
        }
        sent
    }

    /// Blocks that the engine has let go are final: whoever keeps the chain hands them over.
    fn answer_from_chain(&self, network: &Network, input: &Input) -> Option<Sent> {
        let Input::Received { from, message: Incoming::Request(Request::Block(digest)) } = input else {
            return None;
        };
        let block = self.chain.get(digest).filter(|_| self.engine.block(*digest).is_none())?;
        let message = Incoming::Block(Box::new((**block).clone()));
        Some(Sent { to: Some(network.index_of(from)), message })
    }

    /// Lets a timer run out, if it is set.
    pub fn fire(&mut self, network: &Network, timer: Timer) -> Vec<Sent> {
        let muted = self.broken == Broken::NoRepair && timer == Timer::Repair;
        if self.timers.remove(&timer) && !muted {
            self.take(network, Input::Timer(timer))
        } else {
            Vec::new()
        }
    }

    /// The oldest write that the engine waits for becomes durable.
    pub fn sync(&mut self, network: &Network) -> Vec<Sent> {
        let Storage::Lazy(disk) = &mut self.storage else { return Vec::new() };
        let stored = disk.sync();
        stored.map_or_else(Vec::new, |(id, votes)| self.take(network, Input::Stored { id, votes }))
    }

    /// All writes that the engine waits for become durable, and those that follow from that.
    pub fn sync_all(&mut self, network: &Network) -> Vec<Sent> {
        let mut sent = Vec::new();
        while matches!(&self.storage, Storage::Lazy(disk) if disk.is_waited_for()) {
            sent.extend(self.sync(network));
        }
        sent
    }

    /// All writes become durable, and so do those that follow: nothing crashes any more.
    pub fn settle_disk(&mut self, network: &Network) -> Vec<Sent> {
        let sent = self.sync_all(network);
        self.storage = Storage::Eager;
        sent
    }

    /// The process ends, keeps the first `kept` writes that were not durable, and starts again. With `last`, it will
    /// not crash any more.
    pub fn crash(&mut self, network: &Network, kept: usize, last: bool) -> Vec<Sent> {
        let Storage::Lazy(disk) = &mut self.storage else { return Vec::new() };
        disk.crash(kept);
        let disk = disk.as_ref().clone();
        self.restart(network, disk, last)
    }

    /// The process ends, its disk is lost, and it starts on an empty one.
    pub fn wipe(&mut self, network: &Network, last: bool) -> Vec<Sent> {
        self.restart(network, Disk::new(network, Folder::Wiped), last)
    }

    fn restart(&mut self, network: &Network, disk: Disk, last: bool) -> Vec<Sent> {
        self.life += 1;
        self.timers.clear();
        let recovered = disk.recover(network, self.life);
        // what is durable and was not sent yet counts from now on, and repair sends it
        self.said.extend(recovered.votes.iter().map(|vote| vote.statement));
        let height = recovered.tip.header.height;
        self.chain.retain(|_, block| block.header.height <= height);
        self.engine = Engine::recover(network.settings(self.index), recovered);
        self.storage = if last { Storage::Eager } else { Storage::Lazy(Box::new(disk)) };
        self.take(network, Input::Start)
    }

    pub fn view(&self) -> View {
        self.engine.at().view
    }

    pub fn has_skipped(&self) -> bool {
        self.engine.voter().skipped(self.engine.at())
    }

    fn carry_out(
        &mut self,
        network: &Network,
        effect: Effect,
        inputs: &mut VecDeque<Input>,
        sent: &mut Vec<Sent>,
    ) {
        match effect {
            Effect::Write(write) => self.write(network, write, inputs, sent),
            Effect::Send(peer, message) => {
                let to = Some(network.index_of(&peer));
                sent.extend(incoming(message).map(|message| Sent { to, message }));
            }
            Effect::Broadcast(message) => self.broadcast(message, sent),
            Effect::SignProposal(header) => {
                let signature = network.sign_proposal(&header);
                inputs.push_back(Input::ProposalSigned(*header, signature));
            }
            Effect::SetTimer(timer, _) => {
                self.timers.retain(|pending| discriminant(pending) != discriminant(&timer));
                self.timers.insert(timer);
            }
            Effect::Execute(block) => {
                inputs.push_back(Input::Executed(block.digest(), network.outcome(&block)));
            }
            Effect::Final { block, .. } => {
                self.deliver(&block.header);
                self.chain.insert(block.digest(), Arc::new((*block).clone()));
                if let Storage::Lazy(disk) = &mut self.storage {
                    let outcome = network.outcome(&block);
                    disk.queue.push_back(Entry::Final(block, outcome));
                }
            }
            Effect::Report(evidence) => self.check_evidence(network, &evidence),
            Effect::Alarm(alarm) => self.complain(format!("raised an alarm: {alarm:?}")),
            Effect::Distrust(peer, why) => {
                if !network.liars.contains(&network.index_of(&peer)) {
                    self.complain(format!("cut off the honest validator {}: {why}", network.index_of(&peer)));
                }
            }
            Effect::EpochEntered(_) | Effect::LaterEpoch(..) => {
                self.complain("left the only epoch".to_owned());
            }
            // blocks are empty, and near ones are asked for by the engine itself
            Effect::FetchBatches(..) | Effect::CatchUp(_) => {}
        }
    }

    fn write(&mut self, network: &Network, write: Write, inputs: &mut VecDeque<Input>, sent: &mut Vec<Sent>) {
        self.check_floor(&write);
        let votes: Vec<_> =
            write.votes.iter().map(|statement| network.vote(self.index, *statement)).collect();
        if self.broken == Broken::SendsEarly {
            votes.iter().for_each(|vote| self.broadcast(Message::Vote(vote.clone()), sent));
        }
        match &mut self.storage {
            Storage::Lazy(disk) => {
                let waits = write.sync.then_some(write.id);
                disk.queue.push_back(Entry::Consensus { waits, votes, records: write.records });
            }
            Storage::Eager if write.sync => inputs.push_back(Input::Stored { id: write.id, votes }),
            Storage::Eager => {}
        }
    }

    fn broadcast(&mut self, message: Message, sent: &mut Vec<Sent>) {
        match &message {
            Message::Vote(vote) if vote.signer == ValidatorIndex(self.index as u16) => {
                self.said.insert(vote.statement);
            }
            Message::Proposal(proposal) => self.note_proposed(proposal),
            _ => {}
        }
        sent.extend(incoming(message).map(|message| Sent { to: None, message }));
    }

    /// One leader's two proposals of one view would be evidence against it.
    fn note_proposed(&mut self, proposal: &Proposal) {
        let header = &proposal.block.header;
        if usize::from(header.proposer.0) != self.index || self.proposed.iter().any(|one| **one == *proposal)
        {
            return;
        }
        let other = self.proposed.iter().find(|one| one.block.header.at == header.at);
        if other.is_some_and(|other| other.block != proposal.block) {
            self.complain(format!("proposed two blocks in view {}", header.at));
        }
        self.proposed.push(Arc::new(proposal.clone()));
    }

    /// I5: nothing is decided at or below the floor, neither the durable one nor the one in memory.
    fn check_floor(&mut self, write: &Write) {
        let floor = match &self.storage {
            Storage::Lazy(disk) => disk.floor().max(self.engine.floor()),
            Storage::Eager => self.engine.floor(),
        };
        let bound = self.engine.voter().bound();
        let wrong = write.votes.iter().find(|vote| vote.at <= floor || vote.at < bound);
        if let Some(vote) = wrong {
            self.complain(format!("I5: decided {vote:?} with floor {floor} and bound {bound}"));
        }
    }

    fn deliver(&mut self, header: &Header) {
        let known = self.finals.insert(header.height, header.digest());
        if known.is_some_and(|known| known != header.digest()) {
            self.complain(format!("finalised two blocks at height {}", header.height));
        }
    }

    fn check_evidence(&mut self, network: &Network, evidence: &Evidence) {
        let accused = usize::from(evidence.accused().1.0);
        if !network.liars.contains(&accused) {
            self.complain(format!("has evidence against the honest validator {accused}: {evidence:?}"));
        }
    }

    fn complain(&mut self, text: String) {
        self.complaint.get_or_insert(format!("validator {} {text}", self.index));
    }

    /// Hashes what can change what this validator does or is blamed for later.
    pub fn fingerprint<H: Hasher>(&self, hasher: &mut H) {
        self.engine.fingerprint(hasher);
        self.life.hash(hasher);
        self.said.hash(hasher);
        for proposal in &self.proposed {
            fingerprint_of_message(&Incoming::Proposal(Box::new((**proposal).clone())), hasher);
        }
        self.finals.hash(hasher);
        if let Storage::Lazy(disk) = &self.storage {
            disk.fingerprint(hasher);
        }
    }

    /// Hashes what can change what this validator does from now on without faults.
    pub fn fingerprint_of_closure<H: Hasher>(&self, hasher: &mut H) {
        self.engine.fingerprint(hasher);
        self.engine.fingerprint_of_repair(hasher);
        self.timers.hash(hasher);
    }
}

/// What the engine of another validator is told.
fn incoming(message: Message) -> Option<Incoming> {
    Some(match message {
        Message::Proposal(proposal) => Incoming::Proposal(proposal),
        Message::Vote(vote) => Incoming::Vote(vote),
        Message::Certificate(certificate) => Incoming::Certificate(certificate),
        Message::EpochEnd(end) => Incoming::EpochEnd(end),
        Message::Block(block) => Incoming::Block(block),
        Message::Request(request) => Incoming::Request(request),
        Message::WipedQuestion(question) => Incoming::WipedQuestion(question),
        Message::WipedAnswer(answer) => Incoming::WipedAnswer(answer),
        Message::Batch(_) | Message::Have(_) | Message::CatchUp(_) | Message::Addresses(_) => return None,
    })
}

/// Hashes what a message says, whoever signed the certificates in it.
pub fn fingerprint_of_message<H: Hasher>(message: &Incoming, hasher: &mut H) {
    discriminant(message).hash(hasher);
    match message {
        Incoming::Proposal(proposal) => {
            proposal.block.digest().hash(hasher);
            let attached = [&proposal.parent, &proposal.commit].into_iter().flatten().chain(&proposal.skips);
            attached.for_each(|certificate| certificate.statement.hash(hasher));
        }
        Incoming::Vote(vote) => (vote.statement, vote.signer).hash(hasher),
        Incoming::Certificate(certificate) => certificate.statement.hash(hasher),
        Incoming::Block(block) => block.digest().hash(hasher),
        Incoming::Request(request) => format!("{request:?}").hash(hasher),
        Incoming::WipedQuestion(question) => question.nonce.hash(hasher),
        Incoming::WipedAnswer(answer) => {
            let entry = answer.entry.as_ref().map(|entry| entry.statement);
            (answer.nonce, answer.present, entry).hash(hasher);
        }
        Incoming::EpochEnd(_) | Incoming::Other => {}
    }
}
