//! The replica's timers.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use realdid_replica::Timer;

/// Timers by when they fire.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(Duration, Timer)>,
    at: BTreeMap<Timer, Duration>,
}

impl Timers {
    /// Sets a timer; one of the same kind that is pending is replaced.
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        if let Some(former) = self.at.insert(timer, at) {
            self.due.remove(&(former, timer));
        }
        self.due.insert((at, timer));
    }

    /// When the next one fires.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The next one whose time has come.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_set_again_fires_once_at_the_new_time() {
        let mut timers = Timers::default();
        timers.set(Timer::Pack, Duration::from_millis(5));
        timers.set(Timer::Fetch, Duration::from_millis(7));
        timers.set(Timer::Pack, Duration::from_millis(9));

        assert_eq!(timers.next(), Some(Duration::from_millis(7)));
        assert_eq!(timers.pop(Duration::from_millis(6)), None);
        assert_eq!(timers.pop(Duration::from_millis(20)), Some(Timer::Fetch));
        assert_eq!(timers.pop(Duration::from_millis(20)), Some(Timer::Pack));
        assert_eq!(timers.pop(Duration::from_millis(20)), None);
    }
}
