//! What can happen next to one validator, and what becomes of it.

use realdid_consensus::{Input, Timer};

use super::{Search, State, VIEWS};
use crate::model::{
    validator::Validator,
    words::{describe_message, describe_statement},
};

/// What follows from one act is never synced in more steps than these; more of either changes nothing.
const SYNCS_MAX: u8 = 2;
const KEPT_MAX: u8 = 3;

/// What can happen to one validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Act {
    /// A message comes in.
    Hear(u32),
    /// The leader may not hold back any longer.
    Idle,
    /// All timers of the present view run out.
    GiveUp,
    /// The time to hear of forgotten votes is over.
    Listened,
    /// Does this, but crashes when so many of the writes that follow from it are synced, keeping so many of the rest;
    /// and starts again.
    Crash(Last, u8, u8),
    /// Loses its disk and starts again.
    Wipe,
}

/// The last thing done before a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Last {
    Nothing,
    Hear(u32),
    Idle,
    GiveUp,
}

impl Last {
    pub(super) fn of(act: Act) -> Option<Self> {
        match act {
            Act::Hear(message) => Some(Self::Hear(message)),
            Act::Idle => Some(Self::Idle),
            Act::GiveUp => Some(Self::GiveUp),
            _ => None,
        }
    }

    fn act(self) -> Option<Act> {
        match self {
            Self::Nothing => None,
            Self::Hear(message) => Some(Act::Hear(message)),
            Self::Idle => Some(Act::Idle),
            Self::GiveUp => Some(Act::GiveUp),
        }
    }
}

impl Search<'_> {
    /// Everything that may happen next, and to whom.
    pub(super) fn acts_in(&self, state: &State) -> Vec<(usize, Act)> {
        let certified = self.certified(state);
        let heard = self.hearable(certified);
        let mut all = Vec::new();
        for place in 0..state.len() {
            let known = self.members.get(state[place]);
            let mut acts = known.own.clone();
            if !known.is_mute {
                let is_over = known.validator.view() > VIEWS;
                let matters = |message: &&u32| !is_over || self.matters_later(**message);
                acts.extend(heard.iter().filter(matters).copied().map(Act::Hear));
            }
            acts.extend(self.hearable_by(state, place, certified).into_iter().map(Act::Hear));
            if known.may_crash {
                let lasts: Vec<Last> = acts.iter().copied().filter_map(Last::of).collect();
                let crashes =
                    (0..=SYNCS_MAX).flat_map(|synced| (0..=KEPT_MAX).map(move |kept| (synced, kept)));
                for (synced, kept) in crashes {
                    acts.extend(lasts.iter().map(|last| Act::Crash(*last, synced, kept)));
                }
            }
            all.extend(acts.into_iter().map(|act| (place, act)));
        }
        all
    }

    /// The state after an act, if it differs.
    pub(super) fn step(&mut self, state: &State, place: usize, act: Act) -> Option<State> {
        let after = self.step_member(state[place], act);
        if after == state[place] {
            return None;
        }
        let mut next = *state;
        next[place] = after;
        Some(next)
    }

    fn step_member(&mut self, number: u32, act: Act) -> u32 {
        if let Some(after) = self.steps.get(&(number, act)) {
            return *after;
        }
        let mut validator = self.members.get(number).validator.clone();
        self.act(&mut validator, act);
        let after = self.number(validator);
        self.steps.insert((number, act), after);
        after
    }

    fn act(&self, validator: &mut Validator, act: Act) {
        let network = self.network;
        match act {
            Act::Crash(last, synced, kept) => {
                if let Some(act) = last.act() {
                    self.do_one(validator, act);
                }
                (0..synced).for_each(|_| drop(validator.sync(network)));
                validator.crash(network, usize::from(kept), true);
            }
            Act::Wipe => drop(validator.wipe(network, true)),
            Act::Hear(_) | Act::Idle | Act::GiveUp | Act::Listened => {
                self.do_one(validator, act);
                validator.sync_all(network);
            }
        }
    }

    /// What the engine is told by an act, before anything that follows from it is synced.
    fn do_one(&self, validator: &mut Validator, act: Act) {
        let network = self.network;
        let at = validator.engine.at();
        match act {
            Act::Hear(message) => {
                let (from, message) = self.messages.get(message).clone();
                validator.take(network, Input::Received { from: network.keys[from], message });
            }
            Act::Idle => drop(validator.fire(network, Timer::Idle(at))),
            Act::GiveUp => {
                if network.leader(at) != validator.index {
                    validator.fire(network, Timer::Idle(at));
                }
                validator.fire(network, Timer::Lead(at));
                validator.fire(network, Timer::Advance(at));
            }
            Act::Listened => drop(validator.fire(network, Timer::Listen)),
            Act::Crash(..) | Act::Wipe => {}
        }
    }

    pub(super) fn describe(&self, place: usize, act: Act, after: u32) -> String {
        let what = self.say(act);
        let validator = &self.members.get(after).validator;
        let said: Vec<String> = validator.said.iter().map(describe_statement).collect();
        format!("{} {what}; in view {}, has said {}", self.honest[place], validator.view(), said.join(" "))
    }

    fn say(&self, act: Act) -> String {
        match act {
            Act::Hear(message) => describe_message(&self.messages.get(message).1),
            Act::Idle => "may not hold its proposal back any longer".to_owned(),
            Act::GiveUp => "runs out of time".to_owned(),
            Act::Listened => "has listened".to_owned(),
            Act::Crash(last, synced, kept) => {
                let last = last.act().map_or_else(String::new, |act| format!("{} and then ", self.say(act)));
                format!("{last}crashes after {synced} syncs, keeps {kept} more writes and starts again")
            }
            Act::Wipe => "loses its disk and starts again".to_owned(),
        }
    }
}
