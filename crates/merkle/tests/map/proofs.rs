//! Proofs hold for what is the case, and for nothing else.

use proptest::prelude::*;
use realdid_crypto::{Context, Digest};
use realdid_merkle::{Proof, ProofError};

use crate::store::{Content, Store, any_key, bit, content, key, pair, parting, value};

proptest! {
    #[test]
    fn what_a_map_holds_is_proven_and_nothing_else(content in content(60), key in any_key(), guess in 0..5_u64) {
        let store = Store::of(&content);
        for key in content.keys().chain([&key]) {
            let (proof, holds) = (store.prove(key), content.get(key));
            prop_assert_eq!(proof.verify(&store.root(), key, holds), Ok(()));
            for claim in [None, Some(&value(guess)), Some(&Digest::ZERO)].into_iter().filter(|claim| *claim != holds) {
                prop_assert!(proof.verify(&store.root(), key, claim).is_err());
            }
        }
    }

    #[test]
    fn a_proof_is_of_its_root_alone(content in content(40), key in any_key(), number in 5..9_u64) {
        let store = Store::of(&content);
        let proof = store.prove(&key);
        let mut other = Content::clone(&content);
        other.insert(key, value(number));
        let claim = content.get(&key);
        prop_assert!(proof.verify(&Store::of(&other).root(), &key, claim).is_err());
        let foreign = proof.verify(&value(0), &key, claim);
        prop_assert_eq!(foreign, Err(ProofError::OtherRoot(store.root())));
    }

    /// A proof of one key may show another one absent (the gap or the leaf lies on both paths), but only if it is.
    #[test]
    fn a_proof_shows_of_another_key_only_what_is_true(content in content(40), one in any_key(), other in any_key()) {
        let store = Store::of(&content);
        let proof = store.prove(&one);
        for claim in content.values().map(Some).chain([None]) {
            if proof.verify(&store.root(), &other, claim).is_ok() {
                prop_assert_eq!(content.get(&other), claim);
            }
        }
    }

}

proptest! {
    // thousands of bits in each
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whoever changes any bit of a proof's bytes has no proof any more.
    #[test]
    fn no_bit_of_a_proof_can_change(content in content(12), absent in any_key()) {
        let store = Store::of(&content);
        for key in content.keys().take(3).chain([&absent]) {
            let (bytes, holds) = (store.prove(key).encode(), content.get(key));
            for place in 0..bytes.len() * 8 {
                let mut mutant = bytes.clone();
                mutant[place / 8] ^= 1 << (place % 8);
                let verified = Proof::decode(&mutant).map(|proof| proof.verify(&store.root(), key, holds));
                prop_assert!(!matches!(verified, Ok(Ok(()))), "bit {place} of {bytes:02x?}");
            }
        }
    }

    /// A path lengthened or shortened, or with two sides exchanged.
    #[test]
    fn no_sibling_can_be_added_dropped_or_moved(content in content(30), key in any_key()) {
        let store = Store::of(&content);
        let bytes = store.prove(&key).encode();
        let holds = content.get(&key);
        let head = if bytes[0] == 2 { 65 } else { 1 };
        let (head, tail) = bytes.split_at(head);
        let marks = &tail[1..=usize::from(tail[0])];
        let digests: Vec<&[u8]> = tail[1 + marks.len()..].chunks(32).collect();
        let rebuilt = |marks: &[u8], digests: &[&[u8]]| {
            Proof::decode(&[head, &[marks.len() as u8], marks, &digests.concat()].concat())
        };
        prop_assert_eq!(rebuilt(marks, &digests), Ok(store.prove(&key)));

        for place in 1..digests.len() {
            let mut exchanged = digests.clone();
            exchanged.swap(place - 1, place);
            let proof = rebuilt(marks, &exchanged).expect("well-formed");
            prop_assert!(proof.verify(&store.root(), &key, holds).is_err());
        }
        for level in 0..256 {
            let mut marks = marks.to_vec();
            marks.resize(marks.len().max(level / 8 + 1), 0);
            marks[level / 8] ^= 0x80 >> (level % 8);
            while marks.last() == Some(&0) {
                marks.pop();
            }
            let before = |marks: &[u8]| (0..level).filter(|at| marks.get(at / 8).is_some_and(|byte| byte << (at % 8) & 0x80 != 0)).count();
            let place = before(&marks);
            let added = marks.iter().map(|byte| byte.count_ones()).sum::<u32>() as usize > digests.len();
            let mut digests = digests.clone();
            let extra = *value(1).as_bytes();
            if added { digests.insert(place, &extra); } else { digests.remove(place); }
            let proof = rebuilt(&marks, &digests).expect("well-formed");
            prop_assert!(proof.verify(&store.root(), &key, holds).is_err(), "level {level}");
        }
    }
}

#[test]
fn an_empty_map_proves_every_key_absent() {
    let proof = Store::default().prove(&key(1));
    assert_eq!(proof.verify(&Digest::ZERO, &key(1), None), Ok(()));
    assert_eq!(proof.verify(&Digest::ZERO, &key(1), Some(&value(1))), Err(ProofError::Absent));
    assert_eq!(proof.verify(&value(1), &key(1), None), Err(ProofError::OtherRoot(Digest::ZERO)));
}

#[test]
fn a_lone_leaf_proves_itself_and_every_other_key_absent() {
    let store = Store::with(&[key(1)]);
    assert_eq!(store.prove(&key(1)).verify(&store.root(), &key(1), Some(&value(7))), Ok(()));
    assert_eq!(store.prove(&key(1)).verify(&store.root(), &key(1), None), Err(ProofError::Present));
    assert_eq!(store.prove(&key(2)).verify(&store.root(), &key(2), None), Ok(()));
    // one proof for all others, but not for the leaf's own key
    assert_eq!(store.prove(&key(2)).verify(&store.root(), &key(3), None), Ok(()));
    assert_eq!(store.prove(&key(2)).verify(&store.root(), &key(1), None), Err(ProofError::OwnLeaf));
}

/// Otherwise any leaf of the map would prove any key absent.
#[test]
fn a_leaf_beside_the_path_proves_nothing() {
    let other = parting(&key(1), 5);
    let near = parting(&key(1), 9);
    let store = Store::with(&[key(1), other]);
    let proof = store.prove(&near);
    assert_eq!(proof.verify(&store.root(), &near, None), Ok(()));
    assert_eq!(proof.verify(&store.root(), &other, None), Err(ProofError::OtherPath(5)));
    assert_eq!(proof.verify(&store.root(), &key(1), None), Err(ProofError::OwnLeaf));
}

#[test]
fn keys_that_share_all_bits_but_one_are_told_apart() {
    for level in [0, 1, 3, 4, 7, 8, 127, 128, 252, 254, 255] {
        let other = parting(&key(1), level);
        let store = Store::of(&Content::from([(key(1), value(1)), (other, value(2))]));
        assert_eq!(store.prove(&key(1)).verify(&store.root(), &key(1), Some(&value(1))), Ok(()));
        assert_eq!(store.prove(&other).verify(&store.root(), &other, Some(&value(2))), Ok(()));
        assert!(store.prove(&other).verify(&store.root(), &key(1), Some(&value(1))).is_err());

        let alone = Store::of(&Content::from([(key(1), value(1))]));
        assert_eq!(alone.prove(&other).verify(&alone.root(), &other, None), Ok(()));
        assert!(alone.prove(&other).verify(&store.root(), &other, None).is_err());
    }
}

/// The root of a map whose content a liar chooses, with a node where he would like the verifier to see a leaf.
#[test]
fn an_inner_node_cannot_be_shown_as_a_leaf() {
    let (low, high) =
        if bit(&key(1), 0) { (parting(&key(1), 0), key(1)) } else { (key(1), parting(&key(1), 0)) };
    let store = Store::of(&Content::from([(low, value(1)), (high, value(2))]));
    let [left, right] =
        [(low, value(1)), (high, value(2))].map(|(key, value)| pair(Context::StateLeaf, &key, &value));
    assert_eq!(pair(Context::StateNode, &left, &right), store.root());
    let forged = Proof::decode(&[1, 0]).expect("a proof");
    assert!(forged.verify(&store.root(), &left, Some(&right)).is_err());
    let forged =
        Proof::decode(&[&[2][..], left.as_bytes(), right.as_bytes(), &[0]].concat()).expect("a proof");
    assert!(forged.verify(&store.root(), &key(3), None).is_err());
}
