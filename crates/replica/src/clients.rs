//! Own clients: their transactions in, batches out, and what they are told.

use std::{sync::Arc, time::Duration};

use realdid_crypto::Digest;
use realdid_mempool::{
    Included,
    limits::{SKIPPED_BLOCKS_MAX, SKIPPED_LOOK_BACK},
};
use realdid_state::{NodeEntry, StateKey, read};
use realdid_types::{
    Batch, BatchDigest, Height, Message, SignedBatch, SignedTransaction, Timestamp, TransactionId,
};

use crate::{Effect, Replica, Timer, ledger::StateSenders, replica::Step};

/// How long packing pauses when too many own batches are pending.
const PACK_PAUSE: Duration = Duration::from_millis(100);
/// How many numbers of own batches are reserved at once: what is packed while a disk takes its time over one sync. After a
/// restart as many may be left out.
const RESERVED: u64 = 64;
/// Numbers for each millisecond of block time: far more than batches are made or numbers left out in one, and few enough for
/// five hundred years.
const NUMBERS_A_MILLISECOND: u64 = 1 << 20;

/// The numbers that own batches may have: each is on disk as used before a batch with it leaves, so that none is used
/// again after a crash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    next: u64,
    /// Those below are durable as used.
    durable: u64,
    /// Those below are written as used.
    written: u64,
    /// How far behind the time of a block they begin; drawn at each start.
    drawn: u64,
}

impl Numbers {
    /// Goes on with what the folder has reserved; 0 if that is nothing.
    pub(crate) fn from(next: u64, nonce: &Digest) -> Self {
        let [first, second, third, ..] = nonce.as_bytes();
        let drawn =
            u64::from_le_bytes([*first, *second, *third, 0, 0, 0, 0, 0]) % (NUMBERS_A_MILLISECOND / 2);
        Self { next, durable: next, written: next, drawn }
    }

    /// The next one, given the next one of this node's in the state, and the time of the newest block. A folder that has
    /// none, or that was put back from a copy, begins above all that one before it had: that began when less was final, or
    /// at another place of the same millisecond.
    fn next(&mut self, in_state: u64, block_time: Timestamp) -> u64 {
        if self.next == 0 || self.next < in_state {
            let of_block = block_time.0.saturating_mul(NUMBERS_A_MILLISECOND);
            self.next = of_block.saturating_add(self.drawn).max(in_state);
        }
        self.next
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
        let Some(number) = self.next_number(step) else {
            step.effects.push(Effect::SetTimer(Timer::Pack, step.now().saturating_add(PACK_PAUSE)));
            return;
        };
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
    /// known once a block of that view is. Who does not vote is told no bound, and goes by what others have shown it.
    fn knows_its_numbers(&self) -> bool {
        let validates = self.engine.validators().index_of(&self.settings.me).is_some();
        let has_caught_up = self.engine.tip().at > self.started_at && !self.catch_up.is_proven_behind();
        self.is_whole() || !validates && (self.numbers.next > 0 || has_caught_up)
    }

    /// A number that no batch of mine had before, wherever it is now, if another batch may be made. Used twice, it would
    /// take away what was promised to the clients of the batch that comes second.
    fn next_number(&mut self, step: &Step<'_>) -> Option<u64> {
        let own = &self.settings.node;
        // with too many out there peers would refuse another
        if !self.knows_its_numbers() || !self.pool.has_room_for(own) {
            return None;
        }
        let entry: Option<NodeEntry> = read(&self.final_state(step), &StateKey::Node(*own));
        let in_state = entry.map_or(0, |entry| entry.numbers.next());
        Some(self.numbers.next(in_state, self.engine.tip().time))
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
