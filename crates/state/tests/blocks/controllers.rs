//! Controllers: DIDs that together may act for another one.

use realdid_identity::DidRecord;
use realdid_state::{Refused, Skipped, StateKey};
use realdid_types::{Controllers, CreateDid, Did, UpdateDid};

use crate::{
    ledger::{Ledger, did_of, public, update_of},
    people::{
        Asked, committed, controllers, create, deactivate, did, person, recover, recovery, service, update,
    },
};

const BOARD: [&str; 3] = ["ann", "bob", "cid"];

/// A DID that so many of the board control.
fn firm(threshold: u32) -> CreateDid {
    CreateDid { controllers: Some(controllers(&BOARD.map(did), threshold)), ..person("firm") }
}

fn ledger_with(firm: CreateDid) -> (Ledger, Did) {
    let mut ledger = Ledger::new();
    ledger.register(&BOARD);
    let did = did_of(&firm);
    ledger.carry_out([create(firm, "firm")]);
    (ledger, did)
}

/// A change that anybody who may act for the DID can ask for.
fn change(did: Did, number: u32, signers: &[&str]) -> Asked {
    let add_services = vec![service(&format!("s{number}"))];
    update(UpdateDid { add_services, ..update_of(did, &[], &[]) }, signers)
}

fn named(did: Did, next: Controllers, signers: &[&str]) -> Asked {
    update(UpdateDid { controllers: Some(next), ..update_of(did, &[], &[]) }, signers)
}

fn assert_no_power(ledger: &mut Ledger, asked: &Asked) {
    let signed = asked.sign(ledger);
    ledger.assert_skipped(signed, Skipped::NotAuthorised);
}

fn controllers_of(ledger: &Ledger, did: Did) -> Option<Controllers> {
    ledger.entry::<DidRecord>(&StateKey::Record(did)).expect("created").controllers
}

/// For every threshold and every part of the board.
#[test]
fn as_many_controllers_as_the_threshold_says_may_act_and_no_fewer() {
    for threshold in 1..=3 {
        for part in 1..8_u32 {
            let (mut ledger, firm) = ledger_with(firm(threshold));
            let signers: Vec<&str> =
                (0..3).filter(|bit| part >> bit & 1 == 1).map(|bit| BOARD[bit]).collect();
            let both = [change(firm, 1, &signers), deactivate(firm, &signers)];
            if signers.len() as u32 >= threshold {
                ledger.carry_out(both);
                assert!(ledger.record(firm).expect("created").deactivated);
            } else {
                both.iter().for_each(|asked| assert_no_power(&mut ledger, asked));
            }
        }
    }
}

/// One controller is one voice, however many keys it has; and a key that logs in says nothing.
#[test]
fn controllers_count_and_not_signatures() {
    let (mut ledger, firm) = ledger_with(firm(2));
    let second = update(update_of(did("ann"), &["ann.b"], &[]), &["ann", "ann.b"]);
    ledger.carry_out([second]);

    assert_no_power(&mut ledger, &change(firm, 1, &["ann", "ann.b"]));
    assert_no_power(&mut ledger, &change(firm, 1, &["ann", "bob.login", "cid.login"]));
    ledger.carry_out([change(firm, 1, &["ann.b", "cid"])]);
}

#[test]
fn a_controller_acts_with_the_keys_that_it_has_now() {
    let (mut ledger, firm) = ledger_with(firm(1));
    let rotation = update(update_of(did("ann"), &["ann.2"], &["ann"]), &["ann", "ann.2"]);
    ledger.carry_out([rotation]);

    assert_no_power(&mut ledger, &change(firm, 1, &["ann"]));
    ledger.carry_out([change(firm, 1, &["ann.2"])]);
}

#[test]
fn a_controller_that_has_ended_or_never_was_does_not_count() {
    let (mut ledger, firm) = ledger_with(firm(2));
    ledger.carry_out([deactivate(did("ann"), &["ann.recovery"])]);

    assert_no_power(&mut ledger, &change(firm, 1, &["ann", "ann.recovery", "bob"]));
    ledger.carry_out([change(firm, 1, &["bob", "cid"])]);

    let never = CreateDid { controllers: Some(controllers(&[did("eve"), did("bob")], 2)), ..person("shop") };
    let shop = did_of(&never);
    ledger.carry_out([create(never, "shop")]);
    assert_no_power(&mut ledger, &change(shop, 1, &["eve", "bob"]));
}

/// Who decides is to be seen in one step: the board of a firm does not act for what the firm controls.
#[test]
fn the_controllers_of_a_controller_do_not_count() {
    let (mut ledger, firm) = ledger_with(firm(1));
    let branch = CreateDid { controllers: Some(controllers(&[firm], 1)), ..person("shop") };
    let branch_did = did_of(&branch);
    ledger.carry_out([create(branch, "shop")]);

    assert_no_power(&mut ledger, &change(branch_did, 1, &BOARD));
    assert_no_power(&mut ledger, &deactivate(branch_did, &BOARD));
    ledger.carry_out([change(branch_did, 1, &["firm"])]);
}

/// Otherwise whoever steals one could put itself above the recovery key.
#[test]
fn an_invocation_key_changes_anything_but_the_controllers() {
    let (mut ledger, firm) = ledger_with(firm(2));
    ledger.carry_out([change(firm, 1, &["firm"])]);
    let own = [
        controllers(&[did("eve")], 1),
        controllers(&BOARD.map(did), 1),
        controllers(&BOARD.map(did), 2),
        Controllers::default(),
    ];
    for next in own {
        assert_no_power(&mut ledger, &named(firm, next.clone(), &["firm"]));
        assert_no_power(&mut ledger, &named(firm, next, &["firm", "ann"]));
    }
    let alone = did("ann");
    assert_no_power(&mut ledger, &named(alone, controllers(&[did("bob")], 1), &["ann"]));
}

#[test]
fn the_threshold_changes_the_controllers_and_can_leave() {
    let (mut ledger, firm) = ledger_with(firm(2));
    ledger.carry_out([named(firm, controllers(&[did("bob"), did("cid")], 1), &["ann", "bob"])]);
    assert_no_power(&mut ledger, &change(firm, 1, &["ann"]));
    ledger.carry_out([change(firm, 1, &["cid"])]);

    ledger.carry_out([named(firm, Controllers::default(), &["cid"])]);

    assert_eq!(controllers_of(&ledger, firm), None);
    for asked in [change(firm, 2, &BOARD), deactivate(firm, &BOARD)] {
        assert_no_power(&mut ledger, &asked);
    }
}

/// "None of them must sign" would be anybody.
#[test]
fn no_controllers_at_all_are_nobody() {
    let empty = Some(Controllers::default());
    let (mut ledger, firm) = ledger_with(CreateDid { controllers: empty.clone(), ..person("firm") });
    assert_eq!(controllers_of(&ledger, firm), None);
    assert_no_power(&mut ledger, &change(firm, 1, &["eve"]));
    assert_no_power(&mut ledger, &deactivate(firm, &["eve"]));

    let recovered = realdid_types::RecoverDid { controllers: empty, ..recovery(firm, "firm.2") };
    ledger.carry_out([recover(recovered, &["firm.recovery", "firm.2"])]);

    assert_eq!(controllers_of(&ledger, firm), None);
    assert_no_power(&mut ledger, &change(firm, 1, &["eve"]));
}

/// They neither see the recovery key nor choose another; and it is what their power ends by.
#[test]
fn controllers_cannot_recover_and_a_recovery_replaces_them() {
    let (mut ledger, firm) = ledger_with(firm(1));
    assert_no_power(&mut ledger, &recover(recovery(firm, "ann.x"), &["ann", "bob", "cid", "ann.x"]));

    ledger.carry_out([recover(recovery(firm, "firm.2"), &["firm.recovery", "firm.2"])]);

    assert_eq!(controllers_of(&ledger, firm), None);
    assert_no_power(&mut ledger, &change(firm, 1, &BOARD));
}

/// The commitment protects against controllers too, and their keys never become the DID's.
#[test]
fn controllers_rotate_keys_as_the_record_allows() {
    let (mut ledger, firm) = ledger_with(CreateDid { next_key: committed("firm.2"), ..firm(2) });
    let other = UpdateDid { next_key: committed("firm.2"), ..update_of(firm, &["firm.3"], &["firm"]) };
    let signed = update(other, &["ann", "bob", "firm.3"]).sign(&ledger);
    ledger.assert_refused(signed, Refused::NotCommitted);

    let unheld = update(update_of(firm, &["firm.2"], &["firm"]), &["ann", "bob"]).sign(&ledger);
    ledger.assert_skipped(unheld, Skipped::NotPossessed);
    ledger.carry_out([update(update_of(firm, &["firm.2"], &["firm"]), &["ann", "bob", "firm.2"])]);

    let record = ledger.record(firm).expect("created");
    assert!(record.may_invoke(&public("firm.2")) && !record.holds(&public("ann")));
}

/// A site is spoken for by its own keys.
#[test]
fn controllers_register_no_site() {
    let (mut ledger, firm) = ledger_with(firm(1));
    let site = crate::people::site(firm, "Firm");
    let by_board = crate::people::register_site("alpha", site, &["alpha", "ann", "bob", "cid"]);
    let signed = by_board.sign(&ledger);
    ledger.assert_skipped(signed, Skipped::NotPossessed);
}
