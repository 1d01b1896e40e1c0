//! Epochs end when a closing block is final: then the old quorum has signed the new set and the state that it
//! starts from.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use realdid_types::{Block, Certificate, Epoch, EpochEnd, EpochView, Header, Message, ValidatorSet, View};

use crate::{
    Effect, Engine, Peer, Record,
    certificates::Certificates,
    engine::Previous,
    pacemaker::{Hearing, Pacemaker},
    tally::Tally,
    turn::Turn,
    view::CurrentView,
};

impl Engine {
    /// A closing block is final: keeps the proof until everything up to the barrier is delivered.
    pub(crate) fn end_epoch(&mut self, closing: Vec<Header>, commit: Certificate) {
        let barrier = closing
            .first()
            .and_then(|first| self.blocks.get(first.parent))
            .map(|entry| entry.block.header.clone());
        if let Some(barrier) = barrier {
            let headers = std::iter::once(barrier).chain(closing).collect();
            self.epoch_end = Some(EpochEnd { headers, commit });
        }
    }

    /// Enters the next epoch once its barrier is delivered.
    pub(crate) fn enter_next_epoch(&mut self, turn: &mut Turn<'_>) -> bool {
        let ready =
            |end: &EpochEnd| end.headers.first().is_some_and(|barrier| barrier.digest() == self.blocks.tip());
        let Some(end) = self.epoch_end.take_if(|end| ready(end)) else { return false };
        let Some(next) = self.blocks.outcome(self.blocks.tip()).map(|outcome| outcome.next.clone()) else {
            return false;
        };
        // a disk that kept the proof and lost the blocks up to the barrier could not tell who the next validators are
        turn.seal(self);
        turn.record_synced(Record::EpochEnd(Box::new(end.clone())));
        turn.effect(Effect::Broadcast(Message::EpochEnd(Box::new(end.clone()))));
        turn.effect(Effect::EpochEntered(Box::new(end.clone())));
        self.start_epoch(turn, end, next);
        true
    }

    fn start_epoch(&mut self, turn: &mut Turn<'_>, end: EpochEnd, next: Arc<ValidatorSet>) {
        let epoch = self.epoch().next();
        let former = std::mem::replace(&mut self.set, next);
        self.me = self.set.index_of(&self.settings.me);
        self.previous = Some(Previous { end, set: Some(former), told: BTreeSet::new() });
        self.start = self.blocks.tip();
        self.certificates = Certificates::new(epoch, self.start);
        self.tally = Tally::default();
        self.proposals = BTreeMap::new();
        self.decided.clear();
        self.blocks.prune(|_| false);
        self.voter.raise_floor(EpochView::new(epoch, View(0)));
        self.own_votes.clear();
        self.reported.clear();
        self.shown.clear();
        self.catching_up_to = None;
        self.pacemaker = Pacemaker::new(self.set.quorum());
        self.hearing = Hearing::new(turn.now());
        self.skipped_in_a_row = 0;
        let set = self.set.clone();
        self.round_trips.retain(|peer, _| set.index_of(peer).is_some());
        self.pacemaker.on_round_trips(self.round_trips.values().copied());
        self.view = CurrentView::new(EpochView::new(epoch, View(1)), turn.now());
        self.restart_standing(turn);
        self.begin_view(turn);
    }

    /// Takes the proof that my epoch ended: its closing blocks are news like any others.
    pub(crate) fn on_epoch_end(&mut self, turn: &mut Turn<'_>, from: Peer, end: EpochEnd) {
        let epoch = end.commit.statement.at.epoch;
        if epoch.next() == self.epoch() {
            return;
        }
        if epoch != self.epoch() {
            return self.on_other_epoch(turn, from, epoch);
        }
        if self.epoch_end.is_some() {
            return;
        }
        if end.verify(&self.set, self.settings.genesis, turn.verifier()).is_err() {
            return turn.effect(Effect::Distrust(from, "a proof of an epoch's end that does not hold"));
        }
        for header in end.headers.iter().filter(|header| header.is_closing()) {
            self.blocks.insert(Block { header: header.clone(), batches: Vec::new() });
        }
        self.add_certificate(turn, &end.commit);
    }

    /// Somebody is elsewhere: behind, and gets the proof that leads on; or ahead, which is a hint to look.
    pub(crate) fn on_other_epoch(&mut self, turn: &mut Turn<'_>, from: Peer, epoch: Epoch) {
        if epoch < self.epoch() {
            self.send_epoch_end(turn, from);
        } else {
            turn.effect(Effect::LaterEpoch(epoch, from));
        }
    }

    /// Sends the proof that the epoch before ended, once between two repairs.
    pub(crate) fn send_epoch_end(&mut self, turn: &mut Turn<'_>, to: Peer) {
        if let Some(previous) = &mut self.previous
            && previous.told.insert(to)
        {
            turn.effect(Effect::Send(to, Message::EpochEnd(Box::new(previous.end.clone()))));
        }
    }

    /// The validators of the epoch before, until somebody has shown a certificate of this one.
    #[must_use]
    pub fn former_validators(&self) -> Option<&Arc<ValidatorSet>> {
        let settled = self.certificates.newest().is_some();
        self.previous.as_ref().filter(|_| !settled).and_then(|previous| previous.set.as_ref())
    }

    /// The validators of the next epoch, once a block that decides on them has a Prepare certificate.
    #[must_use]
    pub fn coming_validators(&self) -> Option<&Arc<ValidatorSet>> {
        let newest = self.certificates.certified_blocks().next_back().unwrap_or(self.blocks.tip());
        let outcome = self.blocks.outcome(newest)?;
        (outcome.next.digest() != self.set.digest()).then_some(&outcome.next)
    }
}
