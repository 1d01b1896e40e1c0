//! Many digests of 64 bytes at once: what a tree of digests is made of.

use blake3::{
    IncrementCounter,
    platform::{MAX_SIMD_DEGREE, Platform, words_from_le_bytes_32},
};

use crate::{Context, Digest};

/// Two digests, one after the other.
pub type Pair = [u8; 64];

// BLAKE3, section 2.1, table 3.
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const DERIVE_KEY_MATERIAL: u8 = 1 << 6;

/// Adds to `digests` the [`digest`](crate::digest) of each pair under a context, in order.
///
/// A message of 64 bytes is one call of BLAKE3's compression function, and processors make up to sixteen of those
/// calls as fast as one. The library does so inside long messages, and for many messages only through its `platform`
/// module, which it does not promise to keep: should that go, a loop over `digest` gives the same, more slowly.
pub fn digest_pairs<'a>(
    context: Context,
    mut pairs: impl Iterator<Item = &'a Pair>,
    digests: &mut Vec<Digest>,
) {
    let platform = Platform::detect();
    let key = words_from_le_bytes_32(context.key());
    let mut output = [0; 32 * MAX_SIMD_DEGREE];
    loop {
        let mut inputs = [&[0; 64]; MAX_SIMD_DEGREE];
        let count = inputs.iter_mut().zip(&mut pairs).map(|(input, pair)| *input = pair).count();
        let (some, _) = inputs.split_at(count);
        let (counter, start, end) = (IncrementCounter::No, CHUNK_START, CHUNK_END | ROOT);
        platform.hash_many(some, &key, 0, counter, DERIVE_KEY_MATERIAL, start, end, &mut output);
        let (found, _) = output.as_chunks::<32>();
        digests.extend(found.iter().take(count).map(|bytes| Digest::from_bytes(*bytes)));
        if count < inputs.len() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest;

    /// Fewer than the processor takes at once, exactly as many, and some left over.
    #[test]
    fn each_pair_has_the_digest_that_it_has_alone() {
        for count in 0..70_u8 {
            let pairs: Vec<Pair> =
                (0..count).map(|number| std::array::from_fn(|place| number ^ place as u8)).collect();
            for context in [Context::StateLeaf, Context::StateNode] {
                let mut digests = vec![Digest::ZERO];
                digest_pairs(context, pairs.iter(), &mut digests);
                let alone = pairs.iter().map(|pair| digest(context, pair));
                assert!(std::iter::once(Digest::ZERO).chain(alone).eq(digests));
            }
        }
    }
}
