//! Finality: a Commit certificate makes its block and all ancestors final; they are delivered in height order.

use realdid_types::{Block, BlockDigest, Certificate, EpochView, VoteKind};

use crate::{Alarm, Effect, Engine, blocks::Path, turn::Turn};

/// A gap of more blocks than this is left to catching up.
const FETCH_DEPTH_MAX: u64 = 16;
/// Beyond a gap of more blocks than this nothing is kept for later: catching up brings it, and each step looks through what
/// is here.
const KEPT_GAP_MAX: u64 = 64;

impl Engine {
    /// Delivers what is final and executed, and finds out what else is.
    pub(crate) fn deliver(&mut self, turn: &mut Turn<'_>) -> bool {
        self.settle_standing();
        self.decide_committed(turn);
        let mut moved = false;
        while let Some(digest) = self.decided.front().copied() {
            let Some(block) = self
                .blocks
                .get(digest)
                .filter(|entry| entry.outcome.is_some())
                .map(|entry| entry.block.clone())
            else {
                break;
            };
            self.decided.pop_front();
            self.deliver_one(turn, digest, block);
            moved = true;
        }
        moved
    }

    fn deliver_one(&mut self, turn: &mut Turn<'_>, digest: BlockDigest, block: Block) {
        let at = block.header.at;
        self.blocks.advance_tip(digest);
        let commit = self.commit_of(at, digest);
        turn.deliver(Box::new(block), commit);
        self.settle_bound(at);
        self.catching_up_to = None;
        self.prune_blocks();
    }

    /// Lets go of what can never become final. Bodies below the floor stay while the way down to the tip is open.
    fn prune_blocks(&mut self) {
        let (height, floor) = (self.blocks.tip_header().height, self.voter.floor());
        let settled =
            self.certificates.commit().is_none_or(|commit| commit.statement.block == self.blocks.tip());
        self.blocks
            .prune(|header| header.height > height && (!settled || header.at > floor || header.is_closing()));
    }

    fn commit_of(&self, at: EpochView, digest: BlockDigest) -> Option<Certificate> {
        let commit = self.certificates.get(VoteKind::Commit, at.view).filter(|_| at.epoch == self.epoch())?;
        (commit.statement.block == digest).then(|| commit.clone())
    }

    /// Turns the newest Commit certificate into a list of final blocks, once the way down from it is known.
    fn decide_committed(&mut self, turn: &mut Turn<'_>) {
        let Some(commit) = self.certificates.commit().cloned() else { return };
        match self.blocks.path(commit.statement.block) {
            Path::ToTip(path) => self.decide(turn, &commit, path),
            Path::Missing(digest) => self.fetch_committed(turn, &commit, digest),
            Path::Elsewhere => {
                if self.blocks.get(commit.statement.block).is_some() && !self.is_older_than_tip(&commit) {
                    self.raise_alarm(turn, Alarm::Fork(commit.statement.block, Box::new(commit)));
                }
            }
        }
    }

    fn is_older_than_tip(&self, commit: &Certificate) -> bool {
        commit.statement.at <= self.blocks.tip_header().at
    }

    fn decide(&mut self, turn: &mut Turn<'_>, commit: &Certificate, path: Vec<BlockDigest>) {
        if !self.decided.iter().zip(&path).all(|(known, new)| known == new) {
            return self.raise_alarm(turn, Alarm::Fork(commit.statement.block, Box::new(commit.clone())));
        }
        let headers =
            path.iter().filter_map(|digest| self.blocks.get(*digest)).map(|entry| &entry.block.header);
        let (closing, ledger): (Vec<_>, Vec<_>) = headers.partition(|header| header.is_closing());
        let ledger: Vec<BlockDigest> = ledger.into_iter().map(|header| header.digest()).collect();
        let closing: Vec<_> = closing.into_iter().cloned().collect();
        if ledger.len() > self.decided.len() {
            self.decided = ledger.into();
        }
        if !closing.is_empty() && self.epoch_end.is_none() {
            self.end_epoch(closing, commit.clone());
        }
    }

    /// Near blocks are fetched one by one; for a longer gap, catching up takes over.
    fn fetch_committed(&mut self, turn: &mut Turn<'_>, commit: &Certificate, missing: BlockDigest) {
        let tip = self.blocks.tip_header().height.0;
        let named = self.blocks.get(commit.statement.block).map_or(tip, |entry| entry.block.header.height.0);
        if self.catching_up_to < Some(commit.statement.at) {
            if named.saturating_sub(tip) > KEPT_GAP_MAX {
                let floor = self.voter.floor();
                self.blocks.prune_unconnected(|header| header.at >= floor || header.is_closing());
            }
            self.catching_up_to = Some(commit.statement.at);
            turn.effect(Effect::CatchUp(commit.clone()));
            self.ask_for_block(turn, missing);
        } else if named.saturating_sub(tip) <= FETCH_DEPTH_MAX
            && !std::mem::replace(&mut self.view.asked, true)
        {
            self.ask_for_block(turn, missing);
        }
    }

    /// A block that catching up proved: final, whatever the engine knows otherwise.
    pub(crate) fn on_synced(&mut self, turn: &mut Turn<'_>, block: Block, commit: Option<Certificate>) {
        let digest = block.digest();
        let above = self.decided.back().copied().unwrap_or(self.blocks.tip());
        if block.header.parent == above && !block.header.is_closing() {
            self.blocks.insert(block);
            self.decided.push_back(digest);
        }
        if let Some(commit) = commit.filter(|commit| commit.statement.at.epoch == self.epoch()) {
            self.add_certificate(turn, &commit);
        }
    }
}
