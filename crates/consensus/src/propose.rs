//! A leader's turn: on which block, with which batches, and when.

use std::collections::BTreeSet;

use realdid_crypto::Signature;
use realdid_types::{
    BatchDigest, Block, BlockDigest, Certificate, EpochView, Header, Height, Message, Proposal, Timestamp,
    View, VoteKind, limits,
};

use crate::{Effect, Engine, Record, blocks::Path, turn::Turn};

/// With more blocks than this not final, a leader adds no transactions.
const UNFINAL_MAX: usize = 16;

impl Engine {
    /// Proposes in the present view, if it is mine and everything for it is here.
    pub(crate) fn propose(&mut self, turn: &mut Turn<'_>) -> bool {
        let at = self.view.at;
        if !self.is_leader()
            || self.view.proposed
            || !self.may_vote()
            || !self.voter.may_vote(at)
            || self.voter.skipped(at)
        {
            return false;
        }
        if at <= self.lead_mark.recovered || self.voter.prepared(at).is_some() {
            // what an earlier life proposed here is unknown
            return !std::mem::replace(&mut self.view.hopeless, true);
        }
        let Some(parent) = self.best_parent() else {
            self.view.hopeless |= self.view.patient;
            return false;
        };
        if self.holds_back(turn, parent) {
            return false;
        }
        if at > self.lead_mark.durable {
            return self.write_lead_mark(turn);
        }
        let Some(header_and_block) = self.build(turn, parent) else { return false };
        self.view.proposed = true;
        turn.effect(Effect::SignProposal(Box::new(header_and_block.header.clone())));
        self.blocks.insert(header_and_block);
        true
    }

    fn write_lead_mark(&mut self, turn: &mut Turn<'_>) -> bool {
        let at = self.view.at;
        if self.lead_mark.written >= at {
            return false;
        }
        self.mark_lead(turn, at);
        true
    }

    /// Covers a view that I lead with the mark.
    pub(crate) fn mark_lead(&mut self, turn: &mut Turn<'_>, at: EpochView) {
        if at > self.lead_mark.written {
            self.lead_mark.written = at;
            turn.record_synced(Record::LeadMark(at));
        }
    }

    /// The highest executed block with a proof that the parent rule of the present view accepts.
    fn best_parent(&self) -> Option<BlockDigest> {
        let mut view = self.view.at.view.previous();
        while view > View(0) {
            if let Some(block) =
                self.certificates.certified(view).filter(|block| self.blocks.outcome(*block).is_some())
            {
                return Some(block);
            }
            self.certificates.get(VoteKind::Skip, view)?;
            view = view.previous();
        }
        self.blocks.outcome(self.start).map(|_| self.start)
    }

    /// Nothing to propose, and nothing that waits for a block after it.
    fn holds_back(&self, turn: &Turn<'_>, parent: BlockDigest) -> bool {
        self.view.may_hold
            && !self.view.idled
            && !turn.batches().heard_pending(&self.batches_in_chain(turn, parent))
    }

    /// Whether everything with transactions, and one block after it, is final; and the epoch is not ending.
    pub(crate) fn holding_is_allowed(&self) -> bool {
        let tip = self.blocks.tip_header();
        let Some(parent) = self.best_parent() else { return false };
        let Path::ToTip(path) = self.blocks.path(parent) else { return false };
        let empty = |digest: &BlockDigest| {
            self.blocks.get(*digest).is_some_and(|entry| entry.block.header.transactions == 0)
        };
        let ending =
            self.blocks.outcome(parent).is_none_or(|outcome| outcome.next.digest() != self.set.digest());
        (tip.transactions == 0 || tip.height == Height(0)) && path.iter().all(empty) && !ending
    }

    /// Whether I have told everybody of a batch that the chain lacks.
    pub(crate) fn announced_pending(&self, turn: &Turn<'_>) -> bool {
        let chain = self.best_parent().map(|parent| self.batches_in_chain(turn, parent)).unwrap_or_default();
        turn.batches().announced_pending(&chain)
    }

    /// Of the chain up to a block, the batches that the pool may still take for pending.
    fn batches_in_chain(&self, turn: &Turn<'_>, parent: BlockDigest) -> BTreeSet<BatchDigest> {
        let mut batches = self.blocks.batches_on(parent);
        batches.extend(turn.delivered());
        batches
    }

    fn build(&self, turn: &Turn<'_>, parent: BlockDigest) -> Option<Block> {
        let entry = self.blocks.get(parent)?;
        let outcome = entry.outcome.as_ref()?;
        let above = &entry.block.header;
        let closing = outcome.next.digest() != self.set.digest();
        let Path::ToTip(path) = self.blocks.path(parent) else { return None };
        let batches = if closing || path.len() > UNFINAL_MAX {
            Vec::new()
        } else {
            turn.batches().select(&self.batches_in_chain(turn, parent))
        };
        let header = Header {
            at: self.view.at,
            height: child_height(above),
            parent,
            parent_view: if parent == self.start { View(0) } else { above.at.view },
            validators: self.set.digest(),
            next_validators: outcome.next.digest(),
            state_root: outcome.root,
            batches: Block::batches_root(&batches),
            transactions: batches.iter().fold(0, |sum, reference| sum.saturating_add(reference.transactions)),
            time: Timestamp(turn.wall().0.max(above.time.next().0)),
            proposer: self.me?,
        };
        Some(Block { header, batches })
    }

    /// Sends my proposal and treats it like anybody's.
    pub(crate) fn on_proposal_signed(&mut self, turn: &mut Turn<'_>, header: Header, signature: Signature) {
        if header.at != self.view.at || self.voter.skipped(header.at) {
            return;
        }
        let Some(block) = self.blocks.get(header.digest()).map(|entry| entry.block.clone()) else { return };
        let proposal = Proposal {
            signature,
            parent: self.parent_proof(&header),
            skips: self.newest_skips(&header),
            commit: self.certificates.commit().cloned(),
            block,
        };
        turn.effect(Effect::Broadcast(Message::Proposal(Box::new(proposal.clone()))));
        self.proposals.insert(header.at.view, proposal);
    }

    fn parent_proof(&self, header: &Header) -> Option<Certificate> {
        if header.parent_view == View(0) {
            self.previous.as_ref().map(|previous| previous.end.commit.clone())
        } else {
            self.certificates.of_block(header.parent_view).cloned()
        }
    }

    fn newest_skips(&self, header: &Header) -> Vec<Certificate> {
        let first = header
            .at
            .view
            .0
            .saturating_sub(limits::PROPOSAL_SKIPS_MAX as u64)
            .max(header.parent_view.next().0);
        (first..header.at.view.0)
            .filter_map(|view| self.certificates.get(VoteKind::Skip, View(view)).cloned())
            .collect()
    }
}

/// A closing block keeps the height above the barrier's; every other block is one above its parent.
pub(crate) fn child_height(parent: &Header) -> Height {
    if parent.is_closing() { parent.height } else { parent.height.next() }
}
