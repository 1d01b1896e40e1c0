//! The root of a state, made the slow and obvious way from all its values: what the authenticated map is held
//! against.

use std::collections::BTreeMap;

use realdid_crypto::{Context, Digest, Hasher};
use realdid_types::StateRoot;

use crate::keys;

/// The root of a state with these values, by their keys' bytes.
#[must_use]
pub fn root(values: &BTreeMap<Vec<u8>, Vec<u8>>) -> StateRoot {
    let hashed = values.iter().map(|(key, value)| (keys::hashed(key), keys::value_digest(value)));
    let leaves: BTreeMap<Digest, Digest> = hashed.collect();
    StateRoot(subtree(&leaves.into_iter().collect::<Vec<_>>(), 0))
}

/// The digest over ascending leaves whose keys agree in their first `depth` bits.
fn subtree(leaves: &[(Digest, Digest)], depth: usize) -> Digest {
    match leaves {
        [] => Digest::ZERO,
        [(key, value)] => pair(Context::StateLeaf, key, value),
        _ => {
            let is_left = |key: &Digest| {
                key.as_bytes().get(depth / 8).is_some_and(|byte| byte << (depth % 8) & 0x80 == 0)
            };
            let (left, right) = leaves.split_at(leaves.partition_point(|(key, _)| is_left(key)));
            let below = depth.saturating_add(1);
            pair(Context::StateNode, &subtree(left, below), &subtree(right, below))
        }
    }
}

fn pair(context: Context, first: &Digest, second: &Digest) -> Digest {
    Hasher::new(context).update(first.as_bytes()).update(second.as_bytes()).finish()
}
