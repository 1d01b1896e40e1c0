//! Own clients: their transactions in, batches out, and what they are told.

use std::time::Duration;

use realdid_state::{NodeEntry, StateKey, read};
use realdid_types::{Batch, BatchDigest, SignedTransaction, TransactionId};

use crate::{Effect, Replica, Timer, ledger::StateSenders, replica::Step};

/// How long packing pauses when too many own batches are pending.
const PACK_PAUSE: Duration = Duration::from_millis(100);

impl Replica {
    pub(crate) fn on_submitted(&mut self, step: &mut Step<'_>, signed: SignedTransaction) {
        let id = signed.id();
        let state = self.final_state(step);
        let block_time = self.engine.tip().time;
        match self.transactions.insert(signed, &StateSenders(&state), block_time, step.now()) {
            Ok(_) => self.plan_packing(step),
            Err(refusal) => step.effects.push(Effect::Refused(id, refusal)),
        }
    }

    pub(crate) fn plan_packing(&self, step: &mut Step<'_>) {
        if let Some(at) = self.transactions.next_pack() {
            step.effects.push(Effect::SetTimer(Timer::Pack, at.max(step.now())));
        }
    }

    /// Packs what waits into a batch, to be signed.
    pub(crate) fn pack(&mut self, step: &mut Step<'_>) {
        if !self.pool.has_room_for(&self.settings.node) {
            // peers would refuse it: wait until batches that are out there are final
            step.effects.push(Effect::SetTimer(Timer::Pack, step.now().saturating_add(PACK_PAUSE)));
            return;
        }
        if let Some(transactions) = self.transactions.pack(step.now()) {
            let number = self.next_batch.max(self.numbers_in_state(step));
            let batch = Batch { author: self.settings.node, number, transactions };
            self.next_batch = number.saturating_add(1);
            let ids: Vec<TransactionId> = batch.transactions.iter().map(SignedTransaction::id).collect();
            self.unacknowledged.insert(batch.digest(), ids);
            step.effects.push(Effect::SignBatch(Box::new(batch)));
        }
        self.plan_packing(step);
    }

    /// Where a node that lost its own count goes on.
    fn numbers_in_state(&self, step: &Step<'_>) -> u64 {
        let entry: Option<NodeEntry> = read(&self.final_state(step), &StateKey::Node(self.settings.node));
        entry.map_or(0, |entry| entry.numbers.next())
    }

    /// Tells the clients of an own batch once f + 1 validators hold it.
    pub(crate) fn acknowledge(&mut self, step: &mut Step<'_>, digest: BatchDigest) {
        if self.pool.is_available(&digest)
            && let Some(ids) = self.unacknowledged.remove(&digest)
        {
            step.effects.push(Effect::Accepted(ids));
        }
    }
}
