//! `create` and `update` as transactions; their rules one by one stand beside them.

use realdid_crypto::Digest;
use realdid_identity::{HeldKey, Moment, ReplacedKey, commitment};
use realdid_state::{Outcome, Refused, Skipped, StateKey};
use realdid_types::{CreateDid, Operation, Sender, Sequence, UpdateDid};

use crate::ledger::{Ledger, create_with, did_key, did_of, member, public, update_of};

#[test]
fn a_did_is_created_once_and_named_by_its_operation() {
    let mut ledger = Ledger::new();
    let create = ledger.create(&["ann", "ann.login"]);
    let did = did_of(&create_with(&["ann", "ann.login"]));

    ledger.apply(vec![create.clone()]);

    let record = ledger.record(did).expect("created");
    assert_eq!((record.version, record.next_sequence), (1, Sequence(1)));
    assert_eq!(record.created, Moment { height: ledger.tip.height, time: ledger.tip.time });
    ledger.assert_skipped(create, Skipped::SequenceUsed);
}

#[test]
fn a_rotation_keeps_the_replaced_key_with_the_time_that_it_was_valid() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    let since = ledger.record(did).expect("created").created;

    ledger.apply(vec![ledger.update(update_of(did, &["ann.2"], &["ann"]), &["ann", "ann.2"])]);

    let record = ledger.record(did).expect("still there");
    assert_eq!((record.version, record.next_sequence), (2, Sequence(2)));
    assert!(record.may_invoke(&public("ann.2")) && !record.may_invoke(&public("ann")));
    let until = Moment { height: ledger.tip.height, time: ledger.tip.time };
    let replaced: Option<ReplacedKey> = ledger.entry(&StateKey::ReplacedKey(did, public("ann")));
    let held = HeldKey { key: did_key("ann", true), since };
    assert_eq!(replaced, Some(ReplacedKey::of(&held, until)));
}

/// Two transactions of one sender in one block see each other.
#[test]
fn a_did_can_be_created_and_changed_in_one_block() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    let mut update = ledger.update(update_of(did, &["ann.2"], &[]), &[]).transaction;
    update.sequence = Sequence(1);
    let update = crate::ledger::signed_by(update, &["ann", "ann.2"]);

    ledger.apply(vec![ledger.create(&["ann"]), update]);

    assert_eq!(ledger.record(did).expect("created").version, 2);
}

#[test]
fn a_create_that_can_never_make_a_did_is_skipped() {
    let mut ledger = Ledger::new();
    let without = CreateDid { keys: vec![did_key("ann", false)], ..create_with(&[]) };
    let dead_end = CreateDid { next_key: commitment(&public("ann")), ..create_with(&["ann"]) };
    for operation in [without, dead_end] {
        let sender = Sender::Did(did_of(&operation));
        let signed = ledger.sign(sender, Operation::CreateDid(operation), &["ann"]);
        ledger.assert_skipped(signed, Skipped::InvalidCreate);
    }
}

/// Otherwise somebody could claim another's key, or make a DID in the name of another operation.
#[test]
fn a_create_needs_every_key_and_the_right_sender() {
    let mut ledger = Ledger::new();
    let operation = create_with(&["ann", "bob"]);
    let did = Sender::Did(did_of(&operation));

    let half = ledger.sign(did, Operation::CreateDid(operation.clone()), &["ann"]);
    ledger.assert_skipped(half, Skipped::NotPossessed);

    let other = Sender::Did(did_of(&create_with(&["eve"])));
    let wrong = ledger.sign(other, Operation::CreateDid(operation), &["ann", "bob"]);
    ledger.assert_skipped(wrong, Skipped::SenderUnknown);
}

/// Signatures are no part of the identifier: whoever packs a transaction with one left out must not use it up.
#[test]
fn leaving_out_a_signature_spoils_nothing() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    let whole = ledger.update(update_of(did, &["ann.2"], &["ann"]), &["ann", "ann.2"]);
    let by = |name: &str| {
        let mut stripped = whole.clone();
        stripped.signatures.retain(|signature| signature.key == public(name));
        stripped
    };

    ledger.assert_skipped(by("ann"), Skipped::NotPossessed);
    ledger.assert_skipped(by("ann.2"), Skipped::NotAuthorised);
    ledger.apply(vec![whole]);
}

#[test]
fn only_an_invocation_key_of_the_record_may_change_it() {
    let mut ledger = Ledger::new();
    let mut operation = create_with(&["ann"]);
    operation.keys.push(did_key("ann.login", false));
    operation.keys.sort();
    let did = did_of(&operation);
    let create = ledger.sign(Sender::Did(did), Operation::CreateDid(operation), &["ann", "ann.login"]);
    ledger.apply(vec![create]);

    for thief in ["eve", "ann.login"] {
        let update = ledger.update(update_of(did, &["eve.2"], &[]), &[thief, "eve.2"]);
        ledger.assert_skipped(update, Skipped::NotAuthorised);
    }
}

#[test]
fn a_refused_update_uses_up_its_number_and_changes_nothing_else() {
    let mut ledger = Ledger::new();
    let bound = CreateDid { next_key: commitment(&public("next")), ..create_with(&["ann", "old"]) };
    let did = did_of(&bound);
    let create = ledger.sign(Sender::Did(did), Operation::CreateDid(bound.clone()), &["ann", "old"]);
    ledger.apply(vec![create]);
    let keep = |update: UpdateDid| UpdateDid { next_key: bound.next_key, ..update };
    ledger.apply(vec![ledger.update(keep(update_of(did, &[], &["old"])), &["ann"])]);
    let logins = |count: u8| {
        let names: Vec<String> = (0..count).map(|number| format!("login.{number}")).collect();
        let mut add: Vec<_> = names.iter().map(|name| did_key(name, false)).collect();
        add.sort();
        (UpdateDid { add, ..keep(update_of(did, &[], &[])) }, names)
    };
    let (eight, names) = logins(8);
    let eight_signers: Vec<&str> = names.iter().map(String::as_str).chain(["ann"]).collect();

    let cases: [(UpdateDid, &[&str], Refused); 9] = [
        (keep(update_of(did, &[], &["ann"])), &["ann"], Refused::NoInvocationKey),
        (keep(update_of(did, &["ann"], &[])), &["ann"], Refused::KeyExists),
        (keep(update_of(did, &[], &["eve"])), &["ann"], Refused::NoSuchKey),
        (eight, &eight_signers, Refused::TooManyKeys),
        (keep(update_of(did, &["old"], &[])), &["ann", "old"], Refused::KeyReplaced),
        (keep(update_of(did, &["eve"], &[])), &["ann", "eve"], Refused::NotCommitted),
        (keep(update_of(did, &["next"], &[])), &["ann", "next"], Refused::CommitmentKnown),
        (keep(update_of(did, &[], &[])), &["ann"], Refused::NoChange),
        (update_of(did_of(&create_with(&["bob"])), &["eve"], &[]), &["ann", "eve"], Refused::OtherSender),
    ];
    for (operation, signers, refused) in cases {
        let signed = ledger.sign(Sender::Did(did), Operation::UpdateDid(operation), signers);
        ledger.assert_refused(signed, refused);
    }
    let rotation = UpdateDid { next_key: Digest::ZERO, ..update_of(did, &["next"], &["ann"]) };
    ledger.apply(vec![ledger.update(rotation, &["ann", "next"])]);
}

#[test]
fn an_operation_of_another_kind_of_sender_is_refused() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    let again = Operation::CreateDid(create_with(&["ann"]));

    let by_did = ledger.sign(Sender::Did(did), again.clone(), &["ann"]);
    ledger.assert_refused(by_did, Refused::OtherSender);
    let by_member = ledger.sign(member("beta"), again, &["ann", "beta"]);
    ledger.assert_refused(by_member, Refused::OtherSender);
    let update = Operation::UpdateDid(update_of(did, &[], &["ann"]));
    let of_member = ledger.sign(member("beta"), update, &["beta", "ann"]);
    ledger.assert_refused(of_member, Refused::OtherSender);
}

/// A person's sequence goes on after a refusal: the same number is never decided again.
#[test]
fn a_refused_transaction_is_never_decided_again() {
    let mut ledger = Ledger::new();
    let did = did_of(&create_with(&["ann"]));
    ledger.apply(vec![ledger.create(&["ann"])]);
    let removal = ledger.update(update_of(did, &[], &["ann.2"]), &["ann"]);
    ledger.assert_refused(removal.clone(), Refused::NoSuchKey);
    ledger.apply(vec![ledger.update(update_of(did, &["ann.2"], &[]), &["ann", "ann.2"])]);

    let outcomes = ledger.include(vec![removal]);

    assert_eq!(outcomes, [Outcome::Skipped(Skipped::SequenceUsed)]);
    assert!(ledger.record(did).expect("still there").holds(&public("ann.2")));
}
