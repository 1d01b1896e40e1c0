//! The blocks above the final chain, and its newest block.

use std::collections::{BTreeMap, BTreeSet};

use realdid_types::{BatchDigest, Block, BlockDigest, Header};

use crate::Outcome;

/// A tree of blocks whose root is the newest final one.
///
/// A body is here because its leader signed it, once per view, or because a certificate names it: so there are no
/// more than views above the floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    tip: BlockDigest,
    tip_header: Header,
    entries: BTreeMap<BlockDigest, Entry>,
}

/// A block and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The block.
    pub block: Block,
    /// What executing it led to, once that is known.
    pub outcome: Option<Outcome>,
    /// Whether execution was asked for.
    pub executing: bool,
    /// Whether its batches were asked for since the last repair.
    pub asked: bool,
}

/// A way down from a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// The blocks above the tip, lowest first; empty for the tip itself.
    ToTip(Vec<BlockDigest>),
    /// The first body on the way that is not here.
    Missing(BlockDigest),
    /// It leads past the tip: this block does not descend from it.
    Elsewhere,
}

impl Blocks {
    /// Only the newest final block, executed.
    #[must_use]
    pub fn new(tip: Block, outcome: Outcome) -> Self {
        let digest = tip.digest();
        let tip_header = tip.header.clone();
        let entry = Entry { block: tip, outcome: Some(outcome), executing: false, asked: false };
        Self { tip: digest, tip_header, entries: BTreeMap::from([(digest, entry)]) }
    }

    /// The newest final block.
    #[must_use]
    pub fn tip(&self) -> BlockDigest {
        self.tip
    }

    /// The newest final block's header.
    #[must_use]
    pub fn tip_header(&self) -> &Header {
        &self.tip_header
    }

    /// Keeps a block. One that is here already stays as it is.
    pub fn insert(&mut self, block: Block) {
        self.entries.entry(block.digest()).or_insert(Entry {
            block,
            outcome: None,
            executing: false,
            asked: false,
        });
    }

    /// The block of this digest.
    #[must_use]
    pub fn get(&self, digest: BlockDigest) -> Option<&Entry> {
        self.entries.get(&digest)
    }

    /// Marks a block as being executed; false if it was before.
    pub fn start_executing(&mut self, digest: BlockDigest) -> bool {
        self.entries.get_mut(&digest).is_some_and(|entry| !std::mem::replace(&mut entry.executing, true))
    }

    /// Notes that the batches of a block were asked for.
    pub fn set_asked(&mut self, digest: BlockDigest) {
        if let Some(entry) = self.entries.get_mut(&digest) {
            entry.asked = true;
        }
    }

    /// Whatever was asked for may be asked for again.
    pub fn forget_asked(&mut self) {
        self.entries.values_mut().for_each(|entry| entry.asked = false);
    }

    /// Keeps what executing a block led to.
    pub fn set_outcome(&mut self, digest: BlockDigest, outcome: Outcome) {
        if let Some(entry) = self.entries.get_mut(&digest) {
            entry.outcome = Some(outcome);
        }
    }

    /// What executing this block led to.
    #[must_use]
    pub fn outcome(&self, digest: BlockDigest) -> Option<&Outcome> {
        self.entries.get(&digest)?.outcome.as_ref()
    }

    /// The way from a block down to the tip.
    #[must_use]
    pub fn path(&self, digest: BlockDigest) -> Path {
        let floor = self.tip_header().height;
        let mut path = Vec::new();
        let mut next = digest;
        while next != self.tip {
            let Some(entry) = self.entries.get(&next) else { return Path::Missing(next) };
            if entry.block.header.height <= floor {
                return Path::Elsewhere;
            }
            path.push(next);
            next = entry.block.header.parent;
        }
        path.reverse();
        Path::ToTip(path)
    }

    /// The batches on the way from a block down to the tip, as far as it is here.
    #[must_use]
    pub fn batches_on(&self, digest: BlockDigest) -> BTreeSet<BatchDigest> {
        let mut batches = BTreeSet::new();
        let mut next = digest;
        while let Some(entry) = self.entries.get(&next).filter(|_| next != self.tip) {
            batches.extend(entry.block.batches.iter().map(|reference| reference.digest));
            next = entry.block.header.parent;
        }
        batches
    }

    /// The blocks that are here and not executed nor being executed, whose parent is executed.
    #[must_use]
    pub fn executable(&self) -> Vec<BlockDigest> {
        let ready = |entry: &Entry| {
            entry.outcome.is_none() && !entry.executing && self.outcome(entry.block.header.parent).is_some()
        };
        self.entries.iter().filter(|(_, entry)| ready(entry)).map(|(digest, _)| *digest).collect()
    }

    /// Makes a child of the tip the tip; what does not descend from it is let go by [`Blocks::prune`].
    pub fn advance_tip(&mut self, digest: BlockDigest) {
        let Some(entry) = self.entries.get(&digest) else { return };
        self.tip_header = entry.block.header.clone();
        let former = std::mem::replace(&mut self.tip, digest);
        self.entries.remove(&former);
    }

    /// The tip, and the blocks from which the way down to it is here.
    fn connected(&self) -> BTreeSet<BlockDigest> {
        let mut rising: Vec<_> = self.entries.values().map(|entry| &entry.block.header).collect();
        rising.sort_by_key(|header| header.height);
        let mut connected = BTreeSet::from([self.tip]);
        for header in rising {
            if connected.contains(&header.parent) {
                connected.insert(header.digest());
            }
        }
        connected
    }

    /// Lets go of what has no way down to the tip, unless `keep` is true for it.
    pub fn prune_unconnected(&mut self, keep: impl Fn(&Header) -> bool) {
        let connected = self.connected();
        self.entries.retain(|digest, entry| connected.contains(digest) || keep(&entry.block.header));
    }

    /// Lets go of everything but the tip for which `keep` is false.
    pub fn prune(&mut self, keep: impl Fn(&Header) -> bool) {
        let tip = self.tip;
        self.entries.retain(|digest, entry| *digest == tip || keep(&entry.block.header));
    }

    /// All blocks that are here, the tip too.
    pub fn iter(&self) -> impl Iterator<Item = (&BlockDigest, &Entry)> {
        self.entries.iter()
    }

    /// How many blocks are here besides the tip.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.entries.len().saturating_sub(1)
    }
}
