//! Votes: mine go to disk and then to everybody; others' are counted until they are certificates.

use realdid_types::{Certificate, EpochView, Message, View, Vote, VoteKind, VoteStatement};

use crate::{
    Effect, Engine, Peer, Record,
    certificates::Added,
    tally::{self, Noted, VIEWS_AHEAD},
    turn::Turn,
};

impl Engine {
    /// Commits every prepared view that I have not skipped.
    pub(crate) fn commit_prepared(&mut self, turn: &mut Turn<'_>) -> bool {
        if !self.may_vote() {
            return false;
        }
        let views: Vec<View> = self.certificates.prepared_views().collect();
        let mut moved = false;
        for view in views {
            let at = EpochView::new(self.epoch(), view);
            let Some(statement) = self.voter.commit(at, &self.certificates) else { continue };
            if let Some(prepared) = self.certificates.get(VoteKind::Prepare, view) {
                turn.record_synced(Record::Certificate(prepared.clone()));
            }
            turn.vote(statement);
            moved = true;
        }
        moved
    }

    /// Gives the present view up when its time is over or nothing good can come of it.
    pub(crate) fn skip_if_due(&mut self, turn: &mut Turn<'_>) -> bool {
        let at = self.view.at;
        let leader_skipped = self.tally.has_skip(at.view, self.leader()) && !self.is_leader();
        let at_once = (self.view.hopeless || leader_skipped)
            && (self.view.patient || self.skipped_in_a_row <= self.set.quorum().faulty());
        if !self.may_vote() || !(self.view.expired() || at_once) {
            return false;
        }
        let Some(statement) = self.voter.skip(at) else { return false };
        self.cast_in_view(turn, statement);
        true
    }

    /// A Prepare or Skip goes to disk with the certificate by which the view was entered, and with the lead mark if I
    /// lead the next view.
    pub(crate) fn cast_in_view(&mut self, turn: &mut Turn<'_>, statement: VoteStatement) {
        if let Some(entry) = self.entry_certificate() {
            turn.record_synced(Record::Certificate(entry.clone()));
        }
        let next = statement.at.next_view();
        if self.me == Some(self.set.leader(next)) {
            self.mark_lead(turn, next);
        }
        turn.vote(statement);
    }

    /// A vote of mine is durable: send it and count it.
    pub(crate) fn on_own_vote(&mut self, turn: &mut Turn<'_>, vote: Vote) {
        if vote.statement.at <= self.voter.floor() || vote.statement.at.epoch != self.epoch() {
            return;
        }
        turn.effect(Effect::Broadcast(Message::Vote(vote.clone())));
        self.own_votes.insert(vote.statement, vote.clone());
        self.tally.add(&vote, true);
        self.count(turn, vote.statement);
    }

    /// Counts a vote from its signer's own stream.
    pub(crate) fn on_vote(&mut self, turn: &mut Turn<'_>, from: Peer, vote: Vote) {
        let at = vote.statement.at;
        if at.epoch != self.epoch() {
            return self.on_other_epoch(turn, from, at.epoch);
        }
        if Some(vote.signer) == self.me && from != self.settings.me {
            return self.on_shown_own_vote(turn, &vote);
        }
        if self.key_of(vote.signer) != Some(from) {
            return turn.effect(Effect::Distrust(from, "a vote of another validator"));
        }
        self.note_shown(from, at);
        if at <= self.voter.floor()
            || at.view.0 > self.view.at.view.0.saturating_add(VIEWS_AHEAD)
            || !self.is_kept(at)
        {
            return;
        }
        match self.tally.add(&vote, false) {
            Noted::New => self.count(turn, vote.statement),
            Noted::Known => {}
            Noted::Contradicts(other) => {
                self.report_contradiction(turn, &vote, &other);
                self.count(turn, vote.statement);
            }
        }
    }

    fn is_kept(&self, at: EpochView) -> bool {
        at.view.0.saturating_add(tally::VIEWS_KEPT) > self.view.at.view.0
    }

    fn report_contradiction(&mut self, turn: &mut Turn<'_>, a: &Vote, b: &Vote) {
        if self.reported.contains(&(a.statement.at.view, a.signer)) {
            return;
        }
        if let Some(evidence) = tally::evidence(a, b, &self.set, self.settings.genesis, turn.verifier()) {
            self.reported.insert((a.statement.at.view, a.signer));
            turn.effect(Effect::Report(Box::new(evidence)));
        }
    }

    fn count(&mut self, turn: &mut Turn<'_>, statement: VoteStatement) {
        if self
            .certificates
            .get(statement.kind, statement.at.view)
            .is_some_and(|known| known.statement == statement)
        {
            return;
        }
        let set = self.set.clone();
        let count = self.tally.count(statement, &set, self.settings.genesis, turn.verifier());
        for signer in count.forged {
            if let Some(peer) = self.key_of(signer) {
                turn.effect(Effect::Distrust(peer, "a vote with a forged signature"));
            }
        }
        if let Some(certificate) = count.certificate {
            self.add_certificate(turn, &certificate);
        }
    }

    /// News from a peer.
    pub(crate) fn on_certificate(&mut self, turn: &mut Turn<'_>, from: Peer, certificate: &Certificate) {
        let at = certificate.statement.at;
        if at.epoch != self.epoch() {
            return self.on_other_epoch(turn, from, at.epoch);
        }
        if self.accept_certificate(turn, from, certificate) {
            self.note_shown(from, at.next_view());
        }
    }

    /// Verifies a certificate of this epoch and adds it; false if it does not hold.
    pub(crate) fn accept_certificate(
        &mut self,
        turn: &mut Turn<'_>,
        from: Peer,
        certificate: &Certificate,
    ) -> bool {
        let statement = certificate.statement;
        if statement.at.epoch != self.epoch() {
            return false;
        }
        let known = self
            .certificates
            .get(statement.kind, statement.at.view)
            .is_some_and(|known| known.statement == statement);
        if known {
            return true;
        }
        if certificate.verify(&self.set, self.settings.genesis, turn.verifier()).is_err() {
            turn.effect(Effect::Distrust(from, "a certificate that does not hold"));
            return false;
        }
        self.add_certificate(turn, certificate);
        true
    }

    /// Adds a verified certificate of this epoch and keeps it on disk.
    pub(crate) fn add_certificate(&mut self, turn: &mut Turn<'_>, certificate: &Certificate) {
        match self.certificates.add(certificate) {
            Added::Known => return,
            Added::Contradiction(alarm) => return self.raise_alarm(turn, alarm),
            Added::New => turn.record(Record::Certificate(certificate.clone())),
        }
        self.view.asked = false;
        match certificate.statement.kind {
            VoteKind::Prepare => self.on_prepared(turn, certificate),
            VoteKind::Commit => self.on_committed(certificate),
            VoteKind::Skip => {}
        }
    }

    fn on_prepared(&mut self, turn: &mut Turn<'_>, certificate: &Certificate) {
        self.measure_prepared(certificate.statement.at, turn.now());
        if let Some(parent) =
            self.blocks.get(certificate.statement.block).map(|entry| entry.block.header.parent)
        {
            self.compare_certified_roots(turn, parent);
        }
    }

    fn on_committed(&mut self, certificate: &Certificate) {
        let at = certificate.statement.at;
        self.voter.raise_floor(at);
        self.own_votes.retain(|statement, _| statement.at > at);
        self.reported.retain(|(view, _)| *view > at.view);
        self.tally.prune(at.view, self.view.at.view);
    }

    fn note_shown(&mut self, peer: Peer, at: EpochView) {
        let shown = self.shown.entry(peer).or_default();
        *shown = (*shown).max(at);
    }
}
