//! The one Ed25519 rule.

use std::collections::BTreeMap;

use curve25519_dalek::{
    edwards::{CompressedEdwardsY, EdwardsPoint},
    scalar::Scalar,
    traits::{IsIdentity, VartimeMultiscalarMul},
};

use crate::{Context, Digest, PublicKey, Signed, Verifier, digest::Hasher};

/// Verifies Ed25519 signatures by one rule: the cofactored equation 8·S·B = 8·R + 8·k·A of RFC 8032, section 5.1.7;
/// A, R and S must be canonical, and neither A nor R of small order.
#[derive(Clone, Debug, Default)]
pub struct Ed25519Verifier;

/// A signature whose parts are well-formed.
struct Parsed {
    minus_key: EdwardsPoint,
    minus_r: EdwardsPoint,
    s: Scalar,
    k: Scalar,
}

impl Verifier for Ed25519Verifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let mut keys = BTreeMap::new();
        let mut bad = Vec::new();
        let mut parsed = Vec::with_capacity(signed.len());
        for (place, one) in signed.iter().enumerate() {
            match parse(one, &mut keys) {
                Some(one) => parsed.push((place, one)),
                None => bad.push(place),
            }
        }
        bisect(&parsed, &mut bad);
        bad.sort_unstable();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}

/// Finds the bad ones: a batch that holds is good as a whole, one that fails is halved.
fn bisect(parsed: &[(usize, Parsed)], bad: &mut Vec<usize>) {
    match parsed {
        [] => {}
        _ if equation_holds(parsed) => {}
        [(place, _)] => bad.push(*place),
        _ => {
            let (left, right) = parsed.split_at(parsed.len() / 2);
            bisect(left, bad);
            bisect(right, bad);
        }
    }
}

fn parse(signed: &Signed<'_>, keys: &mut BTreeMap<PublicKey, Option<EdwardsPoint>>) -> Option<Parsed> {
    let minus_key = (*keys.entry(*signed.key).or_insert_with(|| point(signed.key.as_bytes())))?;
    let (r_bytes, s_bytes) = signed.signature.as_bytes().split_first_chunk::<32>()?;
    let s = Option::from(Scalar::from_canonical_bytes(s_bytes.try_into().ok()?))?;
    let minus_r = point(r_bytes)?;
    Some(Parsed { minus_key, minus_r, s, k: challenge(r_bytes, signed) })
}

/// The negated point, if the encoding is canonical and its order is not small.
fn point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let compressed = CompressedEdwardsY(*bytes);
    let point = compressed.decompress()?;
    let canonical = point.compress() == compressed;
    (canonical && !point.is_small_order()).then(|| -point)
}

fn challenge(r: &[u8; 32], signed: &Signed<'_>) -> Scalar {
    use sha2::{Digest as _, Sha512};
    let hash = Sha512::new().chain_update(r).chain_update(signed.key.as_bytes()).chain_update(signed.message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// One equation for all, each weighted by 128 bits that depend on everything in the batch.
fn equation_holds(parsed: &[(usize, Parsed)]) -> bool {
    let transcript = transcript(parsed);
    let mut base = Scalar::ZERO;
    let mut scalars = Vec::with_capacity(parsed.len().saturating_mul(2));
    let mut points = Vec::with_capacity(parsed.len().saturating_mul(2));
    for (index, (_, one)) in parsed.iter().enumerate() {
        let weight = weight(&transcript, index);
        base += weight * one.s;
        scalars.push(weight);
        points.push(one.minus_r);
        scalars.push(weight * one.k);
        points.push(one.minus_key);
    }
    scalars.push(base);
    points.push(curve25519_dalek::constants::ED25519_BASEPOINT_POINT);
    EdwardsPoint::vartime_multiscalar_mul(scalars, points).mul_by_cofactor().is_identity()
}

fn transcript(parsed: &[(usize, Parsed)]) -> Digest {
    let mut hasher = Hasher::new(Context::Random);
    for (_, one) in parsed {
        // k binds R, A and the message; s is the rest
        hasher.update(one.k.as_bytes()).update(one.s.as_bytes());
    }
    hasher.finish()
}

fn weight(transcript: &Digest, index: usize) -> Scalar {
    let digest =
        Hasher::new(Context::Random).update(transcript.as_bytes()).update(&index.to_le_bytes()).finish();
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    Scalar::from(u128::from_le_bytes(bytes) | 1)
}
