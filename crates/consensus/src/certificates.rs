//! The verified certificates of the present epoch, and the parent rule that they decide.

use std::collections::BTreeMap;

use realdid_types::{BlockDigest, Certificate, Epoch, EpochView, Header, View, VoteKind, VoteStatement};

use crate::Alarm;

/// How many missing views are named at once; a page of a request.
const MISSING_MAX: usize = realdid_types::limits::REQUEST_VIEWS_MAX;

/// Certificates of every kind for all views above the newest Commit certificate, and that one. The Prepare certificate
/// that it rests on proves nothing that it does not prove itself, and goes.
///
/// Only verified certificates of the epoch are ever added. Each stands for a quorum, so what a liar can add here is
/// bounded by what honest validators sign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certificates {
    epoch: Epoch,
    start: BlockDigest,
    views: BTreeMap<View, OfView>,
    commit: Option<Certificate>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct OfView {
    prepare: Option<Certificate>,
    commit: Option<Certificate>,
    skip: Option<Certificate>,
}

impl OfView {
    fn slot(&self, kind: VoteKind) -> &Option<Certificate> {
        match kind {
            VoteKind::Prepare => &self.prepare,
            VoteKind::Commit => &self.commit,
            VoteKind::Skip => &self.skip,
        }
    }

    fn slot_mut(&mut self, kind: VoteKind) -> &mut Option<Certificate> {
        match kind {
            VoteKind::Prepare => &mut self.prepare,
            VoteKind::Commit => &mut self.commit,
            VoteKind::Skip => &mut self.skip,
        }
    }

    fn block(&self) -> Option<&Certificate> {
        self.commit.as_ref().or(self.prepare.as_ref())
    }
}

/// What the parent rule says of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParentRule {
    /// Its parent is certified at the stated view, and every view in between is certified as skipped.
    Kept,
    /// It may be kept, but certificates of these views are not here; ascending, one page.
    Missing(Vec<View>),
    /// It can never be kept.
    Broken,
}

/// What adding a certificate led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was news.
    New,
    /// It, or one that makes it irrelevant, was here.
    Known,
    /// It and another one cannot both exist.
    Contradiction(Alarm),
}

impl Certificates {
    /// None yet, in an epoch that starts on the block `start`.
    #[must_use]
    pub fn new(epoch: Epoch, start: BlockDigest) -> Self {
        Self { epoch, start, views: BTreeMap::new(), commit: None }
    }

    /// Adds a verified certificate of this epoch.
    pub fn add(&mut self, certificate: &Certificate) -> Added {
        let view = certificate.statement.at.view;
        if view < self.floor() || self.implies(&certificate.statement) {
            return Added::Known;
        }
        if let Some(other) = self.contradicting(certificate) {
            return Added::Contradiction(Alarm::Certificates(
                Box::new(other.clone()),
                Box::new(certificate.clone()),
            ));
        }
        let of_view = self.views.entry(view).or_default();
        *of_view.slot_mut(certificate.statement.kind) = Some(certificate.clone());
        if certificate.statement.kind == VoteKind::Commit {
            of_view.prepare = None;
            self.commit = Some(certificate.clone());
            self.views.retain(|kept, _| *kept >= view);
        }
        Added::New
    }

    /// Whether what a certificate states is known already: from one like it, or from a Commit of the same block.
    fn implies(&self, statement: &VoteStatement) -> bool {
        let is_known = |kind| {
            let known = self.get(kind, statement.at.view);
            known.is_some_and(|known| known.statement.block == statement.block)
        };
        is_known(statement.kind) || statement.kind == VoteKind::Prepare && is_known(VoteKind::Commit)
    }

    /// Two digests in one view, or Commit and Skip in one view.
    fn contradicting(&self, certificate: &Certificate) -> Option<&Certificate> {
        let view = self.views.get(&certificate.statement.at.view)?;
        match certificate.statement.kind {
            VoteKind::Skip => view.commit.as_ref(),
            VoteKind::Commit if view.skip.is_some() => view.skip.as_ref(),
            VoteKind::Prepare | VoteKind::Commit => {
                view.block().filter(|other| other.statement.block != certificate.statement.block)
            }
        }
    }

    /// Judges the parent of `header`, a header of this epoch.
    #[must_use]
    pub fn parent_rule(&self, header: &Header) -> ParentRule {
        let parent_view = header.parent_view;
        if parent_view >= header.at.view || parent_view < self.floor() {
            return ParentRule::Broken;
        }
        let mut missing = Vec::new();
        if parent_view == View(0) {
            if header.parent != self.start {
                return ParentRule::Broken;
            }
        } else {
            match self.certified(parent_view) {
                Some(block) if block == header.parent => {}
                Some(_) => return ParentRule::Broken,
                None => missing.push(parent_view),
            }
        }
        missing.extend(self.unskipped(parent_view.next(), header.at.view).take(MISSING_MAX));
        if missing.is_empty() { ParentRule::Kept } else { ParentRule::Missing(missing) }
    }

    /// The views from `first` up to but without `end` that have no Skip certificate here.
    pub fn unskipped(&self, first: View, end: View) -> impl Iterator<Item = View> + '_ {
        (first.0..end.0).map(View).filter(|view| self.get(VoteKind::Skip, *view).is_none())
    }

    /// The certificate of this kind and view.
    #[must_use]
    pub fn get(&self, kind: VoteKind, view: View) -> Option<&Certificate> {
        self.views.get(&view).and_then(|of_view| of_view.slot(kind).as_ref())
    }

    /// A Commit or else Prepare certificate of this view.
    #[must_use]
    pub fn of_block(&self, view: View) -> Option<&Certificate> {
        self.views.get(&view).and_then(OfView::block)
    }

    /// The block that has a Prepare or Commit certificate in this view.
    #[must_use]
    pub fn certified(&self, view: View) -> Option<BlockDigest> {
        self.of_block(view).map(|certificate| certificate.statement.block)
    }

    /// The block that has a Prepare certificate in this view.
    #[must_use]
    pub fn prepared(&self, at: EpochView) -> Option<BlockDigest> {
        let certificate = self.get(VoteKind::Prepare, at.view).filter(|_| at.epoch == self.epoch)?;
        Some(certificate.statement.block)
    }

    /// The newest Commit certificate.
    #[must_use]
    pub fn commit(&self) -> Option<&Certificate> {
        self.commit.as_ref()
    }

    /// The view of the newest Commit certificate; 0 without one.
    #[must_use]
    pub fn floor(&self) -> View {
        self.commit.as_ref().map_or(View(0), |commit| commit.statement.at.view)
    }

    /// The best certificate of the newest view that has one: Commit before Prepare before Skip.
    #[must_use]
    pub fn newest(&self) -> Option<&Certificate> {
        self.views.last_key_value().and_then(|(view, _)| self.best(*view))
    }

    /// The best certificate of a view: Commit before Prepare before Skip.
    #[must_use]
    pub fn best(&self, view: View) -> Option<&Certificate> {
        let of_view = self.views.get(&view)?;
        of_view.block().or(of_view.skip.as_ref())
    }

    /// All certificates of the views from `first` to `last`, ascending.
    pub fn between(&self, first: View, last: View) -> impl Iterator<Item = &Certificate> {
        let range = if first <= last { Some(self.views.range(first..=last)) } else { None };
        range
            .into_iter()
            .flatten()
            .flat_map(|(_, of_view)| [&of_view.prepare, &of_view.commit, &of_view.skip])
            .flatten()
    }

    /// The blocks that have a Prepare or Commit certificate, by ascending views.
    pub fn certified_blocks(&self) -> impl DoubleEndedIterator<Item = BlockDigest> + '_ {
        self.views.values().filter_map(OfView::block).map(|certificate| certificate.statement.block)
    }

    /// The views that have a Prepare certificate, ascending.
    pub fn prepared_views(&self) -> impl Iterator<Item = View> + '_ {
        self.views.iter().filter(|(_, of_view)| of_view.prepare.is_some()).map(|(view, _)| *view)
    }
}
