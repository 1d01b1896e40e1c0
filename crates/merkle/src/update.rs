//! Applying a block's changes in one pass.

use std::collections::BTreeMap;

use realdid_crypto::Digest;

use crate::{
    Leaf, Page, PageId, Pages,
    fold::{Fold, Kind},
    page::{Slot, SlotRef, Slots},
};

/// Pages that are hashed together: enough to fill the processor's lanes, few enough to stay in its caches.
const TOGETHER: usize = 64;

/// What a block's changes do to the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The new root; zero for an empty map.
    pub root: Digest,
    /// Pages to write, or to remove where there is none. Pages that stay as they are do not occur.
    pub pages: BTreeMap<PageId, Option<Page>>,
}

/// Applies changes to the map in `pages`: each key gets a value's digest, or none.
///
/// # Panics
/// If a page is missing: the store is damaged, and nothing may be built on it.
#[must_use]
pub fn update(pages: &dyn Pages, changes: &BTreeMap<Digest, Option<Digest>>) -> Update {
    let changes: Vec<Change> =
        changes.iter().map(|(key, value)| Change { key: *key, value: *value }).collect();
    let mut pass = Pass::new(pages);
    let root = pass.run(&changes);
    Update { root, pages: pass.written.into_iter().collect() }
}

/// The root of the map in `pages`.
#[must_use]
pub fn root_of(pages: &dyn Pages) -> Digest {
    pages.page(&PageId::ROOT).map_or(Digest::ZERO, |page| top(&page.slots()))
}

/// The digest of a page's top node.
fn top(slots: &Slots<'_>) -> Digest {
    Fold::of(slots).tops().next().map_or(Digest::ZERO, |(_, digest)| digest)
}

/// Reads a page that the one above it speaks of.
pub(crate) fn read(pages: &dyn Pages, id: &PageId) -> Page {
    let page = pages.page(id);
    assert!(page.is_some(), "the tree is damaged: {id:?} is missing");
    page.unwrap_or_else(|| unreachable!("it is there"))
}

#[derive(Clone, Copy, Debug)]
struct Change {
    key: Digest,
    value: Option<Digest>,
}

/// A page that changes, or one that perhaps comes to be.
struct Open<'a> {
    id: PageId,
    /// Which edit of the level above it is this page's slot there.
    above: usize,
    /// The page as it is.
    before: Before,
    /// The changes below it; they ascend.
    changes: &'a [Change],
    /// How many edits of the level are this page's.
    edits: usize,
}

enum Before {
    Stored(Page),
    /// There is no page: nothing is here, or a leaf that stands further up.
    Absent(Option<Leaf>),
}

/// The open pages of a depth from left to right, and what their slots become, in the same order.
struct Level<'a> {
    pages: Vec<Open<'a>>,
    edits: Vec<Edit>,
}

#[derive(Clone, Copy)]
struct Edit {
    nibble: u8,
    slot: Slot,
}

/// One pass over the changes; it keeps its memory from page to page.
struct Pass<'p> {
    pages: &'p dyn Pages,
    written: Vec<(PageId, Option<Page>)>,
    fold: Fold,
    buffer: Vec<u8>,
}

impl<'p> Pass<'p> {
    fn new(pages: &'p dyn Pages) -> Self {
        Self { pages, written: Vec::new(), fold: Fold::default(), buffer: Vec::new() }
    }

    /// The root after the changes. What hangs in each slot of the root is finished before the next, so that its pages
    /// are still in the processor's caches when they are hashed.
    fn run(&mut self, changes: &[Change]) -> Digest {
        let before = self.pages.page(&PageId::ROOT).map_or(Before::Absent(None), Before::Stored);
        let mut root = Open { id: PageId::ROOT, above: 0, before, changes, edits: 0 };
        let (mut edits, mut below) = (Vec::new(), Vec::new());
        root.edit(self.pages, &mut edits, &mut below);
        for page in below {
            if let Some(edit) = edits.get_mut(page.above) {
                edit.slot = self.subtree(page);
            }
        }
        let slots = root.before.edited(&root.id, &edits);
        root.write(Page::of(&slots, &mut self.buffer), &mut self.written);
        top(&slots)
    }

    /// The slot above a page after the changes: all pages are opened from here down, then hashed from the deepest up.
    fn subtree(&mut self, top: Open<'_>) -> Slot {
        let mut levels = open_down(self.pages, top);
        let mut slot = Slot::Empty;
        while let Some(level) = levels.pop() {
            let mut above = levels.last_mut();
            self.hash(&level, |place, after| {
                let edit = above.as_mut().and_then(|above| above.edits.get_mut(place));
                *edit.map_or(&mut slot, |edit| &mut edit.slot) = after;
            });
        }
        slot
    }

    /// Hashes the pages of a level and tells what stands in the slots above them. A page with less than two keys goes,
    /// and its leaf moves up.
    fn hash(&mut self, level: &Level<'_>, mut tell: impl FnMut(usize, Slot)) {
        let mut edits = level.edits.as_slice();
        for pages in level.pages.chunks(TOGETHER) {
            let edited = pages.iter().map(|page| {
                let (own, others) = edits.split_at_checked(page.edits).unwrap_or_default();
                edits = others;
                page.before.edited(&page.id, own)
            });
            let edited: Vec<Slots<'_>> = edited.collect();
            self.fold.hash(&edited);
            for ((page, slots), (kind, digest)) in pages.iter().zip(&edited).zip(self.fold.tops()) {
                let (slot, after) = match kind {
                    Kind::Inner => (Slot::Inner(digest), Page::of(slots, &mut self.buffer)),
                    Kind::Leaf | Kind::Empty => (lone(slots), None),
                };
                tell(page.above, slot);
                page.write(after, &mut self.written);
            }
        }
    }
}

/// The one slot that is taken, if one is.
fn lone(slots: &Slots<'_>) -> Slot {
    slots.iter().find(|slot| **slot != SlotRef::Empty).map_or(Slot::Empty, |slot| slot.to_slot())
}

/// Opens all pages that the changes touch, and edits their slots where that needs no page below.
fn open_down<'a>(pages: &dyn Pages, top: Open<'a>) -> Vec<Level<'a>> {
    let mut open = vec![top];
    let mut levels = Vec::new();
    while !open.is_empty() {
        let (mut edits, mut below) = (Vec::new(), Vec::new());
        for page in &mut open {
            page.edit(pages, &mut edits, &mut below);
        }
        levels.push(Level { pages: std::mem::replace(&mut open, below), edits });
    }
    levels
}

impl<'a> Open<'a> {
    /// Edits the slots that need no page below, and opens the pages below the others.
    fn edit(&mut self, pages: &dyn Pages, edits: &mut Vec<Edit>, below: &mut Vec<Self>) {
        let id = self.id;
        for changes in self.changes.chunk_by(|a, b| id.slot_of(&a.key) == id.slot_of(&b.key)) {
            let [first, others @ ..] = changes else { continue };
            let nibble = id.slot_of(&first.key);
            let slot = self.before.slot(&id, nibble);
            let opened = match slot {
                Slot::Inner(_) => Some(Before::Stored(read(pages, &id.child(nibble)))),
                Slot::Empty if others.is_empty() => None,
                Slot::Empty => Some(Before::Absent(None)),
                Slot::Leaf(leaf) if others.is_empty() && leaf.key == first.key => None,
                Slot::Leaf(leaf) => Some(Before::Absent(Some(leaf))),
            };
            // what stands above an opened page is known when that is hashed
            let slot = if opened.is_none() { first.slot() } else { slot };
            let above = edits.len();
            below.extend(opened.map(|before| Open {
                id: id.child(nibble),
                above,
                before,
                changes,
                edits: 0,
            }));
            edits.push(Edit { nibble, slot });
            self.edits = self.edits.saturating_add(1);
        }
    }

    fn write(&self, after: Option<Page>, written: &mut Vec<(PageId, Option<Page>)>) {
        if after.as_ref() != self.before.stored() {
            written.push((self.id, after));
        }
    }
}

impl Change {
    fn slot(&self) -> Slot {
        self.value.map_or(Slot::Empty, |value| Slot::Leaf(Leaf { key: self.key, value }))
    }
}

impl Before {
    fn slot(&self, id: &PageId, nibble: u8) -> Slot {
        match self {
            Self::Stored(page) => page.slot(nibble),
            Self::Absent(Some(leaf)) if id.slot_of(&leaf.key) == nibble => Slot::Leaf(*leaf),
            Self::Absent(_) => Slot::Empty,
        }
    }

    /// All slots, after some edits.
    fn edited<'e>(&'e self, id: &PageId, edits: &'e [Edit]) -> Slots<'e> {
        let (mut slots, moved) = match self {
            Self::Stored(page) => (page.slots(), None),
            Self::Absent(leaf) => (Slots::default(), leaf.as_ref()),
        };
        let moved = moved
            .map(|leaf| (id.slot_of(&leaf.key), SlotRef::Leaf(leaf.key.as_bytes(), leaf.value.as_bytes())));
        for (nibble, slot) in
            moved.into_iter().chain(edits.iter().map(|edit| (edit.nibble, edit.slot.by_ref())))
        {
            if let Some(place) = slots.get_mut(usize::from(nibble)) {
                *place = slot;
            }
        }
        slots
    }

    fn stored(&self) -> Option<&Page> {
        match self {
            Self::Stored(page) => Some(page),
            Self::Absent(_) => None,
        }
    }
}
