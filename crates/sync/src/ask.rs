//! What follows from everything known: after every input the same sequence runs.

use realdid_types::{BlockDigest, CatchUpRequest, EpochQuestion, EpochView, Header, Request};

use crate::{
    CatchUp, Effect, Peer,
    catch_up::Above,
    limits::{HINT_FAILURES_MAX, READY_BLOCKS_LOW},
    turn::Turn,
};

impl CatchUp {
    pub(crate) fn advance(&mut self, turn: &mut Turn<'_>) {
        self.expire(turn);
        self.enter_epoch(turn);
        if self.stopped {
            return;
        }
        if !self.is_behind() {
            return self.rest();
        }
        self.pipeline.fill_window();
        self.deliver(turn);
        self.ask_for_headers(turn);
        self.ask_for_batches(turn);
        self.set_alarm(turn);
    }

    /// Caught up: nothing is kept and nothing will happen by itself.
    fn rest(&mut self) {
        if !self.pipeline.is_empty() || self.descent.is_some() || !self.questions.is_empty() {
            self.start_over();
        }
        (self.end, self.wakes_at) = (None, None);
    }

    fn expire(&mut self, turn: &Turn<'_>) {
        for peer in self.questions.expire(turn.now) {
            self.peers.failed(&peer, turn.now);
            self.count_miss();
            if self.peers.failures(&peer) >= HINT_FAILURES_MAX {
                self.hints.remove(&peer);
            }
        }
        for peer in self.pipeline.batches.expire(turn.now) {
            self.peers.failed(&peer, turn.now);
        }
    }

    fn is_at_barrier(&self) -> bool {
        self.tip.next.digest() != self.validators.digest()
    }

    /// Enters the next epoch if the tip is this one's barrier and the proof is here.
    fn enter_epoch(&mut self, turn: &mut Turn<'_>) {
        let named =
            |end: &realdid_types::EpochEnd| end.barrier().map(Header::digest) == Some(self.tip.digest);
        let is_named = self.end.as_ref().is_some_and(named);
        if !is_named && (self.end.is_none() || !self.is_at_barrier()) {
            return;
        }
        let Some(end) = self.end.take() else { return };
        let next = end.headers.last().map(|last| last.next_validators);
        if !is_named || next != Some(self.tip.next.digest()) {
            return self.stop(turn, end.commit);
        }
        let next = self.tip.next.clone();
        self.begin_epoch(self.epoch.next(), next.clone());
        turn.effect(Effect::EnterEpoch { end: Box::new(end), next });
    }

    fn deliver(&mut self, turn: &mut Turn<'_>) {
        while let Some((block, batches, certificate)) = self.pipeline.deliver_next() {
            turn.effect(Effect::Deliver { block: Box::new(block), batches, certificate });
            self.pipeline.fill_window();
        }
    }

    /// One question about headers at a time: whoever answers well is asked again when its turn comes.
    fn ask_for_headers(&mut self, turn: &mut Turn<'_>) {
        if self.questions.pending() {
            return;
        }
        let Some(wanted) = self.wanted() else { return };
        let (peers, hints) = (&mut self.peers, &self.hints);
        let anybody = wanted.certified;
        let Some(to) = peers.take_turn(turn.now, |peer| anybody || hints.contains(peer)) else {
            return;
        };
        let request = match wanted.what {
            What::EpochEnd => Request::EpochEnd(EpochQuestion { epoch: self.epoch }),
            What::Blocks => Request::CatchUp(self.catch_up_request(to)),
        };
        self.questions.ask(to, request.clone(), turn.now);
        turn.effect(Effect::Send { to, request });
    }

    fn wanted(&self) -> Option<Wanted> {
        let top = self.pipeline.top();
        let all_executed = top.digest == self.tip.digest;
        if self.end.is_none() && all_executed && (self.above == Above::Closed || self.is_at_barrier()) {
            return Some(Wanted { what: What::EpochEnd, certified: self.is_certified_above(self.tip.at) });
        }
        let certified = self.is_certified_above(top.at);
        let more = certified || !self.hints.is_empty();
        let room = self.pipeline.waiting() < READY_BLOCKS_LOW;
        (more && room && self.above == Above::Open).then_some(Wanted { what: What::Blocks, certified })
    }

    fn is_certified_above(&self, at: EpochView) -> bool {
        self.target.is_some_and(|target| target > at)
    }

    fn catch_up_request(&mut self, to: Peer) -> CatchUpRequest {
        let top = self.pipeline.top();
        let below = self.descent.as_mut().and_then(|descent| {
            if descent.may_be_offered_nearer(&top, to) { None } else { descent.next_down() }
        });
        CatchUpRequest { above: top.height, below: below.unwrap_or(BlockDigest::ZERO) }
    }

    fn ask_for_batches(&mut self, turn: &mut Turn<'_>) {
        let (peers, batches) = (&mut self.peers, &mut self.pipeline.batches);
        while let Some(digest) = batches.next_wanted() {
            let Some(to) = peers.take_turn(turn.now, |peer| batches.has_room(peer)) else {
                return;
            };
            batches.ask(digest, to, turn.now);
            turn.effect(Effect::Send { to, request: Request::Batch(digest) });
        }
    }

    /// Asks to be woken when the next deadline passes or, while something cannot be asked, when a peer has rested.
    fn set_alarm(&mut self, turn: &mut Turn<'_>) {
        let starved = !self.questions.pending() && self.wanted().is_some()
            || self.pipeline.batches.next_wanted().is_some();
        let rested = if starved { self.peers.next_rested(turn.now) } else { None };
        let deadlines = [self.questions.next_deadline(), self.pipeline.batches.next_deadline(), rested];
        let Some(next) = deadlines.into_iter().flatten().min() else { return };
        // an alarm that comes too early does no harm, so that one is enough
        if self.wakes_at.is_none_or(|set| set <= turn.now || next < set) {
            self.wakes_at = Some(next);
            turn.effect(Effect::WakeAt(next));
        }
    }
}

struct Wanted {
    what: What,
    /// A certificate promises it, so that anybody may have it; else only those who hinted at it are asked.
    certified: bool,
}

enum What {
    EpochEnd,
    Blocks,
}
