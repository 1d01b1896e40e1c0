//! The world: nodes, network and clients on one clock, driven by one queue of events.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_crypto::{PublicKey, Verifier};
use realdid_replica::{Input, Timer};
use realdid_types::{
    Did, Evidence, Genesis, GenesisDigest, Message, SignedTransaction, Timestamp, TransactionId, Vote,
};

pub mod checks;
pub mod clients;
pub mod describe;
pub mod disk;
mod effects;
pub mod keys;
pub mod liars;
pub mod network;
pub mod node;
pub mod operators;
mod processes;
mod promises;
mod queue;
pub mod random;
mod speaking;
pub mod trace;

use self::{
    checks::Checks,
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

    /// What the network did, among the other counts.
    pub fn count_network(&mut self) {
        for (what, count) in self.network.counts() {
            self.checks.count_many(what, count);
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
