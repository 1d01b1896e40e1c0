//! Quorums and validator sets.

use realdid_types::*;

use crate::world::{at, validators, world};

/// What the safety of the protocol rests on, for every size that a set could ever have.
#[test]
fn quorums_overlap_in_the_honest_and_the_honest_are_one() {
    for n in 1..=2_000 {
        let quorum = Quorum { n };
        let (f, q) = (quorum.faulty(), quorum.size());
        assert!(3 * f < n, "n = {n}");
        assert!(3 * (f + 1) >= n, "f is the largest, n = {n}");
        assert!(2 * q - n > f, "two quorums share an honest validator, n = {n}");
        assert!(q <= n - f, "the honest are a quorum, n = {n}");
        assert!(q - f > f, "the honest of a quorum outnumber the faulty, n = {n}");
        assert!(2 * (q - 1) - n.min(2 * (q - 1)) <= f, "one less would not do, n = {n}");
    }
}

#[test]
fn quorums_of_known_sizes() {
    for (n, f, q) in [
        (1, 0, 1),
        (2, 0, 2),
        (3, 0, 2),
        (4, 1, 3),
        (5, 1, 4),
        (6, 1, 4),
        (7, 2, 5),
        (10, 3, 7),
        (100, 33, 67),
    ] {
        assert_eq!((Quorum { n }.faulty(), Quorum { n }.size()), (f, q), "n = {n}");
    }
}

#[test]
fn a_set_has_1_to_200_validators_and_no_key_twice() {
    assert_eq!(ValidatorSet::new(Vec::new()), Err(ValidatorSetError::Size(0)));
    assert!(ValidatorSet::new(validators(1, 200).0).is_ok());
    assert_eq!(ValidatorSet::new(validators(1, 201).0), Err(ValidatorSetError::Size(201)));

    let shared = |change: fn(&mut [Validator])| {
        let mut list = validators(1, 4).0;
        change(&mut list);
        ValidatorSet::new(list)
    };
    let refused = Err(ValidatorSetError::SharedKey);
    assert_eq!(shared(|list| list[1].consensus_key = list[0].consensus_key), refused);
    assert_eq!(shared(|list| list[1].transport_key = list[0].transport_key), refused);
    assert_eq!(shared(|list| list[1].transport_key = list[0].consensus_key), refused, "for another use");
    assert_eq!(shared(|list| list[0].transport_key = list[0].consensus_key), refused, "its own");
}

#[test]
fn the_digest_of_a_set_depends_on_every_field_and_the_order() {
    let list = validators(1, 4).0;
    let digest = ValidatorSet::new(list.clone()).unwrap().digest();
    let changed = |change: fn(&mut Vec<Validator>)| {
        let mut list = list.clone();
        change(&mut list);
        ValidatorSet::new(list).unwrap().digest()
    };
    assert_eq!(changed(|_| {}), digest);
    assert_ne!(changed(|list| list.swap(0, 1)), digest);
    assert_ne!(changed(|list| list.truncate(3)), digest);
    assert_ne!(changed(|list| list[0].organisation = crate::world::name("other")), digest);
    assert_ne!(changed(|list| list[0].consensus_key = crate::world::secret(77).public_key()), digest);
    assert_ne!(changed(|list| list[0].transport_key = crate::world::secret(77).public_key()), digest);
}

#[test]
fn validators_are_found_by_place_and_by_key() {
    let set = world(4).set;
    for (place, validator) in (0..).map(ValidatorIndex).zip(set.iter()) {
        assert_eq!(set.get(place), Some(validator));
        assert_eq!(set.index_of(&validator.consensus_key), Some(place));
        assert_eq!(set.index_of(&validator.transport_key), None);
    }
    assert_eq!(set.get(ValidatorIndex(4)), None);
}

#[test]
fn leaders_take_turns_and_each_epoch_begins_with_another() {
    let set = world(4).set;
    let leaders: Vec<_> = (1..6).map(|view| set.leader(at(0, view)).0).collect();
    assert_eq!(leaders, [1, 2, 3, 0, 1]);
    assert_eq!(set.leader(at(1, 1)), ValidatorIndex(2));
    assert!(usize::from(set.leader(at(u64::MAX, u64::MAX)).0) < set.len());
}
