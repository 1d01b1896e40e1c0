//! Keys and R of small order: the equation holds for many of them, the rule refuses all.

use curve25519_dalek::{constants::EIGHT_TORSION, edwards::CompressedEdwardsY, scalar::Scalar};

use crate::craft::{Crafter, Letter, challenge, verify};

/// The eight points of small order in every encoding that decompression accepts.
fn small_order_encodings() -> Vec<[u8; 32]> {
    let canonical = EIGHT_TORSION.map(|point| point.compress().0);
    // y = p and y = p + 1 stand for 0 and 1
    let unreduced = [0xed, 0xee].map(|lowest| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (lowest, 0x7f);
        bytes
    });
    let mut encodings: Vec<_> = canonical
        .into_iter()
        .chain(unreduced)
        .flat_map(|mut bytes| {
            let as_is = bytes;
            bytes[31] ^= 0x80;
            [as_is, bytes]
        })
        .collect();
    encodings.sort_unstable();
    encodings.dedup();
    let is_small = |bytes: &[u8; 32]| {
        CompressedEdwardsY(*bytes).decompress().is_some_and(|point| point.is_small_order())
    };
    assert!(encodings.iter().all(is_small));
    encodings
}

/// With S = 0 both sides of the equation are of small order and vanish, whatever the message.
#[test]
fn every_small_key_with_every_small_r_is_refused() {
    let encodings = small_order_encodings();
    assert_eq!(encodings.len(), 14, "eight canonical, two with the sign of x = 0, four of an unreduced y");
    let mut matrix = Vec::new();
    for key in &encodings {
        for r in &encodings {
            matrix.push(Letter::new(*key, b"anything", *r, [0; 32]));
        }
    }
    assert!(matrix.iter().all(Letter::holds_by_zip_215), "the equation holds for all of them");
    assert!(!matrix.iter().any(Letter::holds));
    assert_eq!(verify(&matrix), Err((0..matrix.len()).collect()));
}

#[test]
fn a_small_key_is_refused_beside_an_ordinary_r() {
    let s = Scalar::from(77_u8);
    let r = curve25519_dalek::EdwardsPoint::mul_base(&s).compress().0;
    for key in small_order_encodings() {
        let letter = Letter::new(key, b"anything", r, s.to_bytes());
        assert!(letter.holds_by_zip_215());
        assert!(!letter.holds());
    }
}

#[test]
fn a_small_r_is_refused_beside_an_ordinary_key() {
    let secret = Scalar::from(77_u8);
    let key = curve25519_dalek::EdwardsPoint::mul_base(&secret).compress().0;
    for r in small_order_encodings() {
        let s = challenge(&r, &key, b"anything") * secret;
        let letter = Letter::new(key, b"anything", r, s.to_bytes());
        assert!(letter.holds_by_zip_215());
        assert!(!letter.holds());
    }
}

/// Points that are small only in part are points like any other.
#[test]
fn a_key_and_an_r_with_small_parts_hold_whatever_the_parts() {
    let mut without_cofactor = 0;
    for key_torsion in 0..8 {
        for r_torsion in 0..8 {
            let letter = Crafter { secret: 5, key_torsion, r_torsion }.sign(b"anything");
            assert!(letter.holds());
            assert!(!letter.with_another_s().holds());
            without_cofactor += usize::from(letter.holds_without_cofactor());
        }
    }
    assert!(
        (2..32).contains(&without_cofactor),
        "most of them are refused without the factor: {without_cofactor}"
    );
}
