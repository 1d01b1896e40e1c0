//! Batches that are not in a final block: which are held, who else holds them, and which to fetch.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use realdid_crypto::PublicKey;
use realdid_types::{BatchDigest, BatchReference, Quorum, SignedBatch, Timestamp, limits::BLOCK_BATCHES_MAX};

use crate::limits::{ANNOUNCED_MAX, AUTHOR_BATCHES_MAX, FETCH_INTERVAL, PATIENCE_DOUBLINGS_MAX};

/// Held and announced batches of an epoch's validators, who are named by their consensus keys.
#[derive(Clone, Debug)]
pub struct BatchPool {
    me: Option<PublicKey>,
    quorum: Quorum,
    held: BTreeMap<BatchDigest, Held>,
    /// Held batches by when they came, with their authors.
    order: VecDeque<(BatchDigest, PublicKey)>,
    by_author: BTreeMap<PublicKey, usize>,
    /// Held batches by their author's number: of one number no more than one counts, and an honest author signs no second.
    by_number: BTreeMap<(PublicKey, u64), BTreeSet<BatchDigest>>,
    heard: BTreeMap<BatchDigest, Heard>,
    /// Digests that each peer announced and I do not hold.
    announced: BTreeMap<PublicKey, usize>,
}

#[derive(Clone, Debug)]
struct Held {
    batch: Arc<SignedBatch>,
    reference: BatchReference,
    /// Whether no crash can take it from me. Until then I am not among its holders.
    durable: bool,
    holders: BTreeSet<PublicKey>,
    last_expiry: Timestamp,
}

#[derive(Clone, Debug)]
struct Heard {
    since: Duration,
    holders: BTreeSet<PublicKey>,
    /// A proposal names it.
    wanted: bool,
    /// It came and can never count: only a proposal that names it is a reason to ask for it again.
    declined: bool,
    asked: Option<Duration>,
    tries: usize,
}

/// A batch to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Which.
    pub digest: BatchDigest,
    /// From whom; from anybody if no holder is known that was not asked before.
    pub from: Option<PublicKey>,
}

impl BatchPool {
    /// An empty pool in a set of this size, in which I vote with this key.
    #[must_use]
    pub fn new(me: Option<PublicKey>, quorum: Quorum) -> Self {
        Self {
            me,
            quorum,
            held: BTreeMap::new(),
            order: VecDeque::new(),
            by_author: BTreeMap::new(),
            by_number: BTreeMap::new(),
            heard: BTreeMap::new(),
            announced: BTreeMap::new(),
        }
    }

    /// Whether a proposal names a batch that is not here: it is taken whatever else is against it.
    #[must_use]
    pub fn is_wanted(&self, batch: &BatchDigest) -> bool {
        self.heard.get(batch).is_some_and(|heard| heard.wanted)
    }

    /// Whether a batch of this author with this number is held.
    #[must_use]
    pub fn has_number(&self, author: PublicKey, number: u64) -> bool {
        self.by_number.contains_key(&(author, number))
    }

    /// A batch came that can never count: nobody is asked for it again, unless a proposal names it.
    pub fn decline(&mut self, batch: &BatchDigest) {
        if let Some(heard) = self.heard.get_mut(batch) {
            heard.declined = true;
        }
    }

    /// Whether this author has fewer batches pending than it may.
    #[must_use]
    pub fn has_room_for(&self, author: &PublicKey) -> bool {
        self.by_author.get(author).is_none_or(|held| *held < AUTHOR_BATCHES_MAX)
    }

    /// A batch is verified and written, so that whatever is synced from now on has it synced too: it can be proposed and
    /// voted for.
    pub fn hold(&mut self, batch: Arc<SignedBatch>) {
        let reference = batch.reference();
        let digest = reference.digest;
        if self.held.contains_key(&digest) {
            return;
        }
        let holders = self.forget_heard(digest).map(|heard| heard.holders).unwrap_or_default();
        let last_expiry = batch
            .batch
            .transactions
            .iter()
            .map(|signed| signed.transaction.expires)
            .max()
            .unwrap_or_default();
        self.order.push_back((digest, reference.author));
        let count = self.by_author.entry(reference.author).or_default();
        *count = count.saturating_add(1);
        self.by_number.entry((reference.author, batch.batch.number)).or_default().insert(digest);
        self.held.insert(digest, Held { batch, reference, durable: false, holders, last_expiry });
    }

    /// A batch is durable: if it is still pending, it counts as held by me and may be announced. Whether it is.
    pub fn on_durable(&mut self, digest: &BatchDigest) -> bool {
        let Some(held) = self.held.get_mut(digest) else { return false };
        held.durable = true;
        held.holders.extend(self.me);
        true
    }

    /// A peer says that it holds these.
    pub fn on_have(&mut self, from: PublicKey, digests: &[BatchDigest], now: Duration) {
        for digest in digests {
            if let Some(held) = self.held.get_mut(digest) {
                held.holders.insert(from);
            } else if self.announced.get(&from).is_none_or(|count| *count < ANNOUNCED_MAX) {
                let heard = self.heard.entry(*digest).or_insert_with(|| Heard::since(now));
                if heard.holders.insert(from) {
                    let count = self.announced.entry(from).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    /// A proposal names batches that are not here; `from` holds them.
    pub fn want(&mut self, digests: &[BatchDigest], from: Option<PublicKey>, now: Duration) {
        for digest in digests.iter().filter(|digest| !self.held.contains_key(digest)) {
            let heard = self.heard.entry(*digest).or_insert_with(|| Heard::since(now));
            heard.wanted = true;
            if let Some(from) = from.filter(|from| heard.holders.insert(*from)) {
                let count = self.announced.entry(from).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// What to ask for now: what a proposal names, what f + 1 announced, and what anybody announced a Δ ago. What only was
    /// announced is asked for more and more rarely: there may be no room for it.
    pub fn to_fetch(&mut self, now: Duration, delta: Duration) -> Vec<Fetch> {
        let enough = self.quorum.faulty().saturating_add(1);
        let interval = delta.max(FETCH_INTERVAL);
        let mut fetches = Vec::new();
        for (digest, heard) in &mut self.heard {
            let certain = heard.holders.len() >= enough || now.saturating_sub(heard.since) >= delta;
            let due = heard.wanted || certain && !heard.declined;
            let rest = interval.saturating_mul(heard.patience());
            let rested = heard.asked.is_none_or(|asked| now.saturating_sub(asked) >= rest);
            if due && rested {
                fetches.push(Fetch { digest: *digest, from: heard.next_holder() });
                heard.asked = Some(now);
                heard.tries = heard.tries.saturating_add(1);
            }
        }
        fetches
    }

    /// The batch, if it is held and pending.
    #[must_use]
    pub fn get(&self, digest: &BatchDigest) -> Option<&Arc<SignedBatch>> {
        self.held.get(digest).map(|held| &held.batch)
    }

    /// How a block names a held batch.
    #[must_use]
    pub fn reference(&self, digest: &BatchDigest) -> Option<&BatchReference> {
        self.held.get(digest).map(|held| &held.reference)
    }

    /// Whether f + 1 validators hold it and it is durable here: then it cannot be lost.
    #[must_use]
    pub fn is_available(&self, digest: &BatchDigest) -> bool {
        let Some(held) = self.held.get(digest) else { return false };
        held.durable && held.holders.len() > self.quorum.faulty()
    }

    /// What a leader lists on a chain that has `in_chain` already: what a quorum announced, the authors taking
    /// turns, oldest first; and one more that it merely holds.
    #[must_use]
    pub fn select(&self, in_chain: &BTreeSet<BatchDigest>) -> Vec<BatchReference> {
        let mut by_author: BTreeMap<PublicKey, VecDeque<&Held>> = BTreeMap::new();
        let mut fresh = None;
        for (digest, author) in self.order.iter().filter(|(digest, _)| !in_chain.contains(digest)) {
            let Some(held) = self.held.get(digest) else { continue };
            if held.holders.len() >= self.quorum.size() {
                by_author.entry(*author).or_default().push_back(held);
            } else {
                fresh = Some(held);
            }
        }
        let mut selected = Vec::new();
        while selected.len() < BLOCK_BATCHES_MAX.saturating_sub(1) && !by_author.is_empty() {
            by_author.retain(|_, queue| {
                if selected.len() < BLOCK_BATCHES_MAX.saturating_sub(1) {
                    selected.extend(queue.pop_front().map(|held| held.reference.clone()));
                }
                !queue.is_empty()
            });
        }
        selected.extend(fresh.map(|held| held.reference.clone()));
        selected
    }

    /// Whether there is a batch that is not in the chain: one that I hold, or that f + 1 announced. Fewer may all be
    /// liars, who could make everybody fill the disk with empty blocks.
    #[must_use]
    pub fn heard_pending(&self, in_chain: &BTreeSet<BatchDigest>) -> bool {
        let is_certain = |heard: &Heard| heard.holders.len() > self.quorum.faulty() && !heard.declined;
        self.heard.values().any(is_certain) || self.held.keys().any(|digest| !in_chain.contains(digest))
    }

    /// Whether I have announced a batch that is not in the chain.
    #[must_use]
    pub fn announced_pending(&self, in_chain: &BTreeSet<BatchDigest>) -> bool {
        self.held.iter().any(|(digest, held)| held.durable && !in_chain.contains(digest))
    }

    /// Every pending batch that is durable here, to be announced again.
    pub fn durable(&self) -> impl Iterator<Item = BatchDigest> + '_ {
        self.held.iter().filter(|(_, held)| held.durable).map(|(digest, _)| *digest)
    }

    /// How many bytes all that is held has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.held.values().map(|held| u64::from(held.reference.bytes)).fold(0, u64::saturating_add)
    }

    /// These batches are in a final block. Others with their numbers cannot count any more: they are void from now on, and
    /// go with the next [`Self::expire`].
    pub fn on_final(&mut self, references: &[BatchReference]) {
        for reference in references {
            let number = self.held.get(&reference.digest).map(|held| held.batch.batch.number);
            self.forget(reference.digest);
            self.forget_heard(reference.digest);
            let twins = number.and_then(|number| self.by_number.get(&(reference.author, number)));
            for twin in twins.into_iter().flatten() {
                if let Some(held) = self.held.get_mut(twin) {
                    held.last_expiry = Timestamp::default();
                }
            }
        }
    }

    /// Lets go of batches whose every transaction is void by now, and of rumours that nobody could confirm.
    pub fn expire(&mut self, block_time: Timestamp, now: Duration, rumour_max: Duration) {
        let void: Vec<BatchDigest> = self
            .held
            .iter()
            .filter(|(_, held)| held.last_expiry <= block_time)
            .map(|(digest, _)| *digest)
            .collect();
        void.into_iter().for_each(|digest| self.forget(digest));
        let stale = self.heard.iter().filter(|(_, heard)| now.saturating_sub(heard.since) > rumour_max);
        let stale: Vec<BatchDigest> = stale.map(|(digest, _)| *digest).collect();
        stale.into_iter().for_each(|digest| {
            self.forget_heard(digest);
        });
    }

    /// A new epoch, in which I vote with this key. Whoever leaves holds nothing any more, and what only they announced
    /// was never heard of.
    pub fn enter_epoch(
        &mut self,
        me: Option<PublicKey>,
        quorum: Quorum,
        is_validator: impl Fn(&PublicKey) -> bool,
    ) {
        (self.me, self.quorum) = (me, quorum);
        for held in self.held.values_mut() {
            held.holders.retain(&is_validator);
            held.holders.extend(me.filter(|_| held.durable));
        }
        self.heard.retain(|_, heard| {
            heard.holders.retain(&is_validator);
            !heard.holders.is_empty()
        });
        self.announced.retain(|peer, _| is_validator(peer));
    }

    /// How many batches are held and how many heard of.
    #[must_use]
    pub fn sizes(&self) -> [usize; 2] {
        [self.held.len(), self.heard.len()]
    }

    fn forget(&mut self, digest: BatchDigest) {
        if let Some(held) = self.held.remove(&digest) {
            self.order.retain(|(other, _)| *other != digest);
            if let Some(count) = self.by_author.get_mut(&held.reference.author) {
                *count = count.saturating_sub(1);
            }
            let number = (held.reference.author, held.batch.batch.number);
            if let Some(twins) = self.by_number.get_mut(&number) {
                twins.remove(&digest);
                if twins.is_empty() {
                    self.by_number.remove(&number);
                }
            }
        }
    }

    fn forget_heard(&mut self, digest: BatchDigest) -> Option<Heard> {
        let heard = self.heard.remove(&digest)?;
        for holder in &heard.holders {
            if let Some(count) = self.announced.get_mut(holder) {
                *count = count.saturating_sub(1);
            }
        }
        Some(heard)
    }
}

impl Heard {
    /// How many intervals to wait before it is asked for again: twice as many after each round of its holders.
    fn patience(&self) -> u32 {
        let rounds = self.tries.saturating_sub(1).checked_div(self.holders.len()).unwrap_or(0);
        if self.wanted { 1 } else { 1 << rounds.min(PATIENCE_DOUBLINGS_MAX) }
    }

    /// Whom to ask: the holders in turn; for what a proposal names, everybody once all of them were asked, since whoever
    /// let it go from its pool as final or void still has it and does not announce it any more.
    fn next_holder(&self) -> Option<PublicKey> {
        let place = self.tries.checked_rem(self.holders.len()).unwrap_or(0);
        let all_asked = self.tries >= self.holders.len();
        self.holders.iter().nth(place).copied().filter(|_| !self.wanted || !all_asked)
    }

    fn since(now: Duration) -> Self {
        Self { since: now, holders: BTreeSet::new(), wanted: false, declined: false, asked: None, tries: 0 }
    }
}
