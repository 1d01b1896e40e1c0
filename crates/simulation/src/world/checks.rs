//! What must always hold, checked as the world goes on. S1 to S11 are the project's invariants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use realdid_consensus::{Alarm, DELTA_MAX, DELTA_MIN};
use realdid_crypto::PublicKey;
use realdid_mempool::{Refusal, limits::ANNOUNCED_MAX};
use realdid_replica::{Commit, Replica};
use realdid_state::Outcome;
use realdid_types::{
    BlockDigest, Epoch, EpochView, Evidence, Header, Height, Timestamp, TransactionId, ValidatorSet, Vote,
    VoteKind,
};

use super::{network::Micros, promises::Promises};

/// No part of a replica may keep more things than this, or than all validators may announce; real bounds are lower,
/// each where it is declared.
const KEPT_MAX: usize = 8_192;

/// Nobody gives a view up in less time without a reason: twice the smallest Δ, less what clocks drift.
const LEAD_MIN: Micros = 2 * DELTA_MIN.as_micros() as Micros - 1_000;

/// What was seen so far, and what was wrong with it.
pub struct Checks {
    /// The one chain (S1).
    pub chain: BTreeMap<Height, BlockDigest>,
    /// Each node's newest final height (S2).
    heights: Vec<Height>,
    /// What every honest key signed (S8).
    signed: BTreeMap<(PublicKey, EpochView), BTreeMap<VoteKind, BlockDigest>>,
    /// The newest view in which a validator had voted when it lost its disk (S8).
    forgotten: BTreeMap<PublicKey, EpochView>,
    /// What each key proposed (S8).
    proposed: BTreeMap<(PublicKey, EpochView), BTreeSet<BlockDigest>>,
    /// What clients were told (S4, S5).
    pub promises: Promises,
    /// What nobody may do who asked for it.
    pub forbidden: BTreeSet<TransactionId>,
    /// Keys of honest validators, for S8 and S9.
    pub honest: BTreeSet<PublicKey>,
    /// Nothing keeps honest validators from hearing each other: nobody gives up an honest leader's view at once.
    pub all_are_heard: bool,
    /// When each node entered its present view.
    entered: BTreeMap<usize, (EpochView, Micros)>,
    /// Skips that honest nodes sent.
    pub skips: u64,
    pub violations: Vec<String>,
    pub counts: BTreeMap<String, u64>,
    pub last_commit: Micros,
    /// The newest final block's time.
    pub newest_time: Timestamp,
    newest_view: EpochView,
    /// The validators of each epoch that anybody entered.
    pub sets: BTreeMap<Epoch, Arc<ValidatorSet>>,
    /// The largest Δ that an honest node had since this was last set back, in microseconds.
    pub largest_delta: Micros,
    pub final_blocks: u64,
}

impl Checks {
    pub fn new(nodes: usize, genesis: BlockDigest) -> Self {
        Self {
            chain: BTreeMap::from([(Height(0), genesis)]),
            heights: vec![Height(0); nodes],
            signed: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            proposed: BTreeMap::new(),
            promises: Promises::default(),
            forbidden: BTreeSet::new(),
            honest: BTreeSet::new(),
            all_are_heard: false,
            entered: BTreeMap::new(),
            skips: 0,
            violations: Vec::new(),
            counts: BTreeMap::new(),
            last_commit: 0,
            newest_time: Timestamp(0),
            newest_view: EpochView::default(),
            sets: BTreeMap::new(),
            largest_delta: 0,
            final_blocks: 0,
        }
    }

    pub fn violation(&mut self, text: String) {
        if self.violations.len() < 20 {
            self.violations.push(text);
        }
    }

    pub fn count(&mut self, what: &str) {
        self.count_many(what, 1);
    }

    pub fn count_many(&mut self, what: &str, many: u64) {
        *self.counts.entry(what.to_owned()).or_default() += many;
    }

    /// The newest final block's view.
    pub fn newest_view(&self) -> EpochView {
        self.newest_view
    }

    /// One more node than at the start.
    pub fn add_node(&mut self) {
        self.heights.push(Height(0));
    }

    /// S1, S2, S4, S7.
    pub fn on_commit(&mut self, now: Micros, node: usize, commit: &Commit) {
        let (height, digest) = (commit.block.header.height, commit.block.digest());
        if height != self.heights[node].next() {
            self.violation(format!("S2: node {node} finalised height {height} after {}", self.heights[node]));
        }
        self.heights[node] = height;
        match self.chain.get(&height) {
            Some(known) if *known != digest => {
                self.violation(format!(
                    "S1: node {node} has {digest} at height {height}, others have {known}"
                ));
            }
            Some(_) => {}
            None => self.on_new_block(now, commit),
        }
    }

    fn on_new_block(&mut self, now: Micros, commit: &Commit) {
        let height = commit.block.header.height;
        if let Some(parent) = self.chain.get(&height.previous())
            && *parent != commit.block.header.parent
        {
            self.violation(format!("S1: the block at height {height} does not extend the chain"));
        }
        self.chain.insert(height, commit.block.digest());
        self.last_commit = now;
        self.newest_time = commit.block.header.time;
        self.newest_view = commit.block.header.at;
        self.final_blocks += 1;
        for receipt in &commit.execution.receipts {
            if receipt.outcome.is_decided() && !self.promises.decide(receipt.transaction, height) {
                self.violation(format!("S4: transaction {} was decided twice", receipt.transaction));
            }
            if receipt.outcome == Outcome::Applied && self.forbidden.contains(&receipt.transaction) {
                self.violation(format!("what a thief asked for took effect: {}", receipt.transaction));
            }
            self.count(&match receipt.outcome {
                Outcome::Applied => "receipts: applied".to_owned(),
                Outcome::Refused(refusal) => format!("receipts: refused, {refusal:?}"),
                Outcome::Skipped(reason) => format!("receipts: skipped, {reason:?}"),
            });
        }
    }

    pub fn on_start(&mut self, node: usize, height: Height) {
        self.heights[node] = height;
    }

    /// Whether a vote of this kind and view of this key was seen before.
    pub fn has_voted(&self, key: PublicKey, vote: &Vote) -> bool {
        let kinds = self.signed.get(&(key, vote.statement.at));
        kinds.is_some_and(|kinds| kinds.contains_key(&vote.statement.kind))
    }

    /// A validator loses its disk, and with it what it voted for.
    pub fn forget(&mut self, key: PublicKey) {
        let newest = self.signed.keys().filter(|(signer, _)| *signer == key).map(|(_, at)| *at).max();
        self.forgotten.extend(newest.map(|at| (key, at)));
    }

    /// S8: over all lives of a key. A vote that a crash took before it was durable never left, and does not count.
    pub fn on_vote(&mut self, key: PublicKey, vote: &Vote) {
        if !self.honest.contains(&key) {
            return;
        }
        let at = vote.statement.at;
        if self.forgotten.get(&key).is_some_and(|newest| at <= *newest) {
            self.violation(format!(
                "S8: {key} votes in view {at}, where it may have voted before it lost its disk"
            ));
        }
        let first = !self.has_voted(key, vote);
        self.skips += u64::from(first && vote.statement.kind == VoteKind::Skip);
        let kinds = self.signed.entry((key, at)).or_default();
        let before = kinds.insert(vote.statement.kind, vote.statement.block);
        let twice = before.is_some_and(|block| block != vote.statement.block);
        let both = kinds.contains_key(&VoteKind::Commit) && kinds.contains_key(&VoteKind::Skip);
        if twice || both {
            let known = kinds.clone();
            self.violation(format!("S8: the honest {key} signed {before:?} and {known:?} in view {at}"));
        }
    }

    /// S8: an honest leader proposes one block in a view, and that under a lead mark which a crash cannot take. Whoever
    /// lost its disk may hear what it proposed, and repeat it.
    pub fn on_proposal(&mut self, key: PublicKey, header: &Header, durable_mark: EpochView) {
        let proposed = self.proposed.entry((key, header.at)).or_default();
        let is_new = proposed.insert(header.digest());
        let count = proposed.len();
        if is_new && self.honest.contains(&key) && (count > 1 || durable_mark < header.at) {
            self.violation(format!(
                "S8: the honest {key} makes proposal {count} in {}, its lead mark is {durable_mark}",
                header.at
            ));
        }
    }

    /// S11: an honest leader gets its time from others.
    pub fn on_skip(&mut self, now: Micros, node: usize, key: PublicKey, at: EpochView) {
        let leader = self.sets.get(&at.epoch).and_then(|set| Some(set.get(set.leader(at))?.consensus_key));
        let is_due = |leader: &PublicKey| self.honest.contains(leader) && *leader != key;
        let Some(leader) = leader.filter(|leader| self.all_are_heard && is_due(leader)) else { return };
        let gave_up = self.signed.get(&(leader, at)).is_some_and(|kinds| kinds.contains_key(&VoteKind::Skip));
        let waited = self.entered.get(&node).filter(|(view, _)| *view == at).map(|(_, since)| now - since);
        if let Some(waited) = waited.filter(|waited| !gave_up && *waited < LEAD_MIN) {
            self.violation(format!("S11: node {node} gives up {at} of an honest leader after {waited} µs"));
        }
    }

    /// S9.
    pub fn on_evidence(&mut self, node: usize, evidence: &Evidence) {
        self.count("evidence found");
        let (epoch, index) = evidence.accused();
        let accused = self.sets.get(&epoch).and_then(|set| set.get(index));
        match accused.map(|validator| validator.consensus_key) {
            Some(key) if self.honest.contains(&key) => {
                self.violation(format!("S9: node {node} accuses the honest {key}: {evidence:?}"));
            }
            Some(_) => {}
            None => self.violation(format!("S9: node {node} accuses nobody: {evidence:?}")),
        }
    }

    pub fn on_alarm(&mut self, node: usize, alarm: &Alarm) {
        self.violation(format!("node {node} raised an alarm: {alarm:?}"));
    }

    pub fn on_refused(&mut self, _node: usize, _id: TransactionId, refusal: Refusal) {
        self.count(&format!("refused at the door: {}", refusal_name(refusal)));
    }

    pub fn on_distrust(&mut self, node: usize, peer: PublicKey, reason: &str) {
        if self.honest.contains(&peer) {
            self.violation(format!("node {node} cuts an honest one off: {reason}"));
        } else {
            self.count("faulty peers cut off");
        }
    }

    /// Whether every node has entered its present view after this time.
    pub fn have_moved_since(&self, time: Micros) -> bool {
        self.entered.values().all(|(_, since)| *since > time)
    }

    /// S10, and that all agree on who validates.
    pub fn after_step(&mut self, now: Micros, node: usize, replica: &Replica) {
        let engine = replica.engine();
        let entered = self.entered.entry(node).or_insert((engine.at(), now));
        if entered.0 != engine.at() {
            *entered = (engine.at(), now);
        }
        self.largest_delta = self.largest_delta.max(engine.delta().as_micros() as Micros);
        if engine.delta() > DELTA_MAX {
            self.violation(format!("S10: node {node} has a Δ of {:?}", engine.delta()));
        }
        let set = self.sets.entry(engine.epoch()).or_insert_with(|| engine.validators().clone());
        if set.digest() != engine.validators().digest() {
            self.violation(format!("S1: node {node} has other validators in epoch {}", engine.epoch()));
        }
        let most = KEPT_MAX.max(engine.validators().len() * ANNOUNCED_MAX);
        let sizes = replica.sizes();
        if sizes.iter().any(|size| *size > most) {
            self.violation(format!("S10: node {node} keeps too many things of one kind: {sizes:?}"));
        }
    }
}

/// An alarm of a faulty node, for the counts.
pub fn alarm_name(alarm: &Alarm) -> &'static str {
    match alarm {
        Alarm::Certificates(..) => "alarms of faulty nodes: certificates",
        Alarm::Fork(..) => "alarms of faulty nodes: fork",
        Alarm::Root(_) => "alarms of faulty nodes: root",
        Alarm::ForeignVote(_) => "alarms of faulty nodes: key used elsewhere",
    }
}

fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::SequenceTaken => "number taken",
        Refusal::SequenceUsed { .. } => "number used",
        Refusal::SequenceAhead { .. } => "number ahead",
        Refusal::Expired => "expired",
        _ => "other",
    }
}
