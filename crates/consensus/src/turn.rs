//! One turn: what a step reads, and the effects that it gathers.

use std::{collections::BTreeSet, time::Duration};

use realdid_crypto::Verifier;
use realdid_types::{BatchDigest, Block, Certificate, Timestamp, VoteStatement};

use crate::{BatchStatus, Batches, Effect, Engine, Record, Surroundings, Timer, Write};

/// Gathers what one step asks for, so that everything that must be durable goes into one write before the rest.
pub(crate) struct Turn<'a> {
    surroundings: &'a Surroundings<'a>,
    sealed: Vec<Effect>,
    delivered: BTreeSet<BatchDigest>,
    votes: Vec<VoteStatement>,
    records: Vec<Record>,
    sync: bool,
    effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(surroundings: &'a Surroundings<'a>) -> Self {
        Self {
            surroundings,
            sealed: Vec::new(),
            delivered: BTreeSet::new(),
            votes: Vec::new(),
            records: Vec::new(),
            sync: false,
            effects: Vec::new(),
        }
    }

    /// The monotonic clock.
    pub(crate) fn now(&self) -> Duration {
        self.surroundings.now.monotonic
    }

    /// The time of day.
    pub(crate) fn wall(&self) -> Timestamp {
        self.surroundings.now.wall
    }

    pub(crate) fn batches(&self) -> &'a dyn Batches {
        self.surroundings.batches
    }

    pub(crate) fn verifier(&self) -> &'a dyn Verifier {
        self.surroundings.verifier
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(crate) fn effect_all(&mut self, effects: impl IntoIterator<Item = Effect>) {
        self.effects.extend(effects);
    }

    pub(crate) fn timer(&mut self, timer: Timer, at: Duration) {
        self.effects.push(Effect::SetTimer(timer, at));
    }

    /// To be written; goes along with the next sync.
    pub(crate) fn record(&mut self, record: Record) {
        if !self.records.contains(&record) {
            self.records.push(record);
        }
    }

    /// To be written and synced.
    pub(crate) fn record_synced(&mut self, record: Record) {
        self.record(record);
        self.sync = true;
    }

    /// To be signed, written and synced, and only then sent.
    pub(crate) fn vote(&mut self, statement: VoteStatement) {
        self.votes.push(statement);
        self.sync = true;
    }

    /// A block has become final in this turn; the pool of batches hears of it after the turn.
    pub(crate) fn deliver(&mut self, block: Box<Block>, commit: Option<Certificate>) {
        self.delivered.extend(block.batches.iter().map(|reference| reference.digest));
        self.effects.push(Effect::Final { block, commit });
    }

    /// The batches of blocks that this turn made final.
    pub(crate) fn delivered(&self) -> &BTreeSet<BatchDigest> {
        &self.delivered
    }

    pub(crate) fn holds_all(&self, block: &Block) -> bool {
        block.batches.iter().all(|reference| self.batches().status(reference) == BatchStatus::Held)
    }

    /// What is asked for from now on is written after everything so far, so that no crash keeps it alone.
    pub(crate) fn seal(&mut self, engine: &mut Engine) {
        let votes = std::mem::take(&mut self.votes);
        let records = std::mem::take(&mut self.records);
        let sync = std::mem::take(&mut self.sync);
        if !votes.is_empty() || !records.is_empty() {
            engine.written = engine.written.saturating_add(1);
            let write = Write { id: engine.written, votes, records, sync };
            if write.sync {
                engine.writes.push_back(write.clone());
            }
            self.sealed.push(Effect::Write(write));
        }
        self.sealed.append(&mut self.effects);
    }

    /// The effects in order, the write first.
    pub(crate) fn finish(mut self, engine: &mut Engine) -> Vec<Effect> {
        self.seal(engine);
        self.sealed
    }
}
