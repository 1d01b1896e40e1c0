//! The one form of a proof outside.

use proptest::prelude::*;
use realdid_merkle::{PROOF_BYTES_MAX, Proof, ProofBytesError};

use crate::store::{Store, any_key, content, key, parting};

proptest! {
    #[test]
    fn a_proof_survives_its_bytes(content in content(60), key in any_key()) {
        let proof = Store::of(&content).prove(&key);
        prop_assert!(proof.encode().len() <= PROOF_BYTES_MAX);
        prop_assert_eq!(Proof::decode(&proof.encode()), Ok(proof));
    }

    #[test]
    fn every_proof_cut_short_or_continued_is_refused(content in content(30), key in any_key(), more in 1..40_usize) {
        let mut bytes = Store::of(&content).prove(&key).encode();
        for len in 0..bytes.len() {
            prop_assert_eq!(Proof::decode(&bytes[..len]), Err(ProofBytesError::Truncated));
        }
        bytes.resize(bytes.len() + more, 0);
        prop_assert_eq!(Proof::decode(&bytes), Err(ProofBytesError::Trailing(more)));
    }

    /// Bytes that look much like a proof.
    #[test]
    fn bytes_that_are_a_proof_are_its_only_form(
        end in 0..4_u8,
        marks in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..34),
        zero_at in prop::option::of(0..8_usize),
        short in -1..2_isize,
    ) {
        let count = marks.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
        let mut bytes = vec![end];
        bytes.extend(if end == 2 { vec![7; 64] } else { Vec::new() });
        bytes.push(marks.len() as u8);
        bytes.extend(&marks);
        for place in 0..count {
            bytes.extend([if zero_at == Some(place) { 0 } else { 9 }; 32]);
        }
        bytes.resize(bytes.len().saturating_add_signed(short), 0);
        match Proof::decode(&bytes) {
            Ok(proof) => {
                prop_assert_eq!(proof.encode(), bytes);
                prop_assert!(end < 3 && marks.last() != Some(&0) && marks.len() <= 32 && short == 0);
                prop_assert!(zero_at.is_none_or(|place| place >= count));
            }
            Err(_) => prop_assert!(
                end == 3 || marks.last() == Some(&0) || marks.len() > 32 || short != 0 || zero_at.is_some()
            ),
        }
    }

    #[test]
    fn no_bytes_break_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(proof) = Proof::decode(&bytes) {
            prop_assert_eq!(proof.encode(), bytes);
        }
    }
}

#[test]
fn every_deviation_has_a_name() {
    use ProofBytesError::*;
    let digest = [1; 32];
    let of = |parts: &[&[u8]]| Proof::decode(&parts.concat());
    assert!(of(&[&[0, 1, 0x80], &digest]).is_ok());

    assert_eq!(of(&[]), Err(Truncated));
    assert_eq!(of(&[&[3, 0]]), Err(UnknownEnd(3)));
    assert_eq!(of(&[&[0, 33], &[0xff; 33]]), Err(TooDeep(33)));
    assert_eq!(of(&[&[0, 0xff]]), Err(TooDeep(255)));
    assert_eq!(of(&[&[0, 1, 0]]), Err(NotShortest));
    assert_eq!(of(&[&[0, 2, 0x80, 0], &digest]), Err(NotShortest));
    assert_eq!(of(&[&[0, 1, 0x80], &[0; 32]]), Err(ZeroSibling(0)));
    assert_eq!(of(&[&[0, 2, 0x80, 1], &digest, &[0; 32]]), Err(ZeroSibling(15)));
    assert_eq!(of(&[&[0, 1, 0x80], &digest, &[0]]), Err(Trailing(1)));
    assert_eq!(of(&[&[0, 1, 0xc0], &digest]), Err(Truncated));
    assert_eq!(of(&[&[2], &[1; 63]]), Err(Truncated));
}

/// A path of all 256 levels with something beside each, ending in another leaf, is the longest proof there is.
#[test]
fn the_longest_proof_is_as_long_as_promised() {
    let mut keys: Vec<_> = (0..256).map(|level| parting(&key(1), level)).collect();
    keys.push(key(1));
    let longest = Store::with(&keys).prove(&key(1));
    assert_eq!(longest.encode().len(), PROOF_BYTES_MAX - 64);
    assert_eq!(Proof::decode(&longest.encode()), Ok(longest));

    let other = [&[2][..], &[1; 64], &[32], &[0xff; 32], &[1; 256 * 32]].concat();
    assert_eq!(other.len(), PROOF_BYTES_MAX);
    assert!(Proof::decode(&other).is_ok());
}
