//! The world: nodes, network and clients on one clock, driven by one queue of events.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_consensus::Write;
use realdid_crypto::{PublicKey, Verifier};
use realdid_replica::{Commit, Effect, Input, Timer};
use realdid_types::{
    Did, Evidence, Genesis, GenesisDigest, Message, SignedBatch, SignedTransaction, Timestamp, TransactionId,
    Vote, VoteStatement,
};

pub mod checks;
pub mod clients;
pub mod describe;
pub mod disk;
pub mod keys;
pub mod liars;
pub mod network;
pub mod node;
pub mod operators;
mod promises;
mod queue;
pub mod random;
mod speaking;
pub mod trace;

use self::{
    checks::Checks,
    disk::Entry,
    keys::Keyring,
    liars::Lie,
    network::{Micros, Network},
    node::{Node, Status},
    queue::Queue,
    random::Random,
    trace::Trace,
};

/// Messages that wait for a paused process; more would be lost by real sockets too.
const INBOX_MAX: usize = 20_000;
/// No seed needs a tenth of these: more is a storm of messages.
const EVENTS_MAX: u64 = 5_000_000;

/// What happens at a time.
#[derive(Clone, Debug)]
pub enum Event {
    Deliver {
        to: usize,
        from: PublicKey,
        message: Arc<Message>,
    },
    Timer {
        node: usize,
        life: u64,
        timer: Timer,
        generation: u64,
    },
    /// The oldest `writes` unsynced writes are durable; what waits for them is told.
    Synced {
        node: usize,
        life: u64,
        writes: u64,
        then: Vec<Stored>,
    },
    Connected {
        node: usize,
        life: u64,
        peer: PublicKey,
    },
    /// Something of the scenario.
    Scene(u64),
}

/// What a sync is waited for with.
#[derive(Clone, Debug)]
pub enum Stored {
    Votes(u64, Vec<Vote>),
    Batch(realdid_types::BatchDigest),
    Numbers(u64),
}

/// How fast disks are.
#[derive(Clone, Copy, Debug)]
pub struct DiskSpeed {
    pub low: Micros,
    pub high: Micros,
}

pub struct World {
    pub now: Micros,
    pub epoch_start: u64,
    pub genesis: Genesis,
    pub genesis_digest: GenesisDigest,
    pub keyring: Keyring,
    pub verifier: Box<dyn Verifier>,
    pub nodes: Vec<Node>,
    pub liars: BTreeMap<usize, Lie>,
    /// How many lies were told.
    pub lies: u64,
    /// Whom liars censor.
    pub victim: Option<Did>,
    pub network: Network,
    pub random: Random,
    pub disk_speed: DiskSpeed,
    /// Percent of writes that fail, which ends the process.
    pub failing_writes: u64,
    pub checks: Checks,
    /// An honest node that has entered an epoch before all others, for whoever waits for that.
    pub first_in_epoch: Option<usize>,
    /// What honest nodes found, for whoever reports it.
    pub evidence: Vec<(usize, Evidence)>,
    pub trace: Trace,
    queue: Queue,
    generation: u64,
    pub events: u64,
}

/// What a world is made from.
pub struct Plan {
    pub genesis: Genesis,
    pub keyring: Keyring,
    /// Consensus key and author key of each node.
    pub keys: Vec<(PublicKey, PublicKey)>,
    pub network: Network,
    pub disk_speed: DiskSpeed,
    pub random: Random,
    pub trace: Trace,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let nodes: Vec<Node> = plan
            .keys
            .iter()
            .enumerate()
            .map(|(index, (key, author))| Node::new(index, *key, *author, &plan.genesis))
            .collect();
        let mut trace = plan.trace;
        trace.set_names(nodes.iter().map(|node| (node.key, node.index)).collect());
        let first = plan.genesis.block().expect("a valid genesis").digest();
        Self {
            now: 0,
            epoch_start: plan.genesis.time.0,
            genesis_digest: plan.genesis.digest(),
            verifier: plan.keyring.verifier(),
            keyring: plan.keyring,
            checks: Checks::new(nodes.len(), first),
            nodes,
            first_in_epoch: None,
            evidence: Vec::new(),
            liars: BTreeMap::new(),
            lies: 0,
            victim: None,
            network: plan.network,
            random: plan.random,
            disk_speed: plan.disk_speed,
            failing_writes: 0,
            trace,
            queue: Queue::default(),
            generation: 0,
            events: 0,
            genesis: plan.genesis,
        }
    }

    /// The time of day on a good clock.
    pub fn wall(&self) -> Timestamp {
        Timestamp(self.epoch_start + self.now / 1_000)
    }

    pub fn schedule(&mut self, at: Micros, event: Event) {
        self.queue.push(at.max(self.now), event);
    }

    /// The next event before `until`, at its time.
    pub fn next(&mut self, until: Micros) -> Option<Event> {
        match self.queue.pop(until) {
            None => {
                self.now = self.now.max(until);
                None
            }
            Some(_) if self.events >= EVENTS_MAX => {
                if self.events == EVENTS_MAX {
                    self.events += 1;
                    self.checks.violation("storm: the network does not come to rest".to_owned());
                }
                None
            }
            Some((at, event)) => {
                self.now = at;
                self.events += 1;
                Some(event)
            }
        }
    }

    /// Carries an event out; a scene is left to the scenario.
    pub fn run(&mut self, event: Event) -> Option<u64> {
        if !self.checks.violations.is_empty() {
            self.trace.stop_recording();
        }
        match event {
            Event::Deliver { to, from, message } => self.give(to, Input::Received(from, message)),
            Event::Timer { node, life, timer, generation } => {
                let current = self.nodes[node].timers.get(&timer) == Some(&generation);
                if current && self.nodes[node].life == life {
                    self.nodes[node].timers.remove(&timer);
                    self.give(node, Input::Timer(timer));
                }
            }
            Event::Synced { node, life, writes, then } => self.synced(node, life, writes, then),
            Event::Connected { node, life, peer } => {
                if self.nodes[node].life == life {
                    self.give(node, Input::Connected(peer));
                    let round_trip = Duration::from_micros(self.network.round_trip());
                    self.give(node, Input::RoundTrip(peer, round_trip));
                }
            }
            Event::Scene(scene) => return Some(scene),
        }
        None
    }

    /// Gives an input to a process that runs, or keeps it for one that stands still.
    pub fn give(&mut self, node: usize, input: Input) {
        match self.nodes[node].status {
            Status::Down => {}
            Status::Paused if self.nodes[node].inbox.len() < INBOX_MAX => self.nodes[node].inbox.push(input),
            Status::Paused => {}
            Status::Up => self.step(node, input),
        }
    }

    fn synced(&mut self, node: usize, life: u64, writes: u64, then: Vec<Stored>) {
        if self.nodes[node].life != life || self.nodes[node].status == Status::Down {
            return;
        }
        self.nodes[node].disk.sync(writes);
        for stored in then {
            let input = match stored {
                Stored::Votes(id, votes) => Input::Stored(id, votes),
                Stored::Batch(digest) => Input::BatchStored(digest),
                Stored::Numbers(below) => Input::NumbersReserved(below),
            };
            self.give(node, input);
        }
    }

    /// Lets a process take one input, and carries out what comes back; then what that leads to at once.
    pub fn step(&mut self, node: usize, input: Input) {
        if !self.nodes[node].is_up() {
            return;
        }
        let life = self.nodes[node].life;
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.trace.input(self.now, node, &input);
            let clock = self.nodes[node].read_clock(self.now, self.epoch_start);
            let effects = self.nodes[node].step(clock, self.verifier.as_ref(), input);
            for effect in effects {
                if self.nodes[node].life != life || !self.nodes[node].is_up() {
                    return;
                }
                inputs.extend(self.carry_out(node, effect));
            }
        }
        if !self.liars.contains_key(&node)
            && let Some(replica) = &self.nodes[node].replica
        {
            self.checks.after_step(self.now, node, replica);
        }
    }

    /// Carries out one effect; what it leads to at once is the next input.
    fn carry_out(&mut self, node: usize, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Write(write) => self.write_votes(node, write),
            Effect::StoreBatch(batch) => self.store_batch(node, batch),
            Effect::Execute(executable) => return Some(Input::Execute(executable)),
            Effect::ReserveNumbers(below) => {
                self.nodes[node].write(Entry::Numbers(below));
                self.sync_later(node, vec![Stored::Numbers(below)]);
            }
            Effect::Commit(commit) => self.commit(node, Arc::new(*commit)),
            Effect::Send(to, message) => self.speak(node, Some(to), &message),
            Effect::Broadcast(message) => self.speak(node, None, &message),
            Effect::SignProposal(header) => {
                let key = self.nodes[node].key;
                let signature =
                    self.keyring.sign(&key, header.proposal_digest(self.genesis_digest).as_bytes());
                return Some(Input::ProposalSigned(header, signature));
            }
            Effect::SignBatch(batch) => {
                let signature =
                    self.keyring.sign(&batch.author, batch.signing_digest(self.genesis_digest).as_bytes());
                return Some(Input::BatchSigned(Arc::new(SignedBatch { batch: *batch, signature })));
            }
            Effect::SetTimer(timer, at) => self.set_timer(node, timer, at),
            Effect::EpochEntered(_) => self.on_epoch_entered(node),
            Effect::Refused(id, refusal) => self.checks.on_refused(node, id, refusal),
            Effect::Accepted(_) if self.liars.contains_key(&node) => {}
            Effect::Accepted(ids) => self.accept(node, &ids),
            Effect::Void(_) => {}
            Effect::Report(evidence) => {
                if !self.liars.contains_key(&node) {
                    self.checks.on_evidence(node, &evidence);
                    self.evidence.push((node, *evidence));
                }
            }
            Effect::Distrust(peer, reason) => self.checks.on_distrust(node, peer, &reason),
            Effect::Alarm(alarm) if self.liars.contains_key(&node) => {
                self.trace.note(self.now, node, "raises an alarm");
                self.checks.count(checks::alarm_name(&alarm));
            }
            Effect::Alarm(alarm) => self.checks.on_alarm(node, &alarm),
        }
        None
    }

    fn on_epoch_entered(&mut self, node: usize) {
        self.trace.note(self.now, node, "enters the next epoch");
        self.checks.count("epochs entered");
        let epoch = self.nodes[node].replica.as_ref().map(|replica| replica.engine().epoch());
        let is_first = epoch.is_some_and(|epoch| !self.checks.sets.contains_key(&epoch));
        self.first_in_epoch = Some(node).filter(|node| is_first && !self.liars.contains_key(node));
    }

    fn commit(&mut self, node: usize, commit: Arc<Commit>) {
        if !self.liars.contains_key(&node) {
            self.checks.on_commit(self.now, node, &commit);
        }
        self.trace.commit(self.now, node, &commit);
        self.nodes[node].write(Entry::Commit(commit));
    }

    fn set_timer(&mut self, node: usize, timer: Timer, at: Duration) {
        self.generation += 1;
        let generation = self.generation;
        self.nodes[node].timers.insert(timer, generation);
        let (at, life) = (self.nodes[node].world_time(at), self.nodes[node].life);
        self.schedule(at, Event::Timer { node, life, timer, generation });
    }

    fn write_votes(&mut self, node: usize, write: Write) {
        if self.random.chance(self.failing_writes) && !self.liars.contains_key(&node) && self.random.chance(2)
        {
            self.checks.count("failed write");
            return self.crash(node);
        }
        let votes: Vec<Vote> =
            write.votes.iter().filter_map(|statement| self.sign_vote(node, *statement)).collect();
        self.nodes[node].write(Entry::Consensus(votes.clone(), write.records));
        if write.sync {
            self.sync_later(node, vec![Stored::Votes(write.id, votes)]);
        }
    }

    /// The vote of a node, if it is in the set.
    pub fn sign_vote(&self, node: usize, statement: VoteStatement) -> Option<Vote> {
        let node = &self.nodes[node];
        let signer = node.replica.as_ref()?.engine().validators().index_of(&node.key)?;
        let signature =
            self.keyring.sign(&node.key, statement.signing_digest(self.genesis_digest).as_bytes());
        Some(Vote { statement, signer, signature })
    }

    fn store_batch(&mut self, node: usize, batch: Arc<SignedBatch>) {
        let digest = batch.batch.digest();
        if !self.liars.contains_key(&node) {
            self.check_batch(node, &batch);
        }
        self.nodes[node].write(Entry::Batch(batch));
        self.sync_later(node, vec![Stored::Batch(digest)]);
    }

    /// Batches of strangers and those with wrong signatures take room from nobody.
    fn check_batch(&mut self, node: usize, batch: &SignedBatch) {
        let author = batch.batch.author;
        if !self.nodes.iter().any(|member| member.author == author) {
            self.checks.violation(format!("S10: node {node} stores a batch of the stranger {author}"));
        } else if !batch.verify(self.genesis_digest, self.verifier.as_ref()) {
            self.checks.violation(format!("S3: node {node} stores a batch whose signatures do not hold"));
        }
    }

    /// A sync covers everything written before it; syncs return in order.
    fn sync_later(&mut self, node: usize, then: Vec<Stored>) {
        let at = self.now + self.random.between(self.disk_speed.low, self.disk_speed.high);
        let at = at.max(self.nodes[node].disk_free);
        self.nodes[node].disk_free = at;
        let (life, writes) = (self.nodes[node].life, self.nodes[node].disk.written());
        self.schedule(at, Event::Synced { node, life, writes, then });
    }

    /// Starts a process and connects it.
    pub fn start(&mut self, node: usize) {
        let genesis = self.genesis.clone();
        self.nodes[node].start(self.now, &genesis);
        for vote in &self.nodes[node].live.votes {
            self.checks.on_vote(self.nodes[node].key, vote);
        }
        self.nodes[node].disk_free = self.now;
        self.trace.note(self.now, node, "starts");
        self.checks.on_start(node, self.nodes[node].live.height());
        self.step(node, Input::Start);
        for peer in 0..self.nodes.len() {
            if peer != node && self.nodes[peer].status != Status::Down {
                self.connect(node, peer);
            }
        }
    }

    /// Tells two processes that the stream between them is up.
    pub fn connect(&mut self, a: usize, b: usize) {
        for (node, peer) in [(a, b), (b, a)] {
            let event = Event::Connected { node, life: self.nodes[node].life, peer: self.nodes[peer].key };
            self.schedule(self.now + 1_000, event);
        }
    }

    /// Ends a process; a random share of what was not synced survives.
    pub fn crash(&mut self, node: usize) {
        let unsynced = self.nodes[node].disk.unsynced();
        let kept = self.random.between(0, unsynced);
        if kept < unsynced {
            self.checks.count(if self.random.chance(50) { "lost writes" } else { "torn writes" });
        }
        self.trace.note(self.now, node, "crashes");
        self.nodes[node].crash(kept);
        let key = self.nodes[node].key;
        for peer in 0..self.nodes.len() {
            self.give(peer, Input::Disconnected(key));
        }
    }

    /// Takes a disk away from a process that is down.
    pub fn wipe(&mut self, node: usize) {
        self.trace.note(self.now, node, "loses its disk");
        let genesis = self.genesis.clone();
        self.nodes[node].wipe(&genesis);
        self.checks.promises.lose_disk(node);
        self.checks.forget(self.nodes[node].key);
    }

    fn accept(&mut self, node: usize, ids: &[TransactionId]) {
        if self.checks.promises.has_lost_disk(node) && !self.is_validator(node) {
            self.checks.promises.distrust([node, node]);
        }
        self.checks.promises.accept(node, ids);
    }

    fn is_validator(&self, node: usize) -> bool {
        let newest = self.checks.sets.last_key_value();
        newest.is_some_and(|(_, set)| set.index_of(&self.nodes[node].key).is_some())
    }

    /// A second machine with the keys of a node: its folder is marked as that of an unused key, or is empty.
    pub fn add_double(&mut self, original: usize, marked: bool) -> usize {
        let index = self.nodes.len();
        let Node { key, author, .. } = self.nodes[original];
        self.checks.promises.distrust([original, index]);
        let mut double = Node::new(index, key, author, &self.genesis);
        if !marked {
            double.wipe(&self.genesis);
        }
        self.nodes.push(double);
        self.checks.add_node();
        index
    }

    /// Repairs every link, and connects again who was apart.
    pub fn reconnect(&mut self) {
        for (a, b) in self.network.reconnect() {
            self.connect(a, b);
        }
    }

    /// Repairs every link, and connects everybody anew.
    pub fn reconnect_all(&mut self) {
        self.network.reconnect();
        for a in 0..self.nodes.len() {
            for b in 0..a {
                self.connect(a, b);
            }
        }
    }

    /// What the network did, among the other counts.
    pub fn count_network(&mut self) {
        for (what, count) in self.network.counts() {
            self.checks.count_many(what, count);
        }
    }

    /// Lets a paused process go on.
    pub fn resume(&mut self, node: usize) {
        if self.nodes[node].status != Status::Paused {
            return;
        }
        self.trace.note(self.now, node, "resumes");
        self.nodes[node].status = Status::Up;
        for input in std::mem::take(&mut self.nodes[node].inbox) {
            self.give(node, input);
        }
    }

    /// Hands a transaction to a node, as a client would.
    pub fn submit(&mut self, node: usize, signed: SignedTransaction) -> TransactionId {
        let id = signed.id();
        self.checks.promises.submit(&signed);
        self.give(node, Input::Submitted(Box::new(signed)));
        id
    }

    /// The nodes that are up and honest.
    pub fn honest_up(&self) -> BTreeSet<usize> {
        (0..self.nodes.len())
            .filter(|index| self.nodes[*index].is_up() && !self.liars.contains_key(index))
            .collect()
    }
}
