//! Repair: whatever was lost on the way is sent again or asked for, by view.

use realdid_types::{BlockDigest, EpochView, Message, Request, View, ViewRange, limits};

use crate::{Effect, Engine, Peer, Timer, engine::REPAIR_INTERVAL, turn::Turn};

/// In sets of at most this many, certificates go to everybody at once.
pub const SHARE_WITH_ALL_MAX: usize = 10;
/// Single votes that are sent again, newest first: at most three of each of three views.
pub const OWN_VOTES_MAX: usize = 9;

impl Engine {
    /// A peer is there again: it may have missed anything.
    pub(crate) fn on_connected(&mut self, turn: &mut Turn<'_>, peer: Peer) {
        for message in self.bundle() {
            turn.effect(Effect::Send(peer, message));
        }
    }

    /// Once a second: without progress, everything that could bring it is sent and asked for again.
    pub(crate) fn on_repair(&mut self, turn: &mut Turn<'_>) {
        turn.timer(Timer::Repair, turn.now().saturating_add(REPAIR_INTERVAL));
        self.view.asked = false;
        self.blocks.forget_asked();
        self.catching_up_to = None;
        if let Some(previous) = &mut self.previous {
            previous.told.clear();
        }
        if !self.standing.is_clear() {
            self.ask_where_everybody_is(turn);
        }
        if self.repaired_at == self.view.at && !self.is_quietly_idle() {
            for message in self.bundle() {
                turn.effect(Effect::Broadcast(message));
            }
            self.ask_for_view(turn);
        }
        self.repaired_at = self.view.at;
    }

    fn is_quietly_idle(&self) -> bool {
        self.view.may_hold && !self.view.idled && !self.proposals.contains_key(&self.view.at.view)
    }

    /// Own votes, the entry certificate, the best Commit certificate and the prepared proposal.
    fn bundle(&self) -> Vec<Message> {
        let mut bundle: Vec<Message> = Vec::new();
        match self.entry_certificate() {
            Some(entry) => bundle.push(Message::Certificate(entry.clone())),
            None => bundle.extend(
                self.previous.iter().map(|previous| Message::EpochEnd(Box::new(previous.end.clone()))),
            ),
        }
        bundle.extend(self.certificates.commit().cloned().map(Message::Certificate));
        let proposal = self.proposals.get(&self.view.at.view).filter(|_| self.has_stake_in_proposal());
        bundle.extend(proposal.cloned().map(|proposal| Message::Proposal(Box::new(proposal))));
        bundle.extend(self.newest_own_votes(View(u64::MAX)));
        bundle
    }

    fn has_stake_in_proposal(&self) -> bool {
        self.is_leader() || self.voter.prepared(self.view.at).is_some()
    }

    fn newest_own_votes(&self, last: View) -> impl Iterator<Item = Message> + '_ {
        let votes = self.own_votes.values().filter(move |vote| vote.statement.at.view <= last);
        let mut votes: Vec<_> = votes.collect();
        votes.sort_unstable_by_key(|vote| std::cmp::Reverse(vote.statement.at));
        votes.into_iter().take(OWN_VOTES_MAX).cloned().map(Message::Vote)
    }

    /// Those who have shown nothing newer get the certificate by which I am here.
    pub(crate) fn spread_entry(&self, turn: &mut Turn<'_>) {
        let Some(entry) = self.entry_certificate().cloned() else { return };
        let peers =
            self.set.iter().map(|validator| validator.consensus_key).filter(|peer| *peer != self.settings.me);
        for peer in peers.filter(|peer| self.shown.get(peer).is_none_or(|shown| *shown < self.view.at)) {
            turn.effect(Effect::Send(peer, Message::Certificate(entry.clone())));
        }
    }

    /// Asks for what the present view needs: the certificates on the way to a parent, and votes dropped as too early.
    pub(crate) fn ask_for_view(&mut self, turn: &mut Turn<'_>) {
        let at = self.view.at.view;
        let mut first = at;
        while first > View(1)
            && self.certificates.certified(first.previous()).is_none()
            && at.0.saturating_sub(first.0) < limits::REQUEST_VIEWS_MAX as u64
            && first.previous() > self.voter.floor().view
        {
            first = first.previous();
        }
        let unknown: Vec<View> = self.certificates.unskipped(first, at).collect();
        let gap = first > View(1) && self.certificates.certified(first.previous()).is_none();
        if !unknown.is_empty() || gap || self.repaired_at == self.view.at {
            self.ask_for_range(turn, unknown.first().copied().unwrap_or(first).min(first), at);
        }
    }

    /// Asks for certificates of these views.
    pub(crate) fn ask_for_views(&self, turn: &mut Turn<'_>, views: &[View]) {
        if let (Some(first), Some(last)) = (views.first(), views.last()) {
            let page = limits::REQUEST_VIEWS_MAX as u64;
            let first = View(first.0.max(last.0.saturating_sub(page.saturating_sub(1))));
            self.ask_for_range(turn, first, *last);
        }
    }

    fn ask_for_range(&self, turn: &mut Turn<'_>, first: View, last: View) {
        let request = Request::Views(ViewRange { epoch: self.epoch(), first, last });
        turn.effect(Effect::Broadcast(Message::Request(request)));
    }

    /// Asks everybody for a block.
    pub(crate) fn ask_for_block(&self, turn: &mut Turn<'_>, digest: BlockDigest) {
        turn.effect(Effect::Broadcast(Message::Request(Request::Block(digest))));
    }

    /// Answers what the engine knows; the rest is for whoever keeps the chain.
    pub(crate) fn on_request(&mut self, turn: &mut Turn<'_>, from: Peer, request: Request) {
        match request {
            Request::Views(range) => self.on_views_request(turn, from, range),
            Request::Block(digest) => {
                if let Some(block) = self.block(digest) {
                    turn.effect(Effect::Send(from, Message::Block(Box::new(block.clone()))));
                }
            }
            Request::Batch(_) | Request::EpochEnd(_) | Request::CatchUp(_) => {}
        }
    }

    fn on_views_request(&mut self, turn: &mut Turn<'_>, from: Peer, range: ViewRange) {
        let ViewRange { epoch, first, last } = range;
        if epoch != self.epoch() {
            return self.on_other_epoch(turn, from, epoch);
        }
        let last = last.min(View(first.0.saturating_add(limits::REQUEST_VIEWS_MAX as u64)));
        if first <= self.voter.floor().view
            && let Some(commit) = self.certificates.commit()
        {
            turn.effect(Effect::Send(from, Message::Certificate(commit.clone())));
        }
        for certificate in self.certificates.between(first, last) {
            turn.effect(Effect::Send(from, Message::Certificate(certificate.clone())));
        }
        if EpochView::new(epoch, last) >= self.view.at && self.has_stake_in_proposal() {
            let proposal = self.proposals.get(&self.view.at.view);
            turn.effect_all(
                proposal.map(|proposal| Effect::Send(from, Message::Proposal(Box::new(proposal.clone())))),
            );
        }
        turn.effect_all(self.newest_own_votes(last).map(|vote| Effect::Send(from, vote)));
    }
}
