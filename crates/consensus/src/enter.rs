//! Views are entered on certificates only, one above the newest.

use std::time::Duration;

use realdid_types::{EpochView, View, VoteKind};

use crate::{
    Engine, Timer,
    turn::Turn,
    view::{Clock, CurrentView},
};

/// An entry certificate goes to those who have shown nothing newer after at least this long.
const SPREAD_MIN: Duration = Duration::from_millis(20);

impl Engine {
    /// Enters the view above the newest certificate.
    pub(crate) fn enter_next_view(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(newest) = self.certificates.newest().map(|newest| newest.statement.at) else { return false };
        if newest < self.view.at {
            return false;
        }
        self.leave_view(newest.view);
        self.view = CurrentView::new(newest.next_view(), turn.now());
        self.begin_view(turn);
        if let Some(entry) = self.entry_certificate().cloned() {
            self.share(turn, &entry);
        }
        true
    }

    fn leave_view(&mut self, newest: View) {
        let leader = self.leader();
        self.pacemaker.on_view_ended(leader, self.view.expired());
        if newest == self.view.at.view {
            self.hearing.on_next_view();
        }
        let skipped =
            self.certificates.best(newest).is_some_and(|best| best.statement.kind == VoteKind::Skip);
        self.skipped_in_a_row = if skipped { self.skipped_in_a_row.saturating_add(1) } else { 0 };
    }

    /// Starts the timers of a view that was just entered, and judges once what it may take for granted in it.
    pub(crate) fn begin_view(&mut self, turn: &mut Turn<'_>) {
        let at = self.view.at;
        self.view.entered = turn.now();
        self.view.may_hold = self.holding_is_allowed();
        self.view.hopeless =
            self.me.is_some_and(|me| self.hearing.is_dead(self.leader(), me, turn.now(), self.set.quorum()));
        self.tally.prune(self.voter.floor().view, at.view);
        self.proposals = self.proposals.split_off(&self.oldest_kept_view());
        turn.timer(Timer::Patience(at), turn.now().saturating_add(self.pacemaker.delta()));
        turn.timer(
            Timer::Spread(at),
            turn.now().saturating_add(SPREAD_MIN.max(self.slowest_round_trip().saturating_mul(2))),
        );
        self.ask_for_view(turn);
    }

    /// Proposals are kept for as many views as single votes.
    fn oldest_kept_view(&self) -> View {
        let newest = self.view.at.view.0.saturating_sub(crate::tally::VIEWS_KEPT);
        View(newest.max(self.voter.floor().view.0))
    }

    fn slowest_round_trip(&self) -> Duration {
        self.round_trips.values().copied().max().unwrap_or_default()
    }

    /// Starts *lead* when nothing gives the leader a reason to hold back any longer; and both timers when a
    /// proposal is here.
    pub(crate) fn start_timers(&mut self, turn: &mut Turn<'_>) {
        let at = self.view.at;
        let here = self.proposals.contains_key(&at.view);
        let round_trip = self.round_trip_to(self.leader());
        let due = here || self.view.idled || !self.holding_is_allowed() || self.announced_pending(turn);
        if !due {
            return self.wait_for_idle_leader(turn);
        }
        if self.view.advance == Clock::Idle {
            self.view.advance = Clock::Since(turn.now());
            turn.timer(Timer::Advance(at), turn.now().saturating_add(self.pacemaker.advance(round_trip)));
        }
        if here && matches!(self.view.lead, Clock::Idle | Clock::Since(_)) {
            self.view.lead = Clock::Stopped;
        } else if self.view.lead == Clock::Idle {
            self.view.lead = Clock::Since(turn.now());
            turn.timer(Timer::Lead(at), turn.now().saturating_add(self.pacemaker.lead(round_trip)));
        }
    }

    /// The leader may hold back: whoever entered before hearing that all is final stops its clocks again.
    fn wait_for_idle_leader(&mut self, turn: &mut Turn<'_>) {
        for clock in [&mut self.view.lead, &mut self.view.advance] {
            if let Clock::Since(_) = clock {
                *clock = Clock::Idle;
            }
        }
        if !std::mem::replace(&mut self.view.awaits_idle, true) {
            let until = self.view.entered.saturating_add(self.settings.max_idle);
            turn.timer(Timer::Idle(self.view.at), until);
        }
    }

    /// Tells the pacemaker how long the present view took to be prepared.
    pub(crate) fn measure_prepared(&mut self, at: EpochView, now: Duration) {
        if at != self.view.at || self.view.measured {
            return;
        }
        self.view.measured = true;
        if let Clock::Since(since) = self.view.advance {
            self.pacemaker.on_prepared(self.leader(), now.saturating_sub(since));
        }
    }

    pub(crate) fn on_timer(&mut self, turn: &mut Turn<'_>, timer: Timer) {
        let at = self.view.at;
        match timer {
            Timer::Lead(view) if view == at => expire(&mut self.view.lead),
            Timer::Advance(view) if view == at => expire(&mut self.view.advance),
            Timer::Patience(view) if view == at => self.view.patient = true,
            Timer::Idle(view) if view == at => self.view.idled = true,
            Timer::Spread(view) if view == at => self.spread_entry(turn),
            Timer::Repair => self.on_repair(turn),
            Timer::Listen => self.on_listened(),
            // an early proposal is judged again in this turn; whatever is of another view is void
            Timer::Early(_)
            | Timer::Lead(_)
            | Timer::Advance(_)
            | Timer::Patience(_)
            | Timer::Idle(_)
            | Timer::Spread(_) => {}
        }
    }
}

fn expire(clock: &mut Clock) {
    if let Clock::Since(_) = clock {
        *clock = Clock::Expired;
    }
}
