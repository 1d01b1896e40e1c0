//! Which DIDs go on the ledger together, and when.
//!
//! Whatever stands together on the ledger, or follows in a pattern, can be linked for ever by anybody. So a batch holds one DID
//! of a person at most and enough people to hide among, and it leaves at a time that says nothing of when anybody asked. Who
//! asks for a second DID while the first one waits gets a random later time for it: were it merely put into the next batch, DIDs
//! of neighbouring batches would belong together more often than others.
//!
//! All of this is a function of what waits, the time and a seed. `realdid-drills unlinkability` runs it against observers.

use std::collections::BTreeSet;

use realdid_client::in_order;
use realdid_crypto::Digest;
use realdid_types::{Did, Timestamp, limits};

use crate::Draws;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// After so many draws that do not fit a time is taken that does.
const DRAWS_MAX: usize = 32;

/// What a person is called here: a keyed digest.
pub type PersonId = Digest;

/// How DIDs are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// So many people make a batch.
    pub minimum: usize,
    /// After so many milliseconds a DID leaves, even if fewer are there.
    pub longest_wait: u64,
    /// Batches leave at whole multiples of so many milliseconds.
    pub pace: u64,
    /// Within so many milliseconds lies the random time of a person's further DIDs.
    pub spread: u64,
    /// Within so many milliseconds lies the random time of a withdrawal.
    pub withdrawal_spread: u64,
}

/// A DID that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub did: Did,
    /// Whose.
    pub person: PersonId,
    /// Not before this time.
    pub from: Timestamp,
}

/// What leaves now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// In the ledger's order, one of a person at most.
    pub leaving: Vec<Did>,
    /// DIDs of the same people whose time has come, too, as it may after an outage: they need another one.
    pub staying: Vec<Waiting>,
}

impl Parameters {
    /// For real people.
    ///
    /// A hundred people: whoever links at random inside a batch is wrong 99 times of 100, and a batch is one transaction of
    /// 4 KiB. A day: a promise that people can wait for, and long enough that an authority with a hundred requests a day
    /// reaches its minimum. On the hour: the minute at which the minimum was reached, or somebody's day was over, would name
    /// who asked then. Two weeks for a person's further DIDs, and for withdrawals: among fourteen batches no two are
    /// neighbours more often than chance would have it by so much that anybody could see it.
    pub const PRODUCTION: Self =
        Self { minimum: 100, longest_wait: DAY, pace: HOUR, spread: 14 * DAY, withdrawal_spread: 14 * DAY };

    /// For invented people: everything at once, one by one. Hides nobody.
    pub const DEVELOPMENT: Self =
        Self { minimum: 1, longest_wait: 0, pace: 1, spread: 0, withdrawal_spread: 0 };

    /// As withdrawals go: few are wanted, so none waits for others.
    #[must_use]
    pub const fn of_withdrawals(self) -> Self {
        Self { minimum: 1, longest_wait: 0, spread: self.withdrawal_spread, ..self }
    }

    /// From when on a DID that is asked for now may leave; `taken` are the times of the same person's DIDs that wait, or
    /// left lately.
    #[must_use]
    pub fn first_time(&self, now: Timestamp, taken: &[Timestamp], draws: &mut Draws) -> Timestamp {
        if taken.is_empty() { now } else { self.random_time(now, taken, draws) }
    }

    /// A random time at which none of the same person's other DIDs can leave, too. Whoever has many waits within a longer
    /// span, half of which is free at least: the next free time would be no random one.
    #[must_use]
    pub fn random_time(&self, now: Timestamp, taken: &[Timestamp], draws: &mut Draws) -> Timestamp {
        let apart = self.longest_wait.saturating_add(self.pace);
        let is_free = |time: &Timestamp| taken.iter().all(|other| time.0.abs_diff(other.0) >= apart);
        let crowded = apart.saturating_mul(4).saturating_mul(taken.len().saturating_add(1) as u64);
        let span = if self.spread == 0 { 0 } else { self.spread.max(crowded) };
        let mut drawn = (0..DRAWS_MAX).map(|_| now.plus(draws.below(span.saturating_add(1))));
        drawn.find(is_free).unwrap_or_else(|| taken.iter().max().map_or(now, |last| last.plus(apart)))
    }

    /// By when a DID that may leave from a time on has left.
    #[must_use]
    pub const fn last_time(&self, from: Timestamp) -> Timestamp {
        // whoever comes just after a batch has left waits for the next
        from.plus(self.longest_wait).plus(self.pace)
    }

    /// The batch that leaves now, if one does: those that waited longest, one of a person.
    #[must_use]
    pub fn batch(&self, queue: &[Waiting], now: Timestamp) -> Option<Batch> {
        let pace = self.pace.max(1);
        let tick = now.0.checked_div(pace)?.saturating_mul(pace);
        let mut ready: Vec<Waiting> =
            queue.iter().filter(|waiting| waiting.from.0 <= tick).copied().collect();
        ready.sort_unstable_by_key(|waiting| (waiting.from, waiting.did));
        // at the next tick it would be late
        let is_last = |waiting: &Waiting| waiting.from.plus(self.longest_wait).0 < tick.saturating_add(pace);
        let is_due = ready.first().is_some_and(is_last);

        let mut people = BTreeSet::new();
        let (mut leaving, others): (Vec<Waiting>, Vec<Waiting>) =
            ready.into_iter().partition(|waiting| people.insert(waiting.person));
        if leaving.is_empty() || (leaving.len() < self.minimum && !is_due) {
            return None;
        }
        leaving.truncate(limits::ATTESTED_DIDS_MAX);
        let going: BTreeSet<PersonId> = leaving.iter().map(|waiting| waiting.person).collect();
        let staying = others.into_iter().filter(|waiting| going.contains(&waiting.person)).collect();
        Some(Batch { leaving: in_order(leaving.into_iter().map(|waiting| waiting.did)), staying })
    }
}

#[cfg(test)]
mod tests;
