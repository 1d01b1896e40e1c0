//! The equation that a signature, or a batch of them, must satisfy.
//!
//! For a batch it is 8·(Σ *w·R* + Σ *w·k·A* − (Σ *w·S*)·*B*) = 0, one multiscalar multiplication. The weights *w* are
//! 128-bit numbers drawn from a digest of the whole batch. Whoever wants two bad signatures to cancel out must know
//! the weights beforehand, yet changing a signature changes all the weights: what remains is to guess, which succeeds
//! about once in 2¹²⁷ tries. No source of randomness is needed, and the same batch always takes the same course.
//!
//! Signatures of one key share the term in *A*: with few senders a batch is nearly half as large.

#![allow(clippy::arithmetic_side_effects, reason = "points and scalars do not overflow")]

use curve25519_dalek::{
    constants::ED25519_BASEPOINT_POINT,
    edwards::EdwardsPoint,
    scalar::Scalar,
    traits::{IsIdentity, VartimeMultiscalarMul},
};

use crate::{Context, Hasher};

/// What one signature adds to the equation.
pub struct Term {
    /// Its place in what the caller asked about.
    pub place: usize,
    /// *A*.
    pub key: EdwardsPoint,
    /// *R*.
    pub r: EdwardsPoint,
    /// *S*.
    pub s: Scalar,
    /// The challenge *k*, the hash of R, A and message.
    pub k: Scalar,
}

/// Whether all `terms` hold; those of one key are best side by side.
pub fn holds(terms: &[Term]) -> bool {
    match terms {
        [] => true,
        [one] => holds_alone(one),
        many => holds_together(many),
    }
}

/// The equation with the weight 1, in which tables for *B* can be used. A point whose eightfold is of order *L* is
/// zero if and only if its multiple by a weight in 1..*L* is: the verdict is that of a batch of one.
fn holds_alone(term: &Term) -> bool {
    let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(&-term.k, &term.key, &term.s);
    (r - term.r).mul_by_cofactor().is_identity()
}

fn holds_together(terms: &[Term]) -> bool {
    let size = terms.len().saturating_mul(2).saturating_add(1);
    let (mut scalars, mut points) = (Vec::with_capacity(size), Vec::with_capacity(size));
    let mut weights = weights(terms);
    let mut of_base = Scalar::ZERO;
    for of_key in terms.chunk_by(|one, next| one.key == next.key) {
        let mut of_this_key = Scalar::ZERO;
        for (term, weight) in of_key.iter().zip(&mut weights) {
            of_base -= weight * term.s;
            of_this_key += weight * term.k;
            scalars.push(weight);
            points.push(term.r);
        }
        scalars.push(of_this_key);
        points.extend(of_key.first().map(|term| term.key));
    }
    scalars.push(of_base);
    points.push(ED25519_BASEPOINT_POINT);
    EdwardsPoint::vartime_multiscalar_mul(scalars, points).mul_by_cofactor().is_identity()
}

/// A weight in 1..2¹²⁸ for every term and on; each depends on every bit of every term.
fn weights(terms: &[Term]) -> impl Iterator<Item = Scalar> {
    let mut transcript = Hasher::new(Context::BatchWeights);
    for term in terms {
        // k is a hash of R, A and the message: with S it is the whole signature
        transcript.update(term.k.as_bytes()).update(term.s.as_bytes());
    }
    let mut stream = transcript.finish_stream();
    std::iter::repeat_with(move || {
        let mut bytes = [0; 16];
        stream.fill(&mut bytes);
        Scalar::from(u128::from_le_bytes(bytes).max(1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(place: usize, k: u64, s: u64) -> Term {
        let (k, s, key) = (Scalar::from(k), Scalar::from(s), ED25519_BASEPOINT_POINT);
        Term { place, key, r: EdwardsPoint::mul_base(&(s - k)), s, k }
    }

    fn first_weights(terms: &[Term]) -> Vec<Scalar> {
        weights(terms).take(3).collect()
    }

    #[test]
    fn no_terms_and_good_terms_hold() {
        assert!(holds(&[]));
        assert!(holds(&[term(0, 5, 9)]));
        assert!(holds(&[term(0, 5, 9), term(1, 6, 9), term(2, 7, 3)]));
    }

    /// Two signatures whose errors are opposite: only the weights tell.
    #[test]
    fn errors_do_not_cancel_out() {
        let (mut one, mut other) = (term(0, 5, 9), term(1, 6, 9));
        one.r += ED25519_BASEPOINT_POINT;
        other.r -= ED25519_BASEPOINT_POINT;
        assert!(!holds(&[one, other]));
    }

    #[test]
    fn every_part_of_a_batch_changes_every_weight() {
        let as_is = first_weights(&[term(0, 1, 2), term(1, 3, 4)]);
        let changed = [
            [term(0, 9, 2), term(1, 3, 4)],
            [term(0, 1, 9), term(1, 3, 4)],
            [term(0, 1, 2), term(1, 9, 4)],
            [term(0, 1, 2), term(1, 3, 9)],
            [term(0, 3, 4), term(1, 1, 2)],
        ];
        for batch in changed {
            let weights = first_weights(&batch);
            assert!(weights.iter().zip(&as_is).all(|(one, other)| one != other));
        }
        assert_eq!(first_weights(&[term(0, 1, 2), term(1, 3, 4)]), as_is);
    }
}
