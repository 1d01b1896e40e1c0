//! Pages: four levels of the tree, stored as their sixteen lower ends.

use realdid_crypto::Digest;

use crate::PageId;

/// Levels of the tree in a page.
pub(crate) const LEVELS: usize = 4;
/// Lower ends of a page.
pub(crate) const WIDTH: usize = 1 << LEVELS;

const HEAD: usize = 4;
const LEAF: usize = 64;
const INNER: usize = 32;

/// Where pages are kept between blocks.
pub trait Pages {
    /// The page of this name, if there is one.
    fn page(&self, id: &PageId) -> Option<Page>;
}

/// A key with the digest of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    /// The key.
    pub key: Digest,
    /// The digest of its value.
    pub value: Digest,
}

/// What stands at a lower end of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    /// No key.
    #[default]
    Empty,
    /// One key.
    Leaf(Leaf),
    /// Two keys or more: the digest of the page below.
    Inner(Digest),
}

/// A slot whose bytes are elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SlotRef<'a> {
    #[default]
    Empty,
    /// Key and value.
    Leaf(&'a [u8; 32], &'a [u8; 32]),
    Inner(&'a [u8; 32]),
}

/// The lower ends of a page from left to right.
pub(crate) type Slots<'a> = [SlotRef<'a>; WIDTH];

impl Slot {
    pub(crate) fn by_ref(&self) -> SlotRef<'_> {
        match self {
            Self::Empty => SlotRef::Empty,
            Self::Leaf(leaf) => SlotRef::Leaf(leaf.key.as_bytes(), leaf.value.as_bytes()),
            Self::Inner(digest) => SlotRef::Inner(digest.as_bytes()),
        }
    }
}

impl SlotRef<'_> {
    pub(crate) fn to_slot(self) -> Slot {
        match self {
            Self::Empty => Slot::Empty,
            Self::Leaf(key, value) => {
                Slot::Leaf(Leaf { key: Digest::from_bytes(*key), value: Digest::from_bytes(*value) })
            }
            Self::Inner(digest) => Slot::Inner(Digest::from_bytes(*digest)),
        }
    }
}

/// Four levels of the tree in the form in which they are stored; cheap to clone.
///
/// Two bytes mark the slots that are leaves, two those that are inner nodes, the leftmost slot first; then follow, for
/// each slot in order, key and value of a leaf or the digest of an inner node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page(Box<[u8]>);

/// Why bytes are no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Shorter than a page's head.
    #[error("{0} bytes are too few for a page")]
    Truncated(usize),
    /// No slot is taken: such a page is not stored.
    #[error("the page is empty")]
    Empty,
    /// A slot that is both a leaf and an inner node.
    #[error("the slots {0:#06x} are both leaves and inner nodes")]
    Ambiguous(u16),
    /// Not as long as its slots.
    #[error("{bytes} bytes where the page's slots take {expected}")]
    Length {
        /// How long it is.
        bytes: usize,
        /// How long its head says it is.
        expected: usize,
    },
}

impl Page {
    /// Its bytes in a store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The page of these bytes.
    ///
    /// # Errors
    /// Says why they are none. Each page has one form.
    pub fn decode(bytes: &[u8]) -> Result<Self, PageError> {
        let (leaves, inner, _) = split(bytes).ok_or(PageError::Truncated(bytes.len()))?;
        if leaves | inner == 0 {
            return Err(PageError::Empty);
        }
        if leaves & inner != 0 {
            return Err(PageError::Ambiguous(leaves & inner));
        }
        let expected = length(leaves, inner);
        if bytes.len() != expected {
            return Err(PageError::Length { bytes: bytes.len(), expected });
        }
        Ok(Self(bytes.into()))
    }

    /// The page with these slots, unless all are empty. `buffer` only lends its memory.
    pub(crate) fn of(slots: &Slots<'_>, buffer: &mut Vec<u8>) -> Option<Self> {
        let (mut leaves, mut inner) = (0_u16, 0_u16);
        buffer.clear();
        buffer.extend_from_slice(&[0; HEAD]);
        for slot in slots {
            leaves <<= 1;
            inner <<= 1;
            match slot {
                SlotRef::Empty => {}
                SlotRef::Leaf(key, value) => {
                    leaves |= 1;
                    buffer.extend_from_slice(*key);
                    buffer.extend_from_slice(*value);
                }
                SlotRef::Inner(digest) => {
                    inner |= 1;
                    buffer.extend_from_slice(*digest);
                }
            }
        }
        let head = u32::from(leaves) << 16 | u32::from(inner);
        buffer.first_chunk_mut::<HEAD>()?.copy_from_slice(&head.to_be_bytes());
        (head != 0).then(|| Self(buffer.as_slice().into()))
    }

    pub(crate) fn slots(&self) -> Slots<'_> {
        let mut slots = Slots::default();
        let Some((leaves, inner, rest)) = split(&self.0) else { return slots };
        let (digests, _) = rest.as_chunks::<32>();
        let mut digests = digests.iter();
        let mut mark = 0x8000;
        for slot in &mut slots {
            if inner & mark != 0 {
                *slot = digests.next().map_or(SlotRef::Empty, SlotRef::Inner);
            } else if leaves & mark != 0 {
                let leaf = digests.next().zip(digests.next());
                *slot = leaf.map_or(SlotRef::Empty, |(key, value)| SlotRef::Leaf(key, value));
            }
            mark >>= 1;
        }
        slots
    }

    pub(crate) fn slot(&self, nibble: u8) -> Slot {
        self.slots().get(usize::from(nibble)).copied().unwrap_or_default().to_slot()
    }
}

/// Which slots are leaves, which are inner nodes, and the bytes that follow.
fn split(bytes: &[u8]) -> Option<(u16, u16, &[u8])> {
    let ([a, b, c, d], rest) = bytes.split_first_chunk::<HEAD>()?;
    Some((u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]), rest))
}

/// The length of a page with these slots: at most 1,028 bytes.
fn length(leaves: u16, inner: u16) -> usize {
    let (leaves, inner) = (leaves.count_ones() as usize, inner.count_ones() as usize);
    HEAD.saturating_add(leaves.saturating_mul(LEAF)).saturating_add(inner.saturating_mul(INNER))
}
