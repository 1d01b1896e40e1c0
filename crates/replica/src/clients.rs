//! Own clients: their transactions in, batches out, and what they are told.

use std::{sync::Arc, time::Duration};

use realdid_mempool::limits::AUTHOR_BATCHES_MAX;
use realdid_state::{NodeEntry, StateKey, read};
use realdid_types::{Batch, BatchDigest, EpochView, SignedBatch, SignedTransaction, TransactionId};

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
        // with too many out there peers would refuse another
        let me = &self.settings.node;
        if !self.knows_its_numbers() || !self.pool.has_room_for(me, self.on_their_way(me)) {
            step.effects.push(Effect::SetTimer(Timer::Pack, step.now().saturating_add(PACK_PAUSE)));
            return;
        }
        if let Some(transactions) = self.transactions.pack(step.now()) {
            let number = self.next_batch.max(self.unused_number(step));
            let batch = Batch { author: self.settings.node, number, transactions };
            self.next_batch = number.saturating_add(1);
            step.effects.push(Effect::SignBatch(Box::new(batch)));
        }
        self.plan_packing(step);
    }

    /// An own batch goes to disk; its clients are owed an answer from here on.
    pub(crate) fn on_batch_signed(&mut self, step: &mut Step<'_>, signed: Arc<SignedBatch>) {
        let ids: Vec<TransactionId> = signed.batch.transactions.iter().map(SignedTransaction::id).collect();
        self.unacknowledged.insert(signed.batch.digest(), ids);
        self.store_batch(step, signed);
    }

    /// Whoever lost its disk does not know which numbers its own batches had. All that are final by its bound are
    /// known once a block of that view is.
    fn knows_its_numbers(&self) -> bool {
        let validates = self.engine.validators().index_of(&self.settings.me).is_some();
        self.is_whole() || !validates
    }

    /// A number that no batch of mine had before, wherever it is now. Used twice, it would take away what was
    /// promised to the clients of the batch that comes second.
    fn unused_number(&self, step: &Step<'_>) -> u64 {
        let entry: Option<NodeEntry> = read(&self.final_state(step), &StateKey::Node(self.settings.node));
        let next = entry.map_or(0, |entry| entry.numbers.next());
        let lost_its_disk = self.engine.is_wiped() || self.engine.voter().bound() > EpochView::default();
        // not more than these were pending
        next.saturating_add(if lost_its_disk { AUTHOR_BATCHES_MAX as u64 } else { 0 })
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
