//! Where a page stands in the tree.

use realdid_crypto::Digest;

/// Nibbles of a key: there are as many depths of pages.
const NIBBLES: u8 = 64;

/// Names a page by the nibbles that lead to it. Ordered by depth, then along the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId {
    depth: u8,
    path: [u8; 32],
}

impl PageId {
    /// The page at the root.
    pub const ROOT: Self = Self { depth: 0, path: [0; 32] };

    /// How many nibbles lead to it: 0 to 63.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    /// 33 bytes that name it in a store, ordered as the pages are.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 33] {
        let mut bytes = [self.depth; 33];
        if let Some((_, path)) = bytes.split_first_mut() {
            path.copy_from_slice(&self.path);
        }
        bytes
    }

    /// The page below the slot `nibble`.
    ///
    /// # Panics
    /// Below the last nibble of a key, where no two keys can meet any more.
    pub(crate) fn child(mut self, nibble: u8) -> Self {
        if let Some(byte) = self.path.get_mut(usize::from(self.depth / 2)) {
            *byte |= if self.depth.is_multiple_of(2) { nibble << 4 } else { nibble };
        }
        self.depth = self.depth.saturating_add(1);
        assert!(self.depth < NIBBLES, "two keys lie below all {NIBBLES} nibbles");
        self
    }

    /// The slot of this page that a key belongs to.
    pub(crate) fn slot_of(&self, key: &Digest) -> u8 {
        let byte = key.as_bytes().get(usize::from(self.depth / 2)).copied().unwrap_or(0);
        if self.depth.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
    }
}
