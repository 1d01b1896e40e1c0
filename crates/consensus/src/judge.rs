//! What a voter thinks of a proposal: valid, not yet judged, or never valid.

use std::time::Duration;

use realdid_types::{
    BatchDigest, Block, BlockDigest, Evidence, Header, Proposal, SignedHeader, Timestamp, View, limits,
};

use crate::{
    BatchStatus, Effect, Engine, Incoming, Peer, Record, Timer, blocks::Path, certificates::ParentRule,
    propose::child_height, tally::VIEWS_AHEAD, turn::Turn,
};

/// A proposal may be this far ahead of my clock.
const TIME_AHEAD_MAX: u64 = 500;

/// A judgement. What is missing is never a reason to give a view up at once.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Valid,
    Missing(Missing),
    Invalid,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Missing {
    Certificates(Vec<View>),
    Block(BlockDigest),
    Batches(Vec<BatchDigest>),
    Execution,
    Time(Timestamp),
}

impl Engine {
    /// Keeps the first proposal of a view that its leader signed; everything attached to it is news like any other.
    pub(crate) fn on_proposal(&mut self, turn: &mut Turn<'_>, from: Peer, proposal: Proposal) {
        let header = &proposal.block.header;
        let at = header.at;
        if at.epoch != self.epoch() {
            return self.on_other_epoch(turn, from, at.epoch);
        }
        if !self.is_signed_by_leader(turn, &proposal) {
            return turn.effect(Effect::Distrust(from, "a proposal that its leader did not sign"));
        }
        for certificate in proposal.parent.iter().chain(&proposal.skips).chain(&proposal.commit) {
            if certificate.statement.at.epoch == at.epoch {
                self.accept_certificate(turn, from, certificate);
            }
        }
        if at <= self.voter.floor() || at.view.0 > self.view.at.view.0.saturating_add(VIEWS_AHEAD) {
            return;
        }
        match self.proposals.get(&at.view) {
            None => self.keep_proposal(proposal),
            Some(first) if first.block.digest() == proposal.block.digest() => {}
            Some(_) => self.report_second_proposal(turn, &proposal),
        }
    }

    fn is_signed_by_leader(&self, turn: &Turn<'_>, proposal: &Proposal) -> bool {
        let header = &proposal.block.header;
        let leader = self.set.leader(header.at);
        let Some(key) = self.key_of(leader).filter(|_| header.proposer == leader) else { return false };
        let message = header.proposal_digest(self.settings.genesis);
        let signed =
            realdid_crypto::Signed { key: &key, message: message.as_bytes(), signature: &proposal.signature };
        Block::batches_root(&proposal.block.batches) == header.batches
            && turn.verifier().verify(&[signed]).is_ok()
    }

    fn keep_proposal(&mut self, proposal: Proposal) {
        self.blocks.insert(proposal.block.clone());
        self.proposals.insert(proposal.block.header.at.view, proposal);
    }

    fn report_second_proposal(&mut self, turn: &mut Turn<'_>, second: &Proposal) {
        let header = &second.block.header;
        if !self.reported.insert((header.at.view, header.proposer)) {
            return;
        }
        let Some(first) = self.proposals.get(&header.at.view) else { return };
        let first = SignedHeader { header: first.block.header.clone(), signature: first.signature };
        let second = SignedHeader { header: header.clone(), signature: second.signature };
        if let Some(evidence) = Evidence::proposals(first, second) {
            turn.effect(Effect::Report(Box::new(evidence)));
        }
    }

    /// Judges the present view's proposal and prepares it if it is valid.
    pub(crate) fn judge_proposal(&mut self, turn: &mut Turn<'_>) -> bool {
        self.start_timers(turn);
        let at = self.view.at;
        if self.voter.prepared(at).is_some() || self.view.hopeless && self.proposal_was_invalid() {
            return false;
        }
        let Some(proposal) = self.proposals.get(&at.view) else { return false };
        match self.verdict(turn, &proposal.block) {
            Verdict::Valid => self.prepare(turn),
            Verdict::Invalid => !std::mem::replace(&mut self.view.hopeless, true),
            Verdict::Missing(missing) => {
                self.fetch(turn, &missing);
                false
            }
        }
    }

    fn proposal_was_invalid(&self) -> bool {
        self.proposals.get(&self.view.at.view).is_some_and(|proposal| self.shape_is_wrong(&proposal.block))
    }

    fn prepare(&mut self, turn: &mut Turn<'_>) -> bool {
        if !self.may_vote() {
            return false;
        }
        let at = self.view.at;
        let Some(proposal) = self.proposals.get(&at.view).cloned() else { return false };
        let Some(statement) = self.voter.prepare(&proposal.block.header, &self.certificates) else {
            return false;
        };
        turn.record_synced(Record::Proposal(Box::new(proposal)));
        self.cast_in_view(turn, statement);
        true
    }

    /// Everything that validity asks for, in the order in which it can be told.
    fn verdict(&self, turn: &Turn<'_>, block: &Block) -> Verdict {
        let header = &block.header;
        if self.shape_is_wrong(block) {
            return Verdict::Invalid;
        }
        match self.certificates.parent_rule(header) {
            ParentRule::Broken => return Verdict::Invalid,
            ParentRule::Missing(views) => return Verdict::Missing(Missing::Certificates(views)),
            ParentRule::Kept => {}
        }
        match self.blocks.path(header.parent) {
            Path::Missing(digest) => return Verdict::Missing(Missing::Block(digest)),
            Path::Elsewhere => return Verdict::Invalid,
            Path::ToTip(_) => {}
        }
        let Some(parent) = self.blocks.get(header.parent) else {
            return Verdict::Missing(Missing::Block(header.parent));
        };
        if self.contradicts_parent(header, &parent.block.header) {
            return Verdict::Invalid;
        }
        self.verdict_after_parent(turn, block, &parent.block.header)
    }

    fn verdict_after_parent(&self, turn: &Turn<'_>, block: &Block, parent: &Header) -> Verdict {
        let header = &block.header;
        let Some(outcome) = self.blocks.outcome(header.parent) else {
            return Verdict::Missing(Missing::Execution);
        };
        if header.state_root != outcome.root || header.next_validators != outcome.next.digest() {
            return Verdict::Invalid;
        }
        let mut missing = Vec::new();
        for reference in &block.batches {
            match turn.batches().status(reference) {
                BatchStatus::Held => {}
                BatchStatus::Missing => missing.push(reference.digest),
                BatchStatus::Contradicted => return Verdict::Invalid,
            }
        }
        let latest = turn.wall().plus(TIME_AHEAD_MAX).max(parent.time.next());
        if !missing.is_empty() {
            Verdict::Missing(Missing::Batches(missing))
        } else if header.time > latest {
            Verdict::Missing(Missing::Time(header.time))
        } else {
            Verdict::Valid
        }
    }

    /// What is wrong whatever the rest of the world looks like.
    fn shape_is_wrong(&self, block: &Block) -> bool {
        let header = &block.header;
        let mut digests: Vec<BatchDigest> = block.batches.iter().map(|reference| reference.digest).collect();
        digests.sort_unstable();
        let twice = digests.windows(2).any(|pair| pair.first() == pair.last());
        let counted =
            block.batches.iter().fold(0_u32, |sum, reference| sum.saturating_add(reference.transactions));
        twice
            || block.batches.len() > limits::BLOCK_BATCHES_MAX
            || counted != header.transactions
            || header.validators != self.set.digest()
            || header.is_closing() && !block.batches.is_empty()
    }

    fn contradicts_parent(&self, header: &Header, parent: &Header) -> bool {
        let parent_view = if header.parent == self.start { View(0) } else { parent.at.view };
        header.parent_view != parent_view
            || header.height != child_height(parent)
            || header.time <= parent.time
    }

    fn fetch(&mut self, turn: &mut Turn<'_>, missing: &Missing) {
        let at = self.view.at;
        let leader = self.key_of(self.leader());
        if let Missing::Time(time) = missing {
            let wait = time.0.saturating_sub(turn.wall().0).saturating_sub(TIME_AHEAD_MAX).max(1);
            return turn.timer(Timer::Early(at), turn.now().saturating_add(Duration::from_millis(wait)));
        }
        if std::mem::replace(&mut self.view.asked, true) {
            return;
        }
        match missing {
            Missing::Certificates(views) => self.ask_for_views(turn, views),
            Missing::Block(digest) => self.ask_for_block(turn, *digest),
            Missing::Batches(digests) => {
                if let Some(leader) = leader {
                    turn.effect(Effect::FetchBatches(digests.clone(), leader));
                }
            }
            Missing::Execution => self.view.asked = false,
            Missing::Time(_) => {}
        }
    }

    /// Compares my outcome with what a quorum certified on top of it.
    pub(crate) fn compare_certified_roots(&mut self, turn: &mut Turn<'_>, parent: BlockDigest) {
        let Some(root) = self.blocks.outcome(parent).map(|outcome| outcome.root) else { return };
        let differs = self.certificates.certified_blocks().find(|block| {
            let child = self.blocks.get(*block).map(|entry| &entry.block.header);
            child.is_some_and(|child| child.parent == parent && child.state_root != root)
        });
        if let Some(child) = differs {
            self.raise_alarm(turn, crate::Alarm::Root(child));
        }
    }

    /// A block that was asked for is kept if a certificate or a kept block names it.
    pub(crate) fn on_block(&mut self, turn: &mut Turn<'_>, from: Peer, block: Block) {
        let digest = block.digest();
        if self.blocks.get(digest).is_some() || !self.is_wanted(digest) {
            return;
        }
        if Block::batches_root(&block.batches) != block.header.batches {
            return turn.effect(Effect::Distrust(from, "a block whose batches are not the header's"));
        }
        let parent = block.header.parent;
        self.blocks.insert(block);
        self.view.asked = false;
        self.compare_certified_roots(turn, parent);
    }

    fn is_wanted(&self, digest: BlockDigest) -> bool {
        let missing = |from: BlockDigest| self.blocks.path(from) == Path::Missing(digest);
        let proposed = self.proposals.get(&self.view.at.view).map(|proposal| proposal.block.header.parent);
        let newest = self
            .certificates
            .certified_blocks()
            .next_back()
            .into_iter()
            .chain(proposed)
            .chain(self.certificates.commit().map(|commit| commit.statement.block));
        newest.into_iter().any(missing)
    }

    /// What a peer said, passed to whoever handles it.
    pub(crate) fn on_received(&mut self, turn: &mut Turn<'_>, from: Peer, message: Incoming) {
        if let Some(index) = self.set.index_of(&from) {
            self.hearing.on_frame(index, turn.now());
        }
        match message {
            Incoming::Proposal(proposal) => self.on_proposal(turn, from, *proposal),
            Incoming::Vote(vote) => self.on_vote(turn, from, vote),
            Incoming::Certificate(certificate) => self.on_certificate(turn, from, &certificate),
            Incoming::EpochEnd(end) => self.on_epoch_end(turn, from, *end),
            Incoming::Block(block) => self.on_block(turn, from, *block),
            Incoming::Request(request) => self.on_request(turn, from, request),
            Incoming::WipedQuestion(question) => self.on_wiped_question(turn, from, &question),
            Incoming::WipedAnswer(answer) => self.on_wiped_answer(turn, from, *answer),
            Incoming::Other => {}
        }
    }
}
