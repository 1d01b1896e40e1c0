//! Rotation, theft and recovery, by the rules of the ledger.

use realdid_client::sign;
use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, Refusal, Signers, create, recover, update};
use realdid_types::*;
use realdid_wallet::*;

use crate::{
    ledger::secret,
    scene::{NOW, created, moment, site},
};

fn branch() -> Branch {
    Branch::new(&RecoveryCode::from_random([5; 20].into()), GenesisDigest(site(9).0), site(1))
}

/// What the ledger makes of a change, signatures included.
fn applied(record: &DidRecord, change: &Pending) -> Result<DidRecord, Refusal> {
    let signed = &change.transaction;
    assert_eq!(SignedTransaction::decode(&signed.encode()).as_ref(), Ok(signed), "a node would take it");
    let did = branch().did();
    let signers = Signers::of(record, signed, &|_| None);
    match &signed.transaction.operation {
        Operation::UpdateDid(operation) => {
            assert!(update::is_authorised(operation, signers) && update::is_possessed(operation, signed));
            update::check_recovery(operation, record)?;
            Ok(update::apply(update::check(operation, did, record, &|_| false)?, moment(NOW)).0)
        }
        Operation::RecoverDid(operation) => {
            assert!(recover::is_authorised(signers) && recover::is_possessed(operation, signed));
            let checked = recover::check(operation, did, record, &|_| None, moment(NOW))?;
            Ok(recover::apply(checked, moment(NOW)).0)
        }
        other => panic!("{other:?}"),
    }
}

fn rotated(record: &DidRecord, place: Place) -> (DidRecord, Place) {
    let change = branch().ask_rotate(record, place, Timestamp(NOW)).unwrap();
    (applied(record, &change).unwrap(), change.place)
}

#[test]
fn the_operation_that_makes_a_did_is_signed_by_its_keys_and_the_ledger_takes_it() {
    let change = branch().ask_create(Timestamp(NOW));
    let Operation::CreateDid(operation) = &change.transaction.transaction.operation else { panic!() };
    assert!(create::is_authorised(operation, &change.transaction));
    assert_eq!(create::check(operation).map(|_| ()), Ok(()));
    assert_eq!(create::check_recovery(operation), Ok(()));
    assert_eq!(change.transaction.transaction.sender, Sender::Did(branch().did()));
}

#[test]
fn each_rotation_leads_to_the_next_generation_and_a_second_device_finds_it() {
    let (mut record, mut place) = (created(&branch()), Place::default());
    for generation in 1..5 {
        (record, place) = rotated(&record, place);
        assert_eq!(place, Place { generation, recoveries: 0 });
        assert_eq!(branch().place(&record, Place::default()), Ok(place));
        assert_eq!(branch().place(&record, Place { generation: 700, recoveries: 3 }), Ok(place));
        assert!(branch().is_intact(&record, place));
    }
}

#[test]
fn a_recovery_replaces_all_keys_and_the_recovery_key_and_can_be_repeated() {
    let (mut record, mut place) = rotated(&created(&branch()), Place::default());
    for recoveries in 1..4 {
        let stolen: Vec<PublicKey> = record.keys.iter().map(|held| held.key.key).collect();
        let compromised = stolen.iter().map(|key| (*key, Timestamp(5)));
        let change = branch().ask_recover(&record, place, compromised, Timestamp(NOW)).unwrap();
        record = applied(&record, &change).unwrap();
        assert!(stolen.iter().all(|key| !record.holds(key)));
        place = branch().place(&record, place).unwrap();
        assert_eq!(place, Place { generation: 1 + recoveries, recoveries });
    }
    rotated(&record, place);
}

/// The thief has the keys of one device, and not the code.
#[test]
fn a_thief_of_both_keys_cannot_shut_out_the_holder_of_the_code() {
    let (branch, record) = (branch(), created(&branch()));
    let [login, change] =
        [Purpose::Authentication, Purpose::Invocation].map(|purpose| branch.key(purpose, 0));
    let thief = secret(90, 1);
    let ask = |purposes, next_key, remove| {
        let add = vec![DidKey { key: thief.public_key(), purposes }];
        let update = UpdateDid::of_keys(branch.did(), add, remove, next_key);
        update::check(&update, branch.did(), &record, &|_| false)
            .map(|checked| update::apply(checked, moment(NOW)).0)
    };
    let invocation = Purposes { invocation: true, ..Purposes::default() };
    let authentication = Purposes { authentication: true, ..Purposes::default() };
    let others = realdid_identity::commitment(&secret(90, 2).public_key());
    assert_eq!(ask(invocation, record.next_key, vec![]).unwrap_err(), Refusal::NotCommitted);
    assert_eq!(ask(authentication, others, vec![]).unwrap_err(), Refusal::NotCommitted);
    let gone = ask(authentication, record.next_key, vec![change.public_key()]).unwrap_err();
    assert_eq!(gone, Refusal::NoInvocationKey);

    // what a thief can do is noticed, and a rotation undoes it
    let robbed = ask(authentication, record.next_key, vec![login.public_key()]).unwrap();
    let place = branch.place(&robbed, Place::default()).unwrap();
    assert!(!branch.is_intact(&robbed, place));
    let (restored, place) = rotated(&robbed, place);
    assert!(branch.is_intact(&restored, place) && !restored.holds(&thief.public_key()));
}

#[test]
fn a_stolen_key_for_logging_in_changes_nothing() {
    let record = created(&branch());
    let draft = realdid_client::Draft {
        genesis: branch().genesis(),
        sender: Sender::Did(branch().did()),
        sequence: record.next_sequence,
        expires: Timestamp(NOW),
    };
    let update = UpdateDid::of_keys(branch().did(), vec![], vec![], record.next_key);
    let key = branch().key(Purpose::Authentication, 0);
    let signed = sign(draft.asking(Operation::UpdateDid(update)), &[&key]);
    assert_eq!(Signers::of(&record, &signed, &|_| None), Signers::default());
}

#[test]
fn keys_of_somebody_else_and_a_did_that_ended_are_told_apart() {
    let (mut record, branch) = (created(&branch()), branch());
    let stranger = Branch::new(&RecoveryCode::from_random([6; 20].into()), branch.genesis(), site(1));
    assert_eq!(stranger.place(&record, Place::default()), Err(Lost::Keys));
    record.recovery = stranger.commitment(Purpose::Recovery, 0);
    assert_eq!(branch.place(&record, Place::default()), Err(Lost::Recovery));
    record.deactivated = true;
    assert_eq!(branch.place(&record, Place::default()), Err(Lost::Ended));
}

#[test]
fn the_last_generation_is_found_and_none_comes_after_it() {
    let last = Place { generation: GENERATIONS_MAX - 1, recoveries: 0 };
    let mut record = created(&branch());
    record.keys = branch().record_keys(last.generation).into_iter().map(crate::scene::held).collect();
    assert_eq!(branch().place(&record, Place::default()), Ok(last));
    assert_eq!(branch().ask_rotate(&record, last, Timestamp(NOW)), Err(Exhausted));
    record.keys = branch().record_keys(GENERATIONS_MAX).into_iter().map(crate::scene::held).collect();
    assert_eq!(branch().place(&record, Place::default()), Err(Lost::Keys));
}
