//! Own clients: their transactions in, batches out, and what they are told.

use realdid_types::{Batch, BatchDigest, SignedTransaction, TransactionId};

use crate::{Effect, Replica, Timer, ledger::StateSenders, replica::Step};

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

    fn plan_packing(&self, step: &mut Step<'_>) {
        if let Some(at) = self.transactions.next_pack() {
            step.effects.push(Effect::SetTimer(Timer::Pack, at.max(step.now())));
        }
    }

    /// Packs what waits into a batch, to be signed.
    pub(crate) fn pack(&mut self, step: &mut Step<'_>) {
        if let Some(transactions) = self.transactions.pack(step.now()) {
            let batch = Batch { author: self.settings.node, number: self.next_batch, transactions };
            self.next_batch = self.next_batch.saturating_add(1);
            let ids: Vec<TransactionId> = batch.transactions.iter().map(SignedTransaction::id).collect();
            self.unacknowledged.insert(batch.digest(), ids);
            step.effects.push(Effect::SignBatch(Box::new(batch)));
        }
        self.plan_packing(step);
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
