//! Executing blocks, and what follows when they are final.

use std::{sync::Arc, time::Duration};

use realdid_consensus::{Input as ToConsensus, Outcome};
use realdid_crypto::PublicKey;
use realdid_mempool::Included;
use realdid_state::{Execution, Inputs, Layered, execute};
use realdid_sync::{Input as ToCatchUp, Tip};
use realdid_types::{Block, BlockDigest, Certificate, EpochEnd, SignedBatch};

use crate::{Commit, Effect, Executable, Replica, ledger::StateSenders, replica::Step};

/// A batch that was announced and that nobody could hand over is forgotten after this long.
const RUMOUR_MAX: Duration = Duration::from_secs(60);

impl Replica {
    /// Asks to execute a block once what this step asked for before is on its way.
    ///
    /// # Panics
    /// Never: consensus asks for execution only when all batches are held, and until the step ends none is let go of.
    #[expect(clippy::panic, reason = "what consensus saw as held is in reach until the step ends")]
    pub(crate) fn plan_execution(&self, step: &mut Step<'_>, block: Block) {
        let found: Option<Vec<Arc<SignedBatch>>> =
            block.batches.iter().map(|reference| self.batch(step, reference.digest)).collect();
        let Some(batches) = found else {
            panic!("block {} is to be executed and a batch of it is not held", block.digest())
        };
        step.effects.push(Effect::Execute(Box::new(Executable { block, batches })));
    }

    /// Executes a block on the state after its parent.
    pub(crate) fn execute(&mut self, step: &mut Step<'_>, executable: &Executable) {
        let block = &executable.block;
        let digest = block.digest();
        if self.engine.block(digest).is_none() {
            // another one became final in its place
            return;
        }
        let batches: Vec<&SignedBatch> = executable.batches.iter().map(Arc::as_ref).collect();
        let before = Layered::new(step.surroundings.ledger, self.executions_from(block.header.parent));
        let inputs = Inputs {
            genesis: self.settings.genesis,
            header: &block.header,
            batches: &batches,
            verifier: step.surroundings.verifier,
        };
        let execution = Arc::new(execute(&inputs, &before));
        let outcome = Outcome { root: execution.root, next: execution.next_validators.clone() };
        self.executions.insert(digest, (block.header.parent, execution));
        step.consensus.push_back(ToConsensus::Executed(digest, outcome));
    }

    fn batch(&self, step: &Step<'_>, digest: realdid_types::BatchDigest) -> Option<Arc<SignedBatch>> {
        let held = self.pool.get(&digest).or_else(|| self.fresh_batches.get(&digest));
        held.cloned().or_else(|| step.surroundings.ledger.batch(digest))
    }

    /// The executions of a block and its ancestors that the ledger does not show, newest first.
    fn executions_from(&self, mut digest: BlockDigest) -> Vec<Arc<Execution>> {
        let mut executions = Vec::new();
        while let Some((parent, execution)) = self.executions.get(&digest) {
            executions.push(execution.clone());
            digest = *parent;
        }
        executions.extend(self.fresh.iter().cloned());
        executions
    }

    pub(crate) fn on_final(&mut self, step: &mut Step<'_>, block: Block, commit: Option<Certificate>) {
        let digest = block.digest();
        let Some((_, execution)) = self.executions.remove(&digest) else { return };
        let batches: Vec<Arc<SignedBatch>> =
            block.batches.iter().filter_map(|reference| self.batch(step, reference.digest)).collect();
        self.fresh.insert(0, execution.clone());
        self.keep_fresh_batches(&block);
        self.pool.on_final(&block.batches);
        let tip = Tip::new(&block.header, execution.next_validators.clone());
        step.catch_up.push_back(ToCatchUp::Delivered(tip));
        step.effects.push(Effect::Commit(Box::new(Commit { block: block.clone(), commit, execution })));
        let state = self.final_state(step);
        let own = self.settings.node;
        let included = batches.iter().flat_map(|batch| {
            let own = batch.batch.author == own;
            batch.batch.transactions.iter().map(move |transaction| Included { transaction, own })
        });
        let void = self.transactions.on_final(included, &StateSenders(&state), block.header.time, step.now());
        self.plan_packing(step);
        if !void.is_empty() {
            step.effects.push(Effect::Void(void));
        }
    }

    /// What leaves the pool in this step may not be in the ledger before the next.
    fn keep_fresh_batches(&mut self, block: &Block) {
        for reference in &block.batches {
            if let Some(batch) = self.pool.get(&reference.digest) {
                self.fresh_batches.insert(reference.digest, batch.clone());
            }
        }
    }

    /// At the end of a step, because a block that the step asks to execute may name a batch that is void by now.
    pub(crate) fn forget_void_batches(&mut self, now: Duration) {
        self.pool.expire(self.engine.tip().time, now, RUMOUR_MAX);
    }

    /// Executions whose block is gone can never become final, and what is final or void needs no more acknowledgement.
    pub(crate) fn forget_dead_branches(&mut self) {
        let engine = &self.engine;
        self.executions.retain(|digest, _| engine.block(*digest).is_some());
        let pool = &self.pool;
        self.unacknowledged.retain(|digest, _| pool.get(digest).is_some());
    }

    pub(crate) fn on_epoch_entered(&mut self, step: &mut Step<'_>, end: Box<EpochEnd>) {
        let set = self.engine.validators().clone();
        let is_validator = |key: &PublicKey| set.index_of(key).is_some();
        let me = Some(self.settings.me).filter(is_validator);
        self.pool.enter_epoch(me, set.quorum(), is_validator);
        step.catch_up.push_back(ToCatchUp::EpochEntered { epoch: self.engine.epoch(), validators: set });
        step.effects.push(Effect::EpochEntered(end));
        self.announce_held(step, None);
    }
}

#[cfg(test)]
mod tests;
