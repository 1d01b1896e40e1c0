//! Decoding a point strictly.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

/// The *y* of the eight points of small order: the neutral point, the one of order two, the two of order four, which
/// share *y* = 0, and the four of order eight.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

/// The point with this encoding, unless the encoding is not canonical (RFC 8032, section 5.1.3), is of no point of
/// the curve, or is of one of the eight points of small order.
///
/// Decompression accepts two kinds of encodings that are not canonical: *y* not reduced modulo *p*, and *x* = 0 with
/// the sign bit set. Only points of small order have *x* = 0, and they are refused with either sign.
pub fn decode(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let y = without_sign(*bytes);
    let ordinary = is_reduced(&y) && !SMALL_ORDER.contains(&y);
    if ordinary { CompressedEdwardsY(*bytes).decompress() } else { None }
}

fn without_sign(mut bytes: [u8; 32]) -> [u8; 32] {
    let [.., highest] = &mut bytes;
    *highest &= 0x7f;
    bytes
}

/// Whether *y* is less than *p* = 2²⁵⁵ − 19.
fn is_reduced(y: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = y;
    *lowest < 0xed || *highest < 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::{constants::ED25519_BASEPOINT_COMPRESSED, constants::EIGHT_TORSION};

    use super::*;

    fn with_sign(mut bytes: [u8; 32], sign: u8) -> [u8; 32] {
        bytes[31] = bytes[31] & 0x7f | sign << 7;
        bytes
    }

    #[test]
    fn an_ordinary_point_is_decoded_with_either_sign() {
        for sign in [0, 1] {
            let bytes = with_sign(ED25519_BASEPOINT_COMPRESSED.0, sign);
            assert_eq!(decode(&bytes).map(|point| point.compress().0), Some(bytes));
        }
    }

    #[test]
    fn the_eight_points_of_small_order_are_refused_with_either_sign() {
        for point in EIGHT_TORSION {
            for sign in [0, 1] {
                assert_eq!(decode(&with_sign(point.compress().0, sign)), None);
            }
        }
    }

    #[test]
    fn the_table_holds_exactly_the_points_of_small_order() {
        let of_small_order = EIGHT_TORSION.map(|point| without_sign(point.compress().0));
        assert!(of_small_order.iter().all(|y| SMALL_ORDER.contains(y)));
        assert!(SMALL_ORDER.iter().all(|y| of_small_order.contains(y)));
    }

    /// All 19 values of *y* from *p* to 2²⁵⁵ − 1, several of which are points of the curve.
    #[test]
    fn every_encoding_with_an_unreduced_y_is_refused() {
        let mut on_the_curve = 0;
        for lowest in 0xed..=0xff {
            for sign in [0, 1] {
                let mut bytes = [0xff; 32];
                bytes[0] = lowest;
                let bytes = with_sign(bytes, sign);
                on_the_curve += usize::from(CompressedEdwardsY(bytes).decompress().is_some());
                assert_eq!(decode(&bytes), None);
            }
        }
        assert!(on_the_curve > 4, "there is something to refuse: {on_the_curve}");
    }

    #[test]
    fn the_largest_reduced_values_are_judged_by_the_curve_alone() {
        for lowest in 0..0xed {
            let mut bytes = [0xff; 32];
            bytes[0] = lowest;
            let bytes = with_sign(bytes, 0);
            let ordinary = CompressedEdwardsY(bytes).decompress().filter(|point| !point.is_small_order());
            assert_eq!(decode(&bytes), ordinary);
        }
    }
}
