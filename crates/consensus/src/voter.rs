//! When a validator may vote. This file is the whole of the safety argument's premises; everything else in the
//! crate may be wrong without two honest validators ever finalising different blocks.
//!
//! - **I1** At most one Prepare digest per view.
//! - **I2** Never Commit and Skip in one view.
//! - **I3** Prepare only under the parent rule: a certificate for the parent at the stated view, and a Skip
//!   certificate for every view in between.
//! - **I4** Commit only holding the Prepare certificate.
//! - **I5** No vote at or below the floor, the view of the newest Commit certificate; and none below the bound
//!   that a validator which lost its votes was given.
//!
//! A decision binds from the moment these functions return it, not from when it is on disk or sent.

use std::collections::BTreeMap;

use realdid_types::{BlockDigest, EpochView, Header, Vote, VoteKind, VoteStatement};

use crate::certificates::{Certificates, ParentRule};

/// What this validator has decided, in every view above the floor.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Voter {
    floor: EpochView,
    bound: EpochView,
    decided: BTreeMap<EpochView, Decided>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Decided {
    prepare: Option<BlockDigest>,
    commit: Option<BlockDigest>,
    skip: bool,
}

impl Voter {
    /// A voter that remembers `votes` and casts none at or below `floor` nor below `bound`.
    #[must_use]
    pub fn recover(floor: EpochView, bound: EpochView, votes: &[Vote]) -> Self {
        let mut voter = Self { floor, bound, decided: BTreeMap::new() };
        for vote in votes {
            voter.remember(&vote.statement);
        }
        voter
    }

    /// Decides Prepare for `header` if I1, I3 and I5 allow it.
    pub fn prepare(&mut self, header: &Header, certificates: &Certificates) -> Option<VoteStatement> {
        let allowed = self.may_vote(header.at)
            && self.decided(header.at).prepare.is_none()
            && certificates.parent_rule(header) == ParentRule::Kept;
        allowed.then(|| self.decide(VoteStatement::prepare(header.at, header.digest())))
    }

    /// Decides Commit in view `at` if I2, I4 and I5 allow it.
    pub fn commit(&mut self, at: EpochView, certificates: &Certificates) -> Option<VoteStatement> {
        let block = certificates.prepared(at)?;
        let decided = self.decided(at);
        let allowed = self.may_vote(at) && !decided.skip && decided.commit.is_none();
        allowed.then(|| self.decide(VoteStatement::commit(at, block)))
    }

    /// Decides Skip in view `at` if I2 and I5 allow it.
    pub fn skip(&mut self, at: EpochView) -> Option<VoteStatement> {
        let decided = self.decided(at);
        let allowed = self.may_vote(at) && decided.commit.is_none() && !decided.skip;
        allowed.then(|| self.decide(VoteStatement::skip(at)))
    }

    /// Raises the floor to a view whose Commit certificate is known; decisions at or below it are let go.
    pub fn raise_floor(&mut self, at: EpochView) {
        self.floor = self.floor.max(at);
        let floor = self.floor;
        self.decided.retain(|view, _| *view > floor);
    }

    /// Allows votes only at or above `bound`, for ever.
    pub fn raise_bound(&mut self, bound: EpochView) {
        self.bound = self.bound.max(bound);
    }

    /// Whether the invariants that do not depend on the kind of vote allow one at `at`.
    #[must_use]
    pub fn may_vote(&self, at: EpochView) -> bool {
        at > self.floor && at >= self.bound
    }

    /// The newest view that is final.
    #[must_use]
    pub fn floor(&self) -> EpochView {
        self.floor
    }

    /// The view below which a validator that lost its votes is silent.
    #[must_use]
    pub fn bound(&self) -> EpochView {
        self.bound
    }

    /// Whether exactly this was decided.
    #[must_use]
    pub fn has_decided(&self, statement: &VoteStatement) -> bool {
        let decided = self.decided(statement.at);
        match statement.kind {
            VoteKind::Prepare => decided.prepare == Some(statement.block),
            VoteKind::Commit => decided.commit == Some(statement.block),
            VoteKind::Skip => decided.skip,
        }
    }

    /// The digest prepared in this view.
    #[must_use]
    pub fn prepared(&self, at: EpochView) -> Option<BlockDigest> {
        self.decided(at).prepare
    }

    /// Whether a Skip was decided in this view.
    #[must_use]
    pub fn skipped(&self, at: EpochView) -> bool {
        self.decided(at).skip
    }

    fn decided(&self, at: EpochView) -> Decided {
        self.decided.get(&at).copied().unwrap_or_default()
    }

    fn decide(&mut self, statement: VoteStatement) -> VoteStatement {
        self.remember(&statement);
        statement
    }

    fn remember(&mut self, statement: &VoteStatement) {
        if statement.at <= self.floor {
            return;
        }
        let decided = self.decided.entry(statement.at).or_default();
        match statement.kind {
            VoteKind::Prepare => decided.prepare = Some(statement.block),
            VoteKind::Commit => decided.commit = Some(statement.block),
            VoteKind::Skip => decided.skip = true,
        }
    }
}

#[cfg(test)]
mod tests;
