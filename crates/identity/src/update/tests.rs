//! Each rule by a value that breaks it and nothing else.

use realdid_types::{Height, Purposes, Sequence, Timestamp};

use super::*;

const DID: Did = Did(Digest::from_bytes([1; 32]));
const THEN: Moment = Moment { height: Height(3), time: Timestamp(300) };
const NOW: Moment = Moment { height: Height(9), time: Timestamp(900) };

fn key(number: u8) -> PublicKey {
    PublicKey::ed25519([number; 32])
}

fn invoking(number: u8) -> DidKey {
    DidKey { key: key(number), purposes: Purposes { invocation: true, ..Purposes::default() } }
}

fn authenticating(number: u8) -> DidKey {
    DidKey { key: key(number), purposes: Purposes { authentication: true, ..Purposes::default() } }
}

/// A record with invocation key 1 and authentication key 2.
fn record(next_key: Digest) -> DidRecord {
    DidRecord {
        next_sequence: Sequence(5),
        version: 4,
        keys: [invoking(1), authenticating(2)].map(|key| HeldKey { key, since: THEN }).to_vec(),
        recovery: Digest::from_bytes([7; 32]),
        next_key,
        created: THEN,
        updated: THEN,
        controllers: None,
        services: Vec::new(),
        deactivated: false,
        previous: None,
    }
}

fn update(add: Vec<DidKey>, remove: Vec<PublicKey>, next_key: Digest) -> UpdateDid {
    UpdateDid::of_keys(DID, add, remove, next_key)
}

fn verdict(operation: &UpdateDid, record: &DidRecord) -> Result<(), Refusal> {
    check(operation, DID, record, &|key| *key == self::key(66)).map(|_| ())
}

fn free(add: Vec<DidKey>, remove: Vec<PublicKey>) -> Result<(), Refusal> {
    verdict(&update(add, remove, Digest::ZERO), &record(Digest::ZERO))
}

#[test]
fn a_rotation_changes_the_keys_and_keeps_the_old_one_apart() {
    let (operation, before) = (update(vec![invoking(3)], vec![key(1)], Digest::ZERO), record(Digest::ZERO));
    let checked = check(&operation, DID, &before, &|_| false).expect("may be applied");

    let (after, replaced) = apply(checked, NOW);

    let keys: Vec<_> = after.keys.iter().map(|held| (held.key.key, held.since)).collect();
    assert_eq!(keys, [(key(2), THEN), (key(3), NOW)]);
    assert_eq!(replaced, [ReplacedKey::of(&before.keys[0], NOW)]);
    assert_eq!((after.version, after.updated), (5, NOW));
    assert_eq!((after.created, after.recovery), (before.created, before.recovery));
    assert_eq!(after.next_sequence, before.next_sequence, "numbers are the ledger's business");
}

#[test]
fn an_update_of_another_did_or_of_nothing_is_refused() {
    let other = UpdateDid { did: Did(Digest::ZERO), ..update(vec![invoking(3)], vec![], Digest::ZERO) };
    assert_eq!(verdict(&other, &record(Digest::ZERO)), Err(Refusal::OtherDid));
    assert_eq!(free(vec![], vec![]), Err(Refusal::NoChange));
}

#[test]
fn a_key_that_is_there_or_was_there_cannot_be_added() {
    assert_eq!(free(vec![authenticating(1)], vec![]), Err(Refusal::KeyExists));
    assert_eq!(free(vec![authenticating(1)], vec![key(1)]), Err(Refusal::KeyExists));
    assert_eq!(free(vec![invoking(66)], vec![]), Err(Refusal::KeyReplaced));
}

#[test]
fn a_key_that_is_not_there_cannot_be_removed() {
    assert_eq!(free(vec![], vec![key(9)]), Err(Refusal::NoSuchKey));
}

#[test]
fn a_record_keeps_one_to_eight_keys_and_one_for_invocation() {
    assert_eq!(free((10..=15).map(authenticating).collect(), vec![]), Ok(()));
    assert_eq!(free((10..=16).map(authenticating).collect(), vec![]), Err(Refusal::TooManyKeys));
    assert_eq!(free((10..=16).map(authenticating).collect(), vec![key(2)]), Ok(()));
    assert_eq!(free(vec![], vec![key(1)]), Err(Refusal::NoInvocationKey));
    assert_eq!(free(vec![authenticating(3)], vec![key(1)]), Err(Refusal::NoInvocationKey));
    assert_eq!(free(vec![], vec![key(2)]), Ok(()));
}

/// Whoever steals an invocation key must not be able to bring in a key of their own.
#[test]
fn under_a_commitment_only_the_committed_key_comes_in_for_invocation() {
    let bound = record(commitment(&key(3)));
    let standing = bound.next_key;

    assert_eq!(verdict(&update(vec![invoking(4)], vec![], standing), &bound), Err(Refusal::NotCommitted));
    let both = update(vec![invoking(3), invoking(4)], vec![], Digest::ZERO);
    assert_eq!(verdict(&both, &bound), Err(Refusal::NotCommitted));
    assert_eq!(verdict(&update(vec![authenticating(4)], vec![], standing), &bound), Ok(()));
    assert_eq!(verdict(&update(vec![invoking(3)], vec![key(1)], Digest::ZERO), &bound), Ok(()));
}

/// Nor must they first be able to exchange the commitment for one of their own.
#[test]
fn a_commitment_goes_only_with_the_key_that_it_is_to() {
    let bound = record(commitment(&key(3)));
    let to = |number| commitment(&key(number));

    assert_eq!(verdict(&update(vec![], vec![], to(4)), &bound), Err(Refusal::NotCommitted));
    assert_eq!(verdict(&update(vec![], vec![], Digest::ZERO), &bound), Err(Refusal::NotCommitted));
    let as_login = update(vec![authenticating(3)], vec![], to(4));
    assert_eq!(verdict(&as_login, &bound), Err(Refusal::NotCommitted));
    assert_eq!(verdict(&update(vec![invoking(3)], vec![], to(4)), &bound), Ok(()));
}

#[test]
fn a_commitment_to_a_key_of_the_record_is_refused() {
    let bound = record(commitment(&key(3)));
    let spent = update(vec![invoking(3)], vec![], bound.next_key);

    assert_eq!(verdict(&spent, &bound), Err(Refusal::CommitmentKnown));
    let known = update(vec![], vec![], commitment(&key(2)));
    assert_eq!(verdict(&known, &record(Digest::ZERO)), Err(Refusal::CommitmentKnown));
}
