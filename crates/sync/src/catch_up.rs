//! The machine: what it knows, and what each input changes.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use realdid_crypto::Verifier;
use realdid_types::{
    BlockDigest, CatchUpAnswer, Certificate, Epoch, EpochEnd, EpochQuestion, EpochView, GenesisDigest,
    Request, SignedBatch, ValidatorSet, VoteKind,
};

use crate::{
    Config, Effect, Input, Lie, Peer, Tip,
    descent::{self, Descent, Place, Position},
    limits::{REST_EMPTY, REST_LIAR},
    peers::Peers,
    pipeline::Pipeline,
    questions::Questions,
    turn::Turn,
};

/// Gets certified blocks from peers and delivers them in height order, directly above the tip.
///
/// Only what a verified commit certificate of the present epoch names, directly or through its descendants, is
/// delivered, and nothing twice. As long as one connected peer answers honestly, everything up to the highest
/// certificate known gets delivered, whatever the others say or leave unsaid.
#[derive(Debug)]
pub struct CatchUp {
    pub(crate) genesis: GenesisDigest,
    pub(crate) epoch: Epoch,
    pub(crate) validators: Arc<ValidatorSet>,
    pub(crate) tip: Tip,
    /// The newest view of this epoch that is certified to be committed; none once the tip is there.
    pub(crate) target: Option<EpochView>,
    /// Peers that spoke of a later epoch than mine then was, and have not been heard out.
    pub(crate) hints: BTreeSet<Peer>,
    pub(crate) peers: Peers,
    pub(crate) questions: Questions,
    pub(crate) descent: Option<Descent>,
    pub(crate) pipeline: Pipeline,
    pub(crate) above: Above,
    /// The verified proof that this epoch ended.
    pub(crate) end: Option<EpochEnd>,
    pub(crate) wakes_at: Option<Duration>,
    pub(crate) stopped: bool,
}

/// What there is above the highest certified block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Above {
    /// More of this epoch, as far as is known.
    Open,
    /// A peer has only a later epoch's: perhaps that block is the barrier. Executing it will tell.
    Doubtful,
    /// Closing blocks: that block is the barrier.
    Closed,
}

impl CatchUp {
    /// A machine that knows of nothing missing.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let Config { genesis, tip, epoch, validators } = config;
        Self {
            genesis,
            epoch,
            validators,
            pipeline: Pipeline::new(Position::from(&tip)),
            tip,
            target: None,
            hints: BTreeSet::new(),
            peers: Peers::default(),
            questions: Questions::default(),
            descent: None,
            above: Above::Open,
            end: None,
            wakes_at: None,
            stopped: false,
        }
    }

    /// Takes one input and returns what to do, in order. `now` is monotonic and counts from any fixed moment.
    ///
    /// After [`Effect::Fork`] nothing is ever returned again.
    #[must_use]
    pub fn step(&mut self, now: Duration, input: Input, verifier: &dyn Verifier) -> Vec<Effect> {
        let mut turn = Turn { now, verifier, effects: Vec::new() };
        if self.stopped {
            return turn.effects;
        }
        match input {
            Input::Behind { certificate } => self.on_behind(&certificate),
            Input::EpochHint { epoch, from } => self.on_epoch_hint(epoch, from),
            Input::Answer { from, answer } => self.on_answer(&mut turn, from, answer),
            Input::EpochEnd { from, end } => self.on_epoch_end(&mut turn, from, end),
            Input::Batch { from, batch } => self.on_batch(&mut turn, from, batch),
            Input::BatchHeld(digest) => self.pipeline.batches.on_stored(&digest),
            Input::Delivered(tip) => self.on_delivered(tip),
            Input::EpochEntered { epoch, validators } => self.on_epoch_entered(epoch, validators),
            Input::PeerUp(peer) => self.peers.up(peer),
            Input::PeerDown(peer) => self.on_peer_down(&peer),
            Input::Tick => {}
        }
        self.advance(&mut turn);
        turn.effects
    }

    /// Whether something certified, or hinted at, is not here yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.target.is_some() || !self.hints.is_empty()
    }

    /// Whether a block with a proven Commit certificate is not here yet.
    #[must_use]
    pub fn is_proven_behind(&self) -> bool {
        self.target.is_some()
    }

    fn on_behind(&mut self, certificate: &Certificate) {
        let statement = &certificate.statement;
        if statement.kind == VoteKind::Commit && statement.at.epoch == self.epoch {
            self.raise_target(statement.at);
        }
    }

    pub(crate) fn raise_target(&mut self, at: EpochView) {
        if at > self.tip.at {
            self.target = self.target.max(Some(at));
        }
    }

    fn on_epoch_hint(&mut self, epoch: Epoch, from: Peer) {
        if epoch > self.epoch && self.peers.contains(&from) {
            self.hints.insert(from);
        }
    }

    fn on_answer(&mut self, turn: &mut Turn<'_>, from: Peer, answer: CatchUpAnswer) {
        let request = Request::CatchUp(answer.request.clone());
        let Some(asked) = self.questions.answered(&from, &request) else { return };
        if answer.blocks.is_empty() {
            return self.on_nothing(turn, &from);
        }
        match self.take_answer(turn, from, answer) {
            Ok(()) => self.peers.answered(&from, turn.now.saturating_sub(asked)),
            Err(lie) => self.distrust(turn, from, lie),
        }
    }

    fn take_answer(&mut self, turn: &mut Turn<'_>, from: Peer, answer: CatchUpAnswer) -> Result<(), Lie> {
        if answer.request.below != BlockDigest::ZERO {
            return self.take_lower_blocks(turn, answer);
        }
        let certificate = answer.commit.as_ref().ok_or(Lie::NoCertificate)?;
        if certificate.statement.at.epoch != self.epoch {
            self.on_other_epoch(turn, from, certificate.statement.at.epoch);
            return Ok(());
        }
        if certificate.statement.kind != VoteKind::Commit {
            return Err(Lie::NoCertificate);
        }
        certificate.verify(&self.validators, self.genesis, turn.verifier)?;
        self.take_certified_blocks(turn, answer)
    }

    /// A peer that has no block of this epoch above the top: is the top the barrier?
    fn on_other_epoch(&mut self, turn: &Turn<'_>, from: Peer, epoch: Epoch) {
        if epoch > self.epoch && self.above == Above::Open && self.pipeline.top().digest != self.tip.digest {
            self.above = Above::Doubtful;
            self.hints.insert(from);
        } else {
            self.on_nothing(turn, &from);
        }
    }

    /// Begins a descent, unless there is one that is nearer.
    fn take_certified_blocks(&mut self, turn: &mut Turn<'_>, answer: CatchUpAnswer) -> Result<(), Lie> {
        let CatchUpAnswer { request, commit, blocks } = answer;
        let (Some(certificate), Some(top)) = (commit, blocks.last()) else { return Err(Lie::NoCertificate) };
        let (height, above) = (top.header.height, request.above);
        descent::check(&blocks, certificate.statement.block, None, self.epoch)?;
        if height <= above {
            return Err(Lie::NotAbove { height, above });
        }
        if height <= self.pipeline.top().height {
            return Ok(());
        }
        self.raise_target(certificate.statement.at);
        let offered = Descent::new(certificate, blocks);
        if self.descent.as_ref().is_none_or(|known| offered.is_nearer_than(known)) {
            self.descent = Some(offered);
            self.join(turn);
        }
        Ok(())
    }

    fn take_lower_blocks(&mut self, turn: &mut Turn<'_>, answer: CatchUpAnswer) -> Result<(), Lie> {
        let CatchUpAnswer { request, blocks, .. } = answer;
        let Some(descent) =
            self.descent.as_mut().filter(|descent| descent.next_down() == Some(request.below))
        else {
            return Ok(());
        };
        descent::check(&blocks, request.below, descent.lowest(), self.epoch)?;
        descent.extend_down(blocks);
        self.join(turn);
        Ok(())
    }

    /// Makes the descent's blocks ready once they stand on what is certified.
    fn join(&mut self, turn: &mut Turn<'_>) {
        let top = self.pipeline.top();
        let Some(mut descent) = self.descent.take() else { return };
        match descent.place(&top) {
            Place::Above => self.descent = Some(descent),
            Place::Beside => self.stop(turn, descent.certificate),
            Place::OnTop => self.make_ready(turn, descent),
        }
    }

    fn make_ready(&mut self, turn: &mut Turn<'_>, descent: Descent) {
        let Descent { certificate, blocks, .. } = descent;
        turn.effect(Effect::Proved(Box::new(certificate.clone())));
        for block in blocks {
            if block.header.is_closing() {
                self.above = Above::Closed;
                continue;
            }
            let own = (certificate.statement.at == block.header.at).then(|| certificate.clone());
            self.pipeline.push(block, own);
        }
    }

    /// Takes a proof that this epoch ended, if there is reason to believe that it did.
    fn on_epoch_end(&mut self, turn: &mut Turn<'_>, from: Peer, end: EpochEnd) {
        let at = end.commit.statement.at;
        let asked = self.questions.answered(&from, &Request::EpochEnd(EpochQuestion { epoch: at.epoch }));
        if at.epoch != self.epoch || !self.is_behind() || self.end.is_some() {
            return;
        }
        if let Err(error) = end.verify(&self.validators, self.genesis, turn.verifier) {
            return self.distrust(turn, from, error.into());
        }
        if let Some(asked) = asked {
            self.peers.answered(&from, turn.now.saturating_sub(asked));
        }
        self.raise_target(at);
        if self.peers.contains(&from) {
            self.hints.insert(from);
        }
        self.end = Some(end);
    }

    fn on_batch(&mut self, turn: &mut Turn<'_>, from: Peer, batch: Arc<SignedBatch>) {
        match self.pipeline.batches.on_batch(&from, batch, self.genesis, turn.verifier) {
            Ok(Some(asked)) => self.peers.answered(&from, turn.now.saturating_sub(asked)),
            Ok(None) => {}
            Err(lie) => self.distrust(turn, from, lie),
        }
    }

    fn on_delivered(&mut self, tip: Tip) {
        if tip.height <= self.tip.height {
            return;
        }
        self.tip = tip;
        if !self.pipeline.advance_tip(Position::from(&self.tip)) {
            self.start_over();
        }
        self.target = self.target.filter(|target| *target > self.tip.at);
        if self.above == Above::Doubtful && self.pipeline.top().digest == self.tip.digest {
            self.above = Above::Open;
        }
    }

    fn on_epoch_entered(&mut self, epoch: Epoch, validators: Arc<ValidatorSet>) {
        if epoch > self.epoch {
            self.begin_epoch(epoch, validators);
        }
    }

    /// Nothing certified in one epoch is certified in another.
    pub(crate) fn begin_epoch(&mut self, epoch: Epoch, validators: Arc<ValidatorSet>) {
        (self.epoch, self.validators) = (epoch, validators);
        self.target = None;
        self.end = None;
        self.start_over();
    }

    /// Forgets everything on the way; nothing of it was promised.
    pub(crate) fn start_over(&mut self) {
        self.questions.clear();
        self.descent = None;
        self.above = Above::Open;
        self.pipeline = Pipeline::new(Position::from(&self.tip));
    }

    fn on_peer_down(&mut self, peer: &Peer) {
        self.peers.down(peer);
        self.hints.remove(peer);
        self.questions.forget(peer);
        self.pipeline.batches.forget(peer);
    }

    /// A peer has nothing for me, for now.
    fn on_nothing(&mut self, turn: &Turn<'_>, from: &Peer) {
        self.hints.remove(from);
        self.peers.rest(from, turn.now.saturating_add(REST_EMPTY));
        self.count_miss();
    }

    /// A descent of which nobody has more is given up: whoever began it may be gone, and others start elsewhere.
    pub(crate) fn count_miss(&mut self) {
        let patience = self.peers.len().saturating_mul(2);
        if let Some(descent) = &mut self.descent {
            descent.misses = descent.misses.saturating_add(1);
            self.descent.take_if(|descent| descent.misses > patience);
        }
    }

    fn distrust(&mut self, turn: &mut Turn<'_>, peer: Peer, reason: Lie) {
        self.hints.remove(&peer);
        self.peers.rest(&peer, turn.now.saturating_add(REST_LIAR));
        self.pipeline.batches.forget(&peer);
        self.count_miss();
        turn.effect(Effect::Distrust { peer, reason });
    }

    pub(crate) fn stop(&mut self, turn: &mut Turn<'_>, certificate: Certificate) {
        self.stopped = true;
        self.start_over();
        turn.effect(Effect::Fork { certificate: Box::new(certificate) });
    }
}
