//! The replica: its parts, and how a step goes through them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_consensus::{Engine, Incoming, Input as ToConsensus, Surroundings as ConsensusSurroundings};
use realdid_mempool::{BatchPool, TransactionPool};
use realdid_state::{Execution, Layered};
use realdid_sync::{CatchUp, Config, Input as ToCatchUp, Tip};
use realdid_types::{BatchDigest, BlockDigest, EpochView, Message, SignedBatch, TransactionId};

use crate::{Effect, Input, Recovered, Settings, Surroundings, Timer, clients::Numbers, pool_view::PoolView};

/// How often missing batches are asked for.
pub(crate) const FETCH_INTERVAL: Duration = Duration::from_millis(100);

/// One validator without socket, clock or disk.
pub struct Replica {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) pool: BatchPool,
    pub(crate) transactions: TransactionPool,
    pub(crate) catch_up: CatchUp,
    /// Executed blocks that are not final, each with its parent.
    pub(crate) executions: BTreeMap<BlockDigest, (BlockDigest, Arc<Execution>)>,
    /// Batches that an author signed and that are wrong by themselves.
    pub(crate) wrong: BTreeSet<BatchDigest>,
    /// Own batches whose clients wait to hear that they cannot be lost.
    pub(crate) unacknowledged: BTreeMap<BatchDigest, Vec<TransactionId>>,
    pub(crate) numbers: Numbers,
    /// The view of the newest block at this start.
    pub(crate) started_at: EpochView,
    pub(crate) fetching: bool,
    /// Executions that this step made final and the ledger does not show yet, newest first.
    pub(crate) fresh: Vec<Arc<Execution>>,
    /// Their batches, which have left the pool.
    pub(crate) fresh_batches: BTreeMap<BatchDigest, Arc<SignedBatch>>,
}

/// One step on its way through the parts.
pub(crate) struct Step<'a> {
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) consensus: VecDeque<ToConsensus>,
    pub(crate) catch_up: VecDeque<ToCatchUp>,
}

impl Step<'_> {
    pub(crate) fn now(&self) -> Duration {
        self.surroundings.now.monotonic
    }
}

impl Replica {
    /// A replica that goes on from what is on disk.
    #[must_use]
    pub fn recover(settings: Settings, recovered: Recovered) -> Self {
        let consensus = recovered.consensus;
        let quorum = consensus.validators.quorum();
        let me = Some(settings.me).filter(|me| consensus.validators.index_of(me).is_some());
        let config = Config {
            genesis: settings.genesis,
            tip: Tip::new(&consensus.tip.header, consensus.outcome.next.clone()),
            epoch: consensus.epoch,
            validators: consensus.validators.clone(),
        };
        let for_engine = realdid_consensus::Settings {
            genesis: settings.genesis,
            me: settings.me,
            max_idle: Duration::from_millis(settings.parameters.max_idle),
        };
        let mut pool = BatchPool::new(me, quorum);
        let block_time = consensus.tip.header.time;
        let started_at = consensus.tip.header.at;
        let numbers = Numbers::from(recovered.next_batch, &consensus.nonce);
        for batch in recovered.batches {
            let digest = batch.batch.digest();
            pool.hold(batch);
            pool.on_durable(&digest);
        }
        // what no block took in time is on disk still
        pool.expire(block_time, Duration::ZERO, Duration::ZERO);
        Self {
            engine: Engine::recover(for_engine, consensus),
            pool,
            transactions: TransactionPool::new(settings.genesis, settings.parameters.max_expiry),
            catch_up: CatchUp::new(config),
            executions: BTreeMap::new(),
            wrong: BTreeSet::new(),
            unacknowledged: BTreeMap::new(),
            numbers,
            started_at,
            fetching: false,
            fresh: Vec::new(),
            fresh_batches: BTreeMap::new(),
            settings,
        }
    }

    /// Takes one input and returns what is to be done about it, in order.
    #[must_use]
    pub fn step(&mut self, surroundings: &Surroundings<'_>, input: Input) -> Vec<Effect> {
        let mut step =
            Step { surroundings, effects: Vec::new(), consensus: VecDeque::new(), catch_up: VecDeque::new() };
        self.fresh.clear();
        self.fresh_batches.clear();
        self.take(&mut step, input);
        self.run_parts(&mut step);
        if !self.fresh.is_empty() {
            self.forget_void_batches(step.now());
            self.forget_dead_branches();
        }
        step.effects
    }

    fn take(&mut self, step: &mut Step<'_>, input: Input) {
        match input {
            Input::Start => {
                step.consensus.push_back(ToConsensus::Start);
                self.announce_held(step, None);
                self.remember_skipped(step);
            }
            Input::Received(from, message) => self.on_message(step, from, &message),
            Input::Connected(peer) => {
                step.consensus.push_back(ToConsensus::Connected(peer));
                step.catch_up.push_back(ToCatchUp::PeerUp(peer));
                self.announce_held(step, Some(peer));
            }
            Input::Disconnected(peer) => step.catch_up.push_back(ToCatchUp::PeerDown(peer)),
            Input::RoundTrip(peer, time) => step.consensus.push_back(ToConsensus::RoundTrip(peer, time)),
            Input::Stored(id, votes) => step.consensus.push_back(ToConsensus::Stored { id, votes }),
            Input::ProposalSigned(header, signature) => {
                step.consensus.push_back(ToConsensus::ProposalSigned(*header, signature))
            }
            Input::BatchSigned(batch) => self.on_batch_signed(step, batch),
            Input::BatchStored(digest) => self.on_batch_stored(step, digest),
            Input::NumbersReserved(below) => self.on_numbers_reserved(step, below),
            Input::Execute(executable) => self.execute(step, &executable),
            Input::Submitted(signed) => self.on_submitted(step, *signed),
            Input::Timer(timer) => self.on_timer(step, timer),
            Input::DiskFull(full) => step.consensus.push_back(ToConsensus::DiskFull(full)),
        }
    }

    /// Lets the parts tell each other what happened until they have nothing more to say.
    fn run_parts(&mut self, step: &mut Step<'_>) {
        loop {
            if let Some(input) = step.consensus.pop_front() {
                for effect in self.step_engine(step, input) {
                    self.on_consensus_effect(step, effect);
                }
            } else if let Some(input) = step.catch_up.pop_front() {
                for effect in self.catch_up.step(step.now(), input, step.surroundings.verifier) {
                    self.on_catch_up_effect(step, effect);
                }
            } else {
                return;
            }
        }
    }

    fn step_engine(&mut self, step: &Step<'_>, input: ToConsensus) -> Vec<realdid_consensus::Effect> {
        let Surroundings { now, ledger, verifier } = step.surroundings;
        let batches =
            PoolView { pool: &self.pool, ledger: *ledger, fresh: &self.fresh_batches, wrong: &self.wrong };
        self.engine.step(&ConsensusSurroundings { now: *now, batches: &batches, verifier: *verifier }, input)
    }

    fn on_timer(&mut self, step: &mut Step<'_>, timer: Timer) {
        match timer {
            Timer::Consensus(timer) => step.consensus.push_back(ToConsensus::Timer(timer)),
            Timer::Pack => self.pack(step),
            Timer::Fetch => {
                self.fetching = false;
                self.fetch_batches(step);
            }
            Timer::CatchUp => step.catch_up.push_back(ToCatchUp::Tick),
        }
    }

    /// The final state, with what this step made final.
    pub(crate) fn final_state<'a>(&self, step: &Step<'a>) -> Layered<'a> {
        Layered::new(step.surroundings.ledger, self.fresh.clone())
    }

    /// The consensus engine, to look at.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Own pending batches that too few validators are known to hold: whoever has no stream to them sends these again.
    pub fn unheard(&self) -> impl Iterator<Item = &Arc<SignedBatch>> {
        let unheard = self.pool.durable().filter(|digest| !self.pool.is_available(digest));
        let batches = unheard.filter_map(|digest| self.pool.get(&digest));
        batches.filter(|batch| batch.batch.author == self.settings.node)
    }

    /// Whether nothing that this validator forgot can matter any more: it has all its votes, or a block at or above the
    /// bound that replaces them is final. Until then it counts among the faulty.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.engine.is_wiped() && self.engine.tip().at >= self.engine.voter().bound()
    }

    /// How many things of each kind are kept: what must stay bounded.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let [blocks, proposals, shown] = self.engine.sizes();
        let [held, heard] = self.pool.sizes();
        let own = [self.executions.len(), self.wrong.len(), self.transactions.len()];
        [&[blocks, proposals, shown, held, heard][..], &own].concat()
    }

    /// How many transactions of own clients are not final yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.transactions.len()
    }

    /// How many pending batches are held.
    #[must_use]
    pub fn pending_batches(&self) -> usize {
        self.pool.sizes()[0]
    }

    /// How many bytes of pending batches are held.
    #[must_use]
    pub fn pending_bytes(&self) -> u64 {
        self.pool.bytes()
    }

    pub(crate) fn tell_engine(step: &mut Step<'_>, from: realdid_consensus::Peer, message: Incoming) {
        step.consensus.push_back(ToConsensus::Received { from, message });
    }

    pub(crate) fn send(step: &mut Step<'_>, to: realdid_consensus::Peer, message: Message) {
        step.effects.push(Effect::Send(to, Arc::new(message)));
    }
}
