//! Batches: verified once, stored, announced, fetched.

use std::sync::Arc;

use realdid_consensus::{Input as ToConsensus, Peer};
use realdid_crypto::verify_one;
use realdid_state::{NodeEntry, StateKey, StateRead, read};
use realdid_sync::Input as ToCatchUp;
use realdid_types::{Batch, BatchDigest, Have, Message, Request, SignedBatch, limits};

use crate::{
    Effect, Replica, Timer,
    replica::{FETCH_INTERVAL, Step},
};

/// Wrong batches that are remembered; each was signed by a member, and a member that sends more is cut off.
const WRONG_MAX: usize = 1_024;

impl Replica {
    /// A batch from a peer: verified, then held and stored.
    pub(crate) fn on_batch(&mut self, step: &mut Step<'_>, from: Peer, batch: Arc<SignedBatch>) {
        step.catch_up.push_back(ToCatchUp::Batch { from, batch: batch.clone() });
        let digest = batch.batch.digest();
        let known = self.is_stored(step, digest) || self.wrong.contains(&digest);
        if known || !self.is_of_member(step, &batch) || !self.is_welcome(step, digest, &batch.batch) {
            return;
        }
        if batch.verify(self.settings.genesis, step.surroundings.verifier) {
            self.hold_batch(step, batch);
        } else {
            self.on_wrong_batch(step, from, &batch, digest);
        }
    }

    fn is_of_member(&self, step: &Step<'_>, batch: &SignedBatch) -> bool {
        let key = StateKey::Node(batch.batch.author).to_bytes();
        self.final_state(step).value(&key).is_some()
    }

    /// Whether a batch is to be kept: a proposal names it, or it can still count and there is room. Without that a liar who
    /// signs many with one number would keep everybody busy with passing them on.
    fn is_welcome(&mut self, step: &Step<'_>, digest: BatchDigest, batch: &Batch) -> bool {
        if self.pool.is_wanted(&digest) {
            return true;
        }
        if self.is_number_taken(step, batch) {
            self.pool.decline(&digest);
            return false;
        }
        self.pool.has_room_for(&batch.author)
    }

    /// Whether another batch with the author's number is here or final.
    fn is_number_taken(&self, step: &Step<'_>, batch: &Batch) -> bool {
        let entry: Option<NodeEntry> = read(&self.final_state(step), &StateKey::Node(batch.author));
        entry.is_some_and(|entry| entry.numbers.is_used(batch.number))
            || self.pool.has_number(batch.author, batch.number)
    }

    /// Only what the author signed can make a batch wrong for ever.
    fn on_wrong_batch(&mut self, step: &mut Step<'_>, from: Peer, batch: &SignedBatch, digest: BatchDigest) {
        let message = batch.batch.signing_digest(self.settings.genesis);
        if verify_one(step.surroundings.verifier, &batch.batch.author, message.as_bytes(), &batch.signature) {
            if self.wrong.len() < WRONG_MAX {
                self.wrong.insert(digest);
            }
            step.consensus.push_back(ToConsensus::BatchesChanged);
        }
        step.effects.push(Effect::Distrust(from, "a batch with a signature that does not hold".to_owned()));
    }

    /// From here on a block may name it: whoever votes for that has its write synced before, and so that of the batch.
    pub(crate) fn hold_batch(&mut self, step: &mut Step<'_>, batch: Arc<SignedBatch>) {
        self.pool.hold(batch.clone());
        step.effects.push(Effect::StoreBatch(batch));
        step.consensus.push_back(ToConsensus::BatchesChanged);
    }

    /// A batch is durable: everybody may know who has it.
    pub(crate) fn on_batch_stored(&mut self, step: &mut Step<'_>, digest: BatchDigest) {
        if !self.pool.on_durable(&digest) {
            return;
        }
        step.effects.push(Effect::Broadcast(Arc::new(Message::Have(Have { batches: vec![digest] }))));
        step.consensus.push_back(ToConsensus::BatchesChanged);
        step.catch_up.push_back(ToCatchUp::BatchHeld(digest));
        self.acknowledge(step, digest);
    }

    pub(crate) fn on_have(&mut self, step: &mut Step<'_>, from: Peer, digests: &[BatchDigest]) {
        if !self.is_validator(&from) {
            return;
        }
        // what is stored and not pending is final
        let is_open = |digest: &BatchDigest| {
            self.pool.get(digest).is_some() || step.surroundings.ledger.batch(*digest).is_none()
        };
        let open: Vec<BatchDigest> = digests.iter().copied().filter(is_open).collect();
        self.pool.on_have(from, &open, step.now());
        open.iter().for_each(|digest| self.acknowledge(step, *digest));
        step.consensus.push_back(ToConsensus::BatchesChanged);
        self.plan_fetching(step);
    }

    pub(crate) fn want_batches(&mut self, step: &mut Step<'_>, digests: &[BatchDigest], from: Peer) {
        let holder = Some(from).filter(|from| self.is_validator(from));
        self.pool.want(digests, holder, step.now());
        self.fetch_batches(step);
    }

    /// Asks for what is due, and comes back while anything is missing. It looks at everything that was heard of: not to
    /// be done for every announcement.
    pub(crate) fn fetch_batches(&mut self, step: &mut Step<'_>) {
        for fetch in self.pool.to_fetch(step.now(), self.engine.delta()) {
            let request = Message::Request(Request::Batch(fetch.digest));
            match fetch.from.filter(|peer| *peer != self.settings.me) {
                Some(peer) => Self::send(step, peer, request),
                None => step.effects.push(Effect::Broadcast(Arc::new(request))),
            }
        }
        self.plan_fetching(step);
    }

    fn plan_fetching(&mut self, step: &mut Step<'_>) {
        let [_, heard] = self.pool.sizes();
        if heard > 0 && !self.fetching {
            self.fetching = true;
            step.effects.push(Effect::SetTimer(Timer::Fetch, step.now().saturating_add(FETCH_INTERVAL)));
        }
    }

    /// Announces every pending batch, to one peer or to all.
    pub(crate) fn announce_held(&self, step: &mut Step<'_>, to: Option<Peer>) {
        let durable: Vec<BatchDigest> = self.pool.durable().collect();
        for page in durable.chunks(limits::HAVE_MAX) {
            let have = Arc::new(Message::Have(Have { batches: page.to_vec() }));
            step.effects.push(match to {
                Some(peer) => Effect::Send(peer, have),
                None => Effect::Broadcast(have),
            });
        }
    }

    pub(crate) fn is_stored(&self, step: &Step<'_>, digest: BatchDigest) -> bool {
        self.pool.get(&digest).is_some() || step.surroundings.ledger.batch(digest).is_some()
    }

    fn is_validator(&self, peer: &Peer) -> bool {
        self.engine.validators().index_of(peer).is_some()
    }
}
