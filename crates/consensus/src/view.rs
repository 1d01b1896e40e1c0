//! The present view: what happened in it and which timers run.

use std::time::Duration;

use realdid_types::EpochView;

/// What is forgotten when a view is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CurrentView {
    pub(crate) at: EpochView,
    pub(crate) entered: Duration,
    /// Whether the leader may hold its proposal back; judged once, at entry.
    pub(crate) may_hold: bool,
    /// When *lead* began.
    pub(crate) lead: Clock,
    /// When *advance* began.
    pub(crate) advance: Clock,
    /// One Δ has passed since entry.
    pub(crate) patient: bool,
    /// `max_idle` has passed since entry.
    pub(crate) idled: bool,
    /// The timer that ends holding is set.
    pub(crate) awaits_idle: bool,
    /// Why this view may be given up at once.
    pub(crate) hopeless: bool,
    /// I, its leader, asked for my proposal to be signed.
    pub(crate) proposed: bool,
    /// Prepared by a quorum, as far as the pacemaker was told.
    pub(crate) measured: bool,
    /// What was asked for already, not to ask again before the next repair.
    pub(crate) asked: bool,
}

/// One of the two timers of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Not started.
    Idle,
    /// Runs since then.
    Since(Duration),
    /// Was stopped in time.
    Stopped,
    /// Ran out.
    Expired,
}

impl CurrentView {
    pub(crate) fn new(at: EpochView, entered: Duration) -> Self {
        Self {
            at,
            entered,
            may_hold: false,
            lead: Clock::Idle,
            advance: Clock::Idle,
            patient: false,
            idled: false,
            awaits_idle: false,
            hopeless: false,
            proposed: false,
            measured: false,
            asked: false,
        }
    }

    /// Whether one of my timers ran out in this view.
    pub(crate) fn expired(&self) -> bool {
        self.lead == Clock::Expired || self.advance == Clock::Expired
    }
}
