//! Applying a block's changes in one pass.

use std::collections::BTreeMap;

use realdid_crypto::Digest;

use crate::{
    Leaf, Page, PageId, Pages, Slot,
    page::{Node, fold},
};

/// What a block's changes do to the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The new root; zero for an empty map.
    pub root: Digest,
    /// Pages to write, or to remove where there is none.
    pub pages: BTreeMap<PageId, Option<Page>>,
}

/// Applies changes to the map in `pages`: each key gets a value's digest, or none.
#[must_use]
pub fn update(pages: &dyn Pages, changes: &BTreeMap<Digest, Option<Digest>>) -> Update {
    let changes: Vec<Change> =
        changes.iter().map(|(key, value)| Change { key: *key, value: *value }).collect();
    let mut pass = Pass { pages, written: BTreeMap::new() };
    let old = pages.page(&PageId::ROOT);
    let page = pass.apply(PageId::ROOT, old.clone().unwrap_or_default(), &changes);
    let root = fold(&page.slots).digest();
    if Some(&page) != old.as_ref() {
        pass.written.insert(PageId::ROOT, (root != Digest::ZERO).then_some(page));
    }
    Update { root, pages: pass.written }
}

/// The root of the map in `pages`.
#[must_use]
pub fn root_of(pages: &dyn Pages) -> Digest {
    pages.page(&PageId::ROOT).map_or(Digest::ZERO, |page| fold(&page.slots).digest())
}

#[derive(Clone, Copy, Debug)]
struct Change {
    key: Digest,
    value: Option<Digest>,
}

struct Pass<'a> {
    pages: &'a dyn Pages,
    written: BTreeMap<PageId, Option<Page>>,
}

impl Pass<'_> {
    /// The page after the changes, which all belong below it and ascend.
    fn apply(&mut self, id: PageId, mut page: Page, changes: &[Change]) -> Page {
        for group in
            changes.chunk_by(|a, b| Page::slot_of(&a.key, id.depth()) == Page::slot_of(&b.key, id.depth()))
        {
            let Some(first) = group.first() else { continue };
            let nibble = Page::slot_of(&first.key, id.depth());
            let slot = match page.slot(nibble) {
                Slot::Inner(_) => self.change_below(id.child(nibble), group),
                Slot::Empty => self.build(id.child(nibble), None, group),
                Slot::Leaf(leaf) => self.build(id.child(nibble), Some(leaf), group),
            };
            page.set(nibble, slot);
        }
        page
    }

    /// Changes a page that exists; it goes when less than two keys are left in it.
    fn change_below(&mut self, id: PageId, changes: &[Change]) -> Slot {
        let old = self.pages.page(&id).unwrap_or_default();
        let page = self.apply(id, old, changes);
        self.settle(id, page, true)
    }

    /// Makes what stands where there was no page: nothing, a leaf, or a new page.
    fn build(&mut self, id: PageId, leaf: Option<Leaf>, changes: &[Change]) -> Slot {
        let mut leaves: BTreeMap<Digest, Digest> = leaf.iter().map(|leaf| (leaf.key, leaf.value)).collect();
        for change in changes {
            match change.value {
                Some(value) => leaves.insert(change.key, value),
                None => leaves.remove(&change.key),
            };
        }
        let mut left = leaves.iter().map(|(key, value)| Leaf { key: *key, value: *value });
        match (left.next(), left.next()) {
            (None, _) => Slot::Empty,
            (Some(leaf), None) => Slot::Leaf(leaf),
            (Some(_), Some(_)) => {
                let puts: Vec<Change> =
                    leaves.into_iter().map(|(key, value)| Change { key, value: Some(value) }).collect();
                let page = self.apply(id, Page::default(), &puts);
                self.settle(id, page, false)
            }
        }
    }

    fn settle(&mut self, id: PageId, page: Page, existed: bool) -> Slot {
        match fold(&page.slots) {
            Node::Inner(digest) => {
                self.written.insert(id, Some(page));
                Slot::Inner(digest)
            }
            lone => {
                if existed {
                    self.written.insert(id, None);
                }
                if let Node::Leaf(leaf) = lone { Slot::Leaf(leaf) } else { Slot::Empty }
            }
        }
    }
}
