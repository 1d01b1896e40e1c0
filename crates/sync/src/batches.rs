//! Batches of the next blocks, fetched by digest from several peers at once.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_crypto::{Verifier, verify_one};
use realdid_types::{BatchDigest, Block, GenesisDigest, SignedBatch};

use crate::{
    Lie, Peer,
    limits::{ANSWER_DEADLINE, BATCHES_IN_FLIGHT_MAX, BATCHES_PER_PEER_MAX},
};

/// What is known of the batches of the opened blocks; their number is bounded by the window of blocks.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    slots: BTreeMap<BatchDigest, Slot>,
    // of missing batches that nobody is asked for, oldest block first; may name some that have arrived since
    queue: VecDeque<BatchDigest>,
    in_flight: BTreeMap<BatchDigest, (Peer, Duration)>,
}

#[derive(Debug)]
struct Slot {
    // by how many opened blocks
    named: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Missing,
    Stored,
    Here(Arc<SignedBatch>),
}

impl Batches {
    /// From now on this block's batches are wanted.
    pub(crate) fn open(&mut self, block: &Block) {
        for reference in &block.batches {
            if let Some(slot) = self.slots.get_mut(&reference.digest) {
                slot.named = slot.named.saturating_add(1);
                continue;
            }
            self.slots.insert(reference.digest, Slot { named: 1, content: Content::Missing });
            self.queue.push_back(reference.digest);
        }
    }

    /// Whether nothing of this opened block is missing.
    pub(crate) fn is_complete(&self, block: &Block) -> bool {
        block.batches.iter().all(|reference| !self.is_missing(&reference.digest))
    }

    /// Ends what [`Batches::open`] began, and gives out what was fetched. A later block finds it stored.
    pub(crate) fn close(&mut self, block: &Block) -> Vec<Arc<SignedBatch>> {
        let mut fetched = Vec::new();
        for digest in block.batches.iter().map(|reference| reference.digest) {
            let Some(slot) = self.slots.get_mut(&digest) else { continue };
            slot.named = slot.named.saturating_sub(1);
            let unused = slot.named == 0;
            if let Content::Here(batch) = &slot.content {
                fetched.push(batch.clone());
                slot.content = Content::Stored;
            }
            if unused {
                self.slots.remove(&digest);
                self.in_flight.remove(&digest);
            }
        }
        fetched
    }

    fn is_missing(&self, digest: &BatchDigest) -> bool {
        self.slots.get(digest).is_some_and(|slot| matches!(slot.content, Content::Missing))
    }

    pub(crate) fn on_stored(&mut self, digest: &BatchDigest) {
        if self.is_missing(digest) {
            self.fill(digest, Content::Stored);
        }
    }

    /// Takes a batch if it is wanted, from whomever; tells since when it was expected of this peer.
    pub(crate) fn on_batch(
        &mut self,
        from: &Peer,
        batch: Arc<SignedBatch>,
        genesis: GenesisDigest,
        verifier: &dyn Verifier,
    ) -> Result<Option<Duration>, Lie> {
        let digest = batch.batch.digest();
        if !self.is_missing(&digest) {
            return Ok(None);
        }
        // the digest covers all but the author's signature, and a quorum has verified what it covers
        let message = batch.batch.signing_digest(genesis);
        if !verify_one(verifier, &batch.batch.author, message.as_bytes(), &batch.signature) {
            return Err(Lie::Batch(digest));
        }
        let asked = self.in_flight.get(&digest).filter(|(peer, _)| peer == from).map(|(_, asked)| *asked);
        self.fill(&digest, Content::Here(batch));
        Ok(asked)
    }

    fn fill(&mut self, digest: &BatchDigest, content: Content) {
        if let Some(slot) = self.slots.get_mut(digest) {
            slot.content = content;
        }
        self.in_flight.remove(digest);
    }

    /// The batch to ask for next; none when there is none or enough are under way.
    pub(crate) fn next_wanted(&mut self) -> Option<BatchDigest> {
        while let Some(digest) = self.queue.front().copied() {
            if self.is_missing(&digest) && !self.in_flight.contains_key(&digest) {
                return (self.in_flight.len() < BATCHES_IN_FLIGHT_MAX).then_some(digest);
            }
            self.queue.pop_front();
        }
        None
    }

    /// Whether this peer may be asked for one more.
    pub(crate) fn has_room(&self, peer: &Peer) -> bool {
        self.in_flight.values().filter(|(asked, _)| asked == peer).count() < BATCHES_PER_PEER_MAX
    }

    /// Notes that this peer was asked for what [`Batches::next_wanted`] named.
    pub(crate) fn ask(&mut self, digest: BatchDigest, peer: Peer, now: Duration) {
        self.in_flight.insert(digest, (peer, now));
    }

    /// Queues again what was not answered in time, before everything else; tells by whom.
    pub(crate) fn expire(&mut self, now: Duration) -> Vec<Peer> {
        self.take_back(|_, asked| asked.saturating_add(ANSWER_DEADLINE) <= now)
    }

    /// Queues again what this peer was asked for.
    pub(crate) fn forget(&mut self, peer: &Peer) {
        self.take_back(|asked, _| asked == peer);
    }

    fn take_back(&mut self, lost: impl Fn(&Peer, Duration) -> bool) -> Vec<Peer> {
        let lost: Vec<_> = self.in_flight.extract_if(.., |_, (peer, asked)| lost(peer, *asked)).collect();
        lost.into_iter()
            .map(|(digest, (peer, _))| {
                self.queue.push_front(digest);
                peer
            })
            .collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.in_flight.values().map(|(_, asked)| asked.saturating_add(ANSWER_DEADLINE)).min()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.queue.is_empty() && self.in_flight.is_empty()
    }
}
