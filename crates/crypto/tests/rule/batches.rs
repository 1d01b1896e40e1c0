//! The verdict on a signature never depends on what else is in its batch.

use curve25519_dalek::Scalar;
use proptest::{collection::vec, prelude::*};
use realdid_crypto::{Ed25519Verifier, SecretKey};

use crate::craft::{Crafter, Letter, verify, verify_with};

/// Letters of every kind from few senders, so that some batches share keys.
fn letter() -> impl Strategy<Value = Letter> {
    let crafter = (0_u8..4, 0_usize..8, 0_usize..8);
    (crafter, any::<[u8; 2]>(), 0_u8..12).prop_map(|((secret, key_torsion, r_torsion), message, kind)| {
        let crafted = Crafter { secret, key_torsion, r_torsion }.sign(&message);
        match kind {
            0..4 => honest(secret, &message),
            4..7 => crafted,
            7 => crafted.with_another_s(),
            8 => honest(secret, &message).with_another_s(),
            9 => honest(secret, &message).with_unreduced_s(),
            10 => Letter { message: b"another message".to_vec(), ..crafted },
            _ => Letter { key: SecretKey::ed25519(&[99; 32]).public_key(), ..crafted },
        }
    })
}

fn honest(secret: u8, message: &[u8]) -> Letter {
    let secret = SecretKey::ed25519(&[secret; 32]);
    Letter { key: secret.public_key(), message: message.to_vec(), signature: secret.sign(message) }
}

fn bad_alone(letters: &[Letter]) -> Vec<usize> {
    letters.iter().enumerate().filter(|(_, letter)| !letter.holds()).map(|(place, _)| place).collect()
}

fn bad_together(letters: &[Letter]) -> Vec<usize> {
    verify(letters).err().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_the_same_alone_and_in_any_batches(letters in vec(letter(), 1..60), sizes in vec(1_usize..20, 60)) {
        let alone = bad_alone(&letters);
        prop_assert_eq!(&bad_together(&letters), &alone);

        let remembers_few = Ed25519Verifier::remembering(4);
        let (mut rest, mut start, mut in_parts) = (letters.as_slice(), 0, Vec::new());
        for size in sizes {
            let (batch, after) = rest.split_at(size.min(rest.len()));
            let bad = verify_with(&remembers_few, batch).err().unwrap_or_default();
            in_parts.extend(bad.iter().map(|place| start + place));
            (rest, start) = (after, start + batch.len());
        }
        prop_assert_eq!(&in_parts, &alone);
    }

    #[test]
    fn the_order_of_a_batch_does_not_matter(letters in vec(letter(), 1..40)) {
        let backwards: Vec<_> = letters.iter().rev().cloned().collect();
        let mut bad: Vec<_> = bad_together(&backwards).iter().map(|place| letters.len() - 1 - place).collect();
        bad.reverse();
        prop_assert_eq!(bad, bad_together(&letters));
    }

    /// Without encodings and keys that the rule refuses, it is ZIP-215.
    #[test]
    fn another_implementation_agrees(letter in letter()) {
        prop_assert_eq!(letter.holds(), letter.holds_by_zip_215());
    }
}

#[test]
fn an_empty_batch_is_in_order() {
    assert_eq!(verify(&[]), Ok(()));
}

#[test]
fn bisecting_finds_exactly_the_bad_ones() {
    let good: Vec<_> = (0..33).map(|number| honest(number % 5, &[number])).collect();
    assert_eq!(verify(&good), Ok(()));
    for bad in [vec![0], vec![32], vec![15, 16], vec![0, 1, 2, 30, 31, 32], (0..33).collect()] {
        let mut letters = good.clone();
        bad.iter().for_each(|place| letters[*place] = good[*place].with_another_s());
        assert_eq!(verify(&letters), Err(bad));
    }
}

/// Large enough for the other algorithm of multiscalar multiplication.
#[test]
fn large_batches_are_judged_like_small_ones() {
    let mut letters: Vec<_> = (0..=u16::MAX)
        .step_by(218)
        .map(|number| {
            let [low, high] = number.to_le_bytes();
            Crafter { secret: low, key_torsion: usize::from(high % 8), r_torsion: usize::from(low % 8) }
                .sign(&number.to_le_bytes())
        })
        .collect();
    assert!(letters.len() > 300);
    assert_eq!(verify(&letters), Ok(()));
    letters[77] = letters[77].with_another_s();
    letters[290] = letters[290].with_unreduced_s();
    assert_eq!(verify(&letters), Err(vec![77, 290]));
}

/// The same letter twice, and two bad ones whose errors are opposite: S + 1 and S − 1.
#[test]
fn neither_repeated_nor_opposite_errors_cancel_out() {
    let good = honest(1, b"message");
    let above = good.with_another_s();
    let below = good.with_s_plus(-Scalar::ONE);
    assert!(!above.holds() && !below.holds());
    assert_eq!(verify(&[above.clone(), below.clone()]), Err(vec![0, 1]));
    assert_eq!(verify(&[above.clone(), good.clone(), above, good, below]), Err(vec![0, 2, 4]));
}

#[test]
fn a_verifier_judges_alike_whatever_it_has_met() {
    let verifier = Ed25519Verifier::default();
    let good = honest(1, b"message");
    let bad = good.with_another_s();
    for _ in 0..2 {
        assert_eq!(verify_with(&verifier, std::slice::from_ref(&bad)), Err(vec![0]));
        assert_eq!(verify_with(&verifier, std::slice::from_ref(&good)), Ok(()));
    }
}
