//! How long to wait: Δ, learnt from how long leaders took and messages travel, so that f liars can neither hold it high
//! nor push slow honest leaders out.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use realdid_types::{Quorum, ValidatorIndex};

/// Δ before leaders were measured, unless messages travel longer.
pub const DELTA_START: Duration = Duration::from_millis(500);
/// Δ is never below this.
pub const DELTA_MIN: Duration = Duration::from_millis(50);
/// Δ is never above this: a hundred times the slowest round trip on Earth.
pub const DELTA_MAX: Duration = Duration::from_secs(5);
/// At most this much of a round trip is added to a leader's time.
pub const ROUND_TRIP_MAX: Duration = Duration::from_millis(500);
/// A leader that was not heard for this long may be dead.
pub const SILENCE_MAX: Duration = Duration::from_secs(2);
/// Δ stands for this many times the measured time of a view.
const MARGIN: u32 = 4;

/// The estimate of Δ and the record of recent leaders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pacemaker {
    quorum: Quorum,
    delta: Duration,
    /// How long a message takes there and back, to a quorum.
    round_trip: Duration,
    measured: BTreeMap<ValidatorIndex, Duration>,
    recent: VecDeque<(ValidatorIndex, bool)>,
    calm: usize,
}

impl Pacemaker {
    /// Nothing measured among this many validators.
    #[must_use]
    pub fn new(quorum: Quorum) -> Self {
        Self {
            quorum,
            delta: DELTA_START,
            round_trip: Duration::ZERO,
            measured: BTreeMap::new(),
            recent: VecDeque::new(),
            calm: 0,
        }
    }

    /// The present Δ.
    #[must_use]
    pub fn delta(&self) -> Duration {
        self.delta
    }

    /// How long a leader has to propose: 2Δ and the round trip to it.
    #[must_use]
    pub fn lead(&self, round_trip: Duration) -> Duration {
        self.delta.saturating_mul(2).saturating_add(round_trip.min(ROUND_TRIP_MAX))
    }

    /// How long a block has to be prepared: 3Δ and the round trip to its leader.
    #[must_use]
    pub fn advance(&self, round_trip: Duration) -> Duration {
        self.delta.saturating_mul(3).saturating_add(round_trip.min(ROUND_TRIP_MAX))
    }

    /// Messages to the other validators take this long there and back. Whoever starts where that is longer than Δ at its
    /// start need not lose views to find out: the (n − f)-th shortest counts, with my own of zero, so that f slow or
    /// lying peers do not.
    pub fn on_round_trips(&mut self, others: impl Iterator<Item = Duration>) {
        let mut times: Vec<Duration> = others.chain([Duration::ZERO]).collect();
        times.sort_unstable();
        self.round_trip = times.get(self.place()).copied().unwrap_or_default().min(DELTA_MAX);
        self.delta = self.delta.max(self.round_trip);
    }

    /// A leader's block was prepared this long after *advance* began.
    pub fn on_prepared(&mut self, leader: ValidatorIndex, took: Duration) {
        self.measured.insert(leader, took);
        self.delta = self.delta.max(self.estimate()).min(DELTA_MAX);
    }

    /// A view of this leader ended, after one of my timers expired or not.
    pub fn on_view_ended(&mut self, leader: ValidatorIndex, expired: bool) {
        self.recent.push_back((leader, expired));
        if self.recent.len() > self.quorum.n {
            self.recent.pop_front();
        }
        let late: BTreeSet<_> =
            self.recent.iter().filter(|(_, expired)| *expired).map(|(leader, _)| leader).collect();
        if expired && late.len() > self.quorum.faulty() {
            self.delta = self.delta.saturating_mul(2).min(DELTA_MAX);
            self.calm = 0;
        } else {
            self.calm = self.calm.saturating_add(1);
        }
        if self.calm >= self.quorum.n {
            self.delta = self.estimate().max(self.delta.checked_div(2).unwrap_or_default());
            self.calm = 0;
        }
    }

    /// Four times the (n − f)-th smallest of the leaders' last times.
    fn estimate(&self) -> Duration {
        let mut times: Vec<Duration> = self.measured.values().copied().collect();
        times.sort_unstable();
        let start = || DELTA_START.max(self.round_trip);
        let time = times.get(self.place()).map_or_else(start, |time| time.saturating_mul(MARGIN));
        time.clamp(DELTA_MIN, DELTA_MAX)
    }

    /// Where the (n − f)-th smallest stands.
    fn place(&self) -> usize {
        self.quorum.n.saturating_sub(self.quorum.faulty()).saturating_sub(1)
    }
}

/// When each peer was last heard, to tell the dead from the slow.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hearing {
    start: Duration,
    entered: u64,
    heard: BTreeMap<ValidatorIndex, (Duration, u64)>,
}

impl Hearing {
    /// At a start and at a new epoch everybody counts as heard.
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self { start: now, entered: 0, heard: BTreeMap::new() }
    }

    /// An authenticated frame came in.
    pub fn on_frame(&mut self, from: ValidatorIndex, now: Duration) {
        self.heard.insert(from, (now, self.entered));
    }

    /// A view was entered from the one directly before.
    pub fn on_next_view(&mut self) {
        self.entered = self.entered.saturating_add(1);
    }

    /// Whether `leader` was silent for [`SILENCE_MAX`] and n views, while a quorum (with me) was heard.
    #[must_use]
    pub fn is_dead(&self, leader: ValidatorIndex, me: ValidatorIndex, now: Duration, quorum: Quorum) -> bool {
        if leader == me {
            return false;
        }
        let recent = |index: &ValidatorIndex| now.saturating_sub(self.last(*index).0) < SILENCE_MAX;
        let others = (0..quorum.n).filter_map(|index| u16::try_from(index).ok()).map(ValidatorIndex);
        let heard = others.filter(|index| *index != me && recent(index)).count();
        let (time, entered) = self.last(leader);
        now.saturating_sub(time) >= SILENCE_MAX
            && self.entered.saturating_sub(entered) >= quorum.n as u64
            && heard.saturating_add(1) >= quorum.size()
    }

    fn last(&self, index: ValidatorIndex) -> (Duration, u64) {
        self.heard.get(&index).copied().unwrap_or((self.start, 0))
    }
}

#[cfg(test)]
mod tests;
