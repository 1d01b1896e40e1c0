//! The one Ed25519 rule.
//!
//! A signature `(R, S)` of the message `M` under the key `A` holds if and only if
//!
//! 1. `A` and `R` are canonical encodings of points of the curve (RFC 8032, section 5.1.3),
//! 2. neither of them has small order,
//! 3. `S` is less than the group order *L*,
//! 4. 8·*S*·*B* = 8·*R* + 8·*k*·*A*, where *k* = SHA-512(`R` ‖ `A` ‖ `M`) (section 5.1.7).
//!
//! The factor 8 is what lets nodes agree. Without it, somebody who adds a point of small order to their key or to *R*
//! makes signatures that one batch accepts and another refuses, depending on what random weight they were given. With
//! it every point of small order vanishes before the comparison, whatever its weight: the verdict on a signature is
//! the same alone and in any batch. Small-order keys are refused because a signature under one holds for every
//! message and would prove nothing.
//!
//! # Why the equation is written here
//!
//! `ed25519_dalek::verify_batch` has no factor 8. `ed25519-zebra` has it (ZIP-215) and is what the tests compare with,
//! but it accepts keys of small order and other encodings of a point, so both would have to be decoded once more in
//! front of it; it can neither be handed keys that are decompressed already nor say which signatures were parsed
//! when a batch fails; and it wants a source of randomness. What remains of a batch equation over `curve25519-dalek`
//! is a page (`ed25519/equation.rs`), and in the same run of `cargo run --release -p realdid-crypto --example
//! signatures` it is about as fast for keys never seen before and takes a third less time for keys in the cache.

mod equation;
mod key_cache;
mod point;

use std::sync::PoisonError;

use curve25519_dalek::{edwards::EdwardsPoint, scalar::Scalar};
use sha2::{Digest as _, Sha512};

use crate::{PublicKey, Signed, Verifier};
use equation::Term;
use key_cache::KeyCache;

/// Keys that a verifier remembers unless told otherwise: about two megabytes.
const KEYS_DEFAULT: usize = 8_192;

/// Verifies Ed25519 signatures: the cofactored equation 8·S·B = 8·R + 8·k·A of RFC 8032, section 5.1.7; A, R and S
/// must be canonical, and neither A nor R of small order.
///
/// The verdict on a signature depends on that signature alone: not on what else is in the batch, nor on what was
/// verified before. A batch takes a fraction of the time per signature: best in hundreds, and with signatures of
/// the same key side by side. The verifier remembers the decompressed points of keys that it has met, up to a bound,
/// which saves a third of the work when a key comes again.
#[derive(Debug)]
pub struct Ed25519Verifier {
    keys: Shared<KeyCache>,
}

// Verifiers are shared between the threads that verify, and what they share here cannot reach a verdict: a key is
// the same point whether it is looked up or decompressed.
#[expect(clippy::disallowed_types, reason = "guards a cache, of which no result depends")]
type Shared<T> = std::sync::Mutex<T>;

impl Default for Ed25519Verifier {
    /// A verifier that remembers up to 8,192 keys (about two megabytes).
    fn default() -> Self {
        Self::remembering(KEYS_DEFAULT)
    }
}

impl Ed25519Verifier {
    /// A verifier that remembers up to `keys_max` keys, at about 300 bytes each; with 0 it remembers none.
    #[must_use]
    pub fn remembering(keys_max: usize) -> Self {
        Self { keys: Shared::new(KeyCache::new(keys_max)) }
    }

    /// The point of a key, or `None` if the key is refused.
    fn point_of(&self, key: &PublicKey) -> Option<EdwardsPoint> {
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(key);
        known.or_else(|| {
            let point = point::decode(key.as_bytes())?;
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(*key, point);
            Some(point)
        })
    }
}

impl Verifier for Ed25519Verifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let mut bad = Vec::new();
        let mut terms = Vec::with_capacity(signed.len());
        let mut by_key: Vec<_> = signed.iter().enumerate().collect();
        by_key.sort_by_key(|(_, one)| one.key);
        for group in by_key.chunk_by(|(_, one), (_, next)| one.key == next.key) {
            let key = group.first().and_then(|(_, one)| self.point_of(one.key));
            for (place, one) in group {
                match key.and_then(|key| term(*place, key, one)) {
                    Some(term) => terms.push(term),
                    None => bad.push(*place),
                }
            }
        }
        find_bad(&terms, &mut bad);
        bad.sort_unstable();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}

/// What a signature adds to the equation, or `None` if R or S is refused.
fn term(place: usize, key: EdwardsPoint, signed: &Signed<'_>) -> Option<Term> {
    let (r_bytes, s_bytes) = signed.signature.as_bytes().split_first_chunk::<32>()?;
    let s = Option::from(Scalar::from_canonical_bytes(s_bytes.try_into().ok()?))?;
    let r = point::decode(r_bytes)?;
    let hash =
        Sha512::new().chain_update(r_bytes).chain_update(signed.key.as_bytes()).chain_update(signed.message);
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    Some(Term { place, key, r, s, k })
}

/// Adds the places of the terms that do not hold.
fn find_bad(terms: &[Term], bad: &mut Vec<usize>) {
    if !equation::holds(terms) {
        bisect(terms, bad);
    }
}

/// Adds the places of the terms that do not hold, of which there is at least one: if none is among the first half,
/// there is no need to ask about the second.
fn bisect(failed: &[Term], bad: &mut Vec<usize>) {
    if let [one] = failed {
        return bad.push(one.place);
    }
    let (first, second) = failed.split_at(failed.len() / 2);
    if equation::holds(first) {
        bisect(second, bad);
    } else {
        bisect(first, bad);
        find_bad(second, bad);
    }
}
