//! Whether this validator knows its own past well enough to vote.
//!
//! Every start begins with a question to all: where are you, and which votes of mine do you hold? A validator whose
//! folder is in order listens for a moment and then votes. One that lost its votes, or is shown one that it lacks,
//! is *wiped*: it must learn the present views of a quorum of others and may vote only two views above the highest.

use std::{collections::BTreeMap, time::Duration};

use realdid_crypto::Digest;
use realdid_types::{
    Certificate, EpochView, Message, ValidatorIndex, View, Vote, WipedAnswer, WipedQuestion,
};

use crate::{Alarm, Effect, Engine, Peer, Record, Timer, recovery::Folder, turn::Turn};

/// How long a start listens for votes that its disk lacks.
pub const LISTEN: Duration = Duration::from_millis(500);
/// A wiped validator votes this many views above the highest present view that it was told. One less forks.
const WIPED_DISTANCE: u64 = 2;

/// What is known of this validator's own votes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Standing {
    nonce: Digest,
    state: State,
    answers: BTreeMap<ValidatorIndex, EpochView>,
    /// The last bound given to a wiped validator in this life, until a block at or above it is final.
    unsettled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// Just started; listens.
    Listening,
    /// Lost its votes; asks.
    Wiped,
    /// Has a bound; it is being written.
    Bounding(EpochView),
    /// Knows all that it needs.
    Clear,
}

impl Standing {
    pub(crate) fn at_start(folder: Folder, nonce: Digest, unsettled: bool) -> Self {
        let state = match folder {
            Folder::NeverVoted | Folder::Voted => State::Listening,
            Folder::Wiped => State::Wiped,
        };
        Self { nonce, state, answers: BTreeMap::new(), unsettled }
    }

    pub(crate) fn is_clear(&self) -> bool {
        self.state == State::Clear
    }

    pub(crate) fn is_wiped(&self) -> bool {
        matches!(self.state, State::Wiped | State::Bounding(_))
    }
}

impl Engine {
    pub(crate) fn begin_listening(&mut self, turn: &mut Turn<'_>) {
        if self.set.len() == 1 && self.standing.state == State::Listening {
            self.standing.state = State::Clear;
            return;
        }
        self.ask_where_everybody_is(turn);
        turn.timer(Timer::Listen, turn.now().saturating_add(LISTEN));
    }

    pub(crate) fn ask_where_everybody_is(&self, turn: &mut Turn<'_>) {
        let question = WipedQuestion { epoch: self.epoch(), nonce: self.standing.nonce };
        turn.effect(Effect::Broadcast(Message::WipedQuestion(question)));
    }

    pub(crate) fn on_listened(&mut self) {
        if self.standing.state == State::Listening {
            self.standing.state = State::Clear;
        }
    }

    /// Tells a starting validator where I am, and shows it the newest votes of its own that I hold.
    pub(crate) fn on_wiped_question(&mut self, turn: &mut Turn<'_>, from: Peer, question: &WipedQuestion) {
        if question.epoch < self.epoch() {
            return self.send_epoch_end(turn, from);
        }
        if question.epoch > self.epoch() {
            return;
        }
        let Some(asker) = self.set.index_of(&from) else { return };
        for vote in self.tally.of_signer(self.epoch(), asker).take(crate::repair::OWN_VOTES_MAX) {
            turn.effect(Effect::Send(from, Message::Vote(vote)));
        }
        let entry = self.certificates.best(self.view.at.view.previous()).cloned();
        let answer = WipedAnswer { nonce: question.nonce, present: self.view.at, entry };
        turn.effect(Effect::Send(from, Message::WipedAnswer(Box::new(answer))));
    }

    /// Counts a proven answer; with enough of them, sets the bound.
    pub(crate) fn on_wiped_answer(&mut self, turn: &mut Turn<'_>, from: Peer, answer: WipedAnswer) {
        let Some(index) = self.set.index_of(&from).filter(|index| Some(*index) != self.me) else { return };
        if answer.nonce != self.standing.nonce || answer.present.epoch != self.epoch() {
            return;
        }
        let proven = match &answer.entry {
            Some(entry) => {
                entry.statement.at.next_view() == answer.present && self.accept_certificate(turn, from, entry)
            }
            None => answer.present.view == View(1),
        };
        if !proven || self.standing.state != State::Wiped {
            return;
        }
        let known = self.standing.answers.entry(index).or_default();
        *known = (*known).max(answer.present);
        self.set_bound_if_answered(turn);
    }

    fn set_bound_if_answered(&mut self, turn: &mut Turn<'_>) {
        let others = self.set.len().saturating_sub(1);
        if self.standing.answers.len() < self.set.quorum().size().min(others) {
            return;
        }
        let Some(highest) = self.standing.answers.values().max() else { return };
        let bound = EpochView::new(highest.epoch, View(highest.view.0.saturating_add(WIPED_DISTANCE)));
        self.standing.state = State::Bounding(bound);
        self.standing.unsettled = true;
        turn.record_synced(Record::WipedBound(bound));
    }

    /// Votes again once the bound is durable.
    pub(crate) fn settle_standing(&mut self) {
        if let State::Bounding(bound) = self.standing.state
            && self.voter.bound() >= bound
        {
            self.standing.state = State::Clear;
        }
    }

    /// A new epoch: a wiped validator whose bound no final block has reached asks the new set again.
    pub(crate) fn restart_standing(&mut self, turn: &mut Turn<'_>) {
        if self.standing.is_wiped() || self.standing.unsettled {
            self.standing.state = State::Wiped;
            self.standing.answers.clear();
            self.ask_where_everybody_is(turn);
        }
    }

    /// A ledger block of this view is final.
    pub(crate) fn settle_bound(&mut self, at: EpochView) {
        if self.standing.is_clear() && at >= self.voter.bound() {
            self.standing.unsettled = false;
        }
    }

    /// A vote of my own key that somebody shows me.
    pub(crate) fn on_shown_own_vote(&mut self, turn: &mut Turn<'_>, vote: &Vote) {
        let at = vote.statement.at;
        if at.epoch != self.epoch() || at <= self.voter.floor() || self.voter.has_decided(&vote.statement) {
            return;
        }
        if !vote.verify(&self.set, self.settings.genesis, turn.verifier()) {
            return;
        }
        match self.standing.state {
            State::Listening => self.standing.state = State::Wiped,
            State::Clear if self.voter.may_vote(at) => {
                self.raise_alarm(turn, Alarm::ForeignVote(vote.statement))
            }
            State::Clear | State::Wiped | State::Bounding(_) => {}
        }
    }

    /// The certificate by which the present view was entered, if it is one of this epoch.
    pub(crate) fn entry_certificate(&self) -> Option<&Certificate> {
        self.certificates.best(self.view.at.view.previous())
    }
}
