//! Own clients: their transactions in, batches out, and what they are told.

use std::{sync::Arc, time::Duration};

use realdid_mempool::{
    Included,
    limits::{AUTHOR_BATCHES_MAX, SKIPPED_BLOCKS_MAX, SKIPPED_LOOK_BACK},
};
use realdid_state::{NodeEntry, StateKey, read};
use realdid_types::{
    Batch, BatchDigest, EpochView, Height, Message, SignedBatch, SignedTransaction, TransactionId,
};

use crate::{Effect, Replica, Timer, ledger::StateSenders, replica::Step};

/// How long packing pauses when too many own batches are pending.
const PACK_PAUSE: Duration = Duration::from_millis(100);
/// How many numbers of own batches are reserved at once: what is packed while a disk takes its time over one sync. After a
/// restart as many may be left out.
const RESERVED: u64 = 64;
/// How far the numbers of a lost disk may have been above the last one that is final: so many batches were pending at most,
/// and as many were left out at a few restarts.
const LOST_NUMBERS_MAX: u64 = 2 * AUTHOR_BATCHES_MAX as u64;

/// The numbers that own batches may have: each is on disk as used before a batch with it leaves, so that none is used
/// again after a crash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    next: u64,
    /// Those below are durable as used.
    durable: u64,
    /// Those below are written as used.
    written: u64,
}

impl Numbers {
    pub(crate) fn from(next: u64) -> Self {
        Self { next, durable: next, written: next }
    }
}

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

    /// What newest blocks skipped of own batches would have been packed again by the process before this one, which told
    /// its clients that nothing is lost.
    pub(crate) fn remember_skipped(&mut self, step: &mut Step<'_>) {
        let (ledger, own) = (step.surroundings.ledger, self.settings.node);
        let tip = self.engine.tip();
        let heights = std::iter::successors(Some(tip.height), |height| Some(height.previous()));
        let blocks =
            heights.take_while(|height| *height > Height(0)).map_while(|height| ledger.block_at(height));
        let recent = blocks.take_while(|block| block.header.time.plus(SKIPPED_LOOK_BACK) >= tip.time);
        let references = recent.take(SKIPPED_BLOCKS_MAX).flat_map(|block| block.batches);
        let batches: Vec<_> = references
            .filter(|reference| reference.author == own)
            .filter_map(|reference| ledger.batch(reference.digest))
            .collect();
        let included = batches.iter().flat_map(|batch| &batch.batch.transactions);
        let included = included.map(|transaction| Included { transaction, own: true });
        let state = self.final_state(step);
        // who was waiting for these to be void is gone
        let _void = self.transactions.on_final(included, &StateSenders(&state), tip.time, step.now());
        self.plan_packing(step);
    }

    pub(crate) fn plan_packing(&self, step: &mut Step<'_>) {
        if let Some(at) = self.transactions.next_pack() {
            step.effects.push(Effect::SetTimer(Timer::Pack, at.max(step.now())));
        }
    }

    /// Packs what waits into a batch, to be signed.
    pub(crate) fn pack(&mut self, step: &mut Step<'_>) {
        // with too many out there peers would refuse another
        if !self.knows_its_numbers() || !self.pool.has_room_for(&self.settings.node) {
            step.effects.push(Effect::SetTimer(Timer::Pack, step.now().saturating_add(PACK_PAUSE)));
            return;
        }
        let number = self.numbers.next.max(self.unused_number(step));
        self.reserve_numbers(step, number);
        if number >= self.numbers.durable {
            // goes on when they are reserved
            return;
        }
        if let Some(transactions) = self.transactions.pack(step.now()) {
            let batch = Batch { author: self.settings.node, number, transactions };
            self.numbers.next = number.saturating_add(1);
            step.effects.push(Effect::SignBatch(Box::new(batch)));
        }
        self.plan_packing(step);
    }

    /// Reserves numbers while there are some left, so that nothing has to wait for it.
    fn reserve_numbers(&mut self, step: &mut Step<'_>, next: u64) {
        if next.saturating_add(RESERVED / 2) >= self.numbers.written {
            self.numbers.written = next.saturating_add(RESERVED);
            step.effects.push(Effect::ReserveNumbers(self.numbers.written));
        }
    }

    pub(crate) fn on_numbers_reserved(&mut self, step: &mut Step<'_>, below: u64) {
        self.numbers.durable = self.numbers.durable.max(below);
        if self.transactions.next_pack().is_some_and(|at| at <= step.now()) {
            self.pack(step);
        }
    }

    /// An own batch goes to everybody and to disk; its clients are owed an answer from here on.
    pub(crate) fn on_batch_signed(&mut self, step: &mut Step<'_>, signed: Arc<SignedBatch>) {
        let ids: Vec<TransactionId> = signed.batch.transactions.iter().map(SignedTransaction::id).collect();
        self.unacknowledged.insert(signed.batch.digest(), ids);
        self.hold_batch(step, signed.clone());
        step.effects.push(Effect::Broadcast(Arc::new(Message::Batch(Box::new((*signed).clone())))));
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
        next.saturating_add(if lost_its_disk { LOST_NUMBERS_MAX } else { 0 })
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
