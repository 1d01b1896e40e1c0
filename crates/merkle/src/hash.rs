//! How leaves and inner nodes are hashed; the contexts keep one from being read as the other.

use realdid_crypto::{Context, Digest, digest};

use crate::Leaf;

/// The digest of a leaf: its key and its value's digest.
pub(crate) fn leaf(leaf: &Leaf) -> Digest {
    digest(Context::StateLeaf, &concat(&leaf.key, &leaf.value))
}

/// The digest of an inner node; an empty side is all zeros.
pub(crate) fn node(left: &Digest, right: &Digest) -> Digest {
    digest(Context::StateNode, &concat(left, right))
}

fn concat(a: &Digest, b: &Digest) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(a.as_bytes());
    second.copy_from_slice(b.as_bytes());
    bytes
}

/// Bit `depth` of a key, the most significant first.
pub(crate) fn bit(key: &Digest, depth: usize) -> bool {
    key.as_bytes().get(depth / 8).is_some_and(|byte| byte >> (7 - depth % 8) & 1 == 1)
}
