//! Attestations and sites: whose word they are, and how long it stands.

use realdid_identity::{Attestation, SiteRecord};
use realdid_state::{QuotaEntry, Refused, Skipped, StateKey};
use realdid_types::{Change, Did, PutMember, Roles, Site, Timestamp};

use crate::{
    governance::decide,
    ledger::{Ledger, organisation, update_of},
    outcomes::world::newcomer,
    people::{attest, deactivate, did, register_site, site, update, update_site, withdraw},
};

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn attested(ledger: &Ledger, did: Did, by: &str) -> Option<Attestation> {
    ledger.entry(&StateKey::Attestation(did, organisation(by)))
}

fn site_of(ledger: &Ledger, did: Did) -> SiteRecord {
    ledger.entry(&StateKey::Site(did)).expect("registered")
}

fn ledger_of(people: &[&str]) -> (Ledger, Timestamp) {
    let mut ledger = Ledger::new();
    ledger.register(people);
    let tomorrow = ledger.now().plus(DAY);
    (ledger, tomorrow)
}

/// One that ended while the batch was made must not cost all the others their attestation.
#[test]
fn whoever_is_not_active_is_passed_over() {
    let (mut ledger, tomorrow) = ledger_of(&["ann", "bob", "gone"]);
    ledger.carry_out([deactivate(did("gone"), &["gone.recovery"])]);
    let since = ledger.now();

    ledger.carry_out([attest("delta", 3, tomorrow, &[did("ann"), did("bob"), did("gone"), did("never")])]);

    for name in ["ann", "bob"] {
        let entry = attested(&ledger, did(name), "delta").expect("attested");
        assert_eq!((entry.level, entry.expires, entry.since.time), (3, tomorrow, since));
    }
    assert_eq!(["gone", "never"].map(|name| attested(&ledger, did(name), "delta")), [None, None]);
}

#[test]
fn an_authority_replaces_and_withdraws_its_own_word_alone() {
    let (mut ledger, tomorrow) = ledger_of(&["ann", "bob"]);
    let roles = Roles { authority: true, operator: false };
    decide(&mut ledger, Change::PutMember(PutMember { roles, ..newcomer("omega") }));
    ledger.carry_out([
        attest("delta", 1, tomorrow, &[did("ann"), did("bob")]),
        attest("omega", 2, tomorrow, &[did("ann")]),
        attest("delta", 3, tomorrow.plus(DAY), &[did("ann")]),
    ]);
    let levels = |ledger: &Ledger| {
        let level = |name, by| attested(ledger, did(name), by).map(|entry| entry.level);
        [level("ann", "delta"), level("ann", "omega"), level("bob", "delta")]
    };
    assert_eq!(levels(&ledger), [Some(3), Some(2), Some(1)]);

    ledger.carry_out([withdraw("delta", &[did("ann"), did("never")])]);
    assert_eq!(levels(&ledger), [None, Some(2), Some(1)]);
}

/// A thousand are not cheaper than a thousand times one.
#[test]
fn an_attestation_costs_what_it_writes() {
    let (mut ledger, tomorrow) = ledger_of(&["ann", "bob", "cid"]);
    let spent = |ledger: &Ledger| {
        ledger.entry::<QuotaEntry>(&StateKey::Quota(organisation("alpha"))).map_or(0, |entry| entry.spent)
    };
    let people = ["ann", "bob", "cid"].map(did);
    for asked in [attest("delta", 2, tomorrow, &people), withdraw("delta", &people)] {
        let before = spent(&ledger);
        ledger.carry_out([asked]);
        assert_eq!(spent(&ledger) - before, 4);
    }
}

#[test]
fn another_operator_can_answer_for_a_site_if_the_site_wants_it() {
    let (mut ledger, _) = ledger_of(&["shop"]);
    let before = site(did("shop"), "Shop");
    ledger.carry_out([register_site("alpha", before.clone(), &["alpha", "shop"])]);
    let registered = site_of(&ledger, did("shop"));

    let closed = Site { closed: true, ..before };
    let against = update_site("beta", closed.clone(), &["beta"]).sign(&ledger);
    ledger.assert_skipped(against, Skipped::NotPossessed);
    ledger.carry_out([update_site("beta", closed.clone(), &["beta", "shop"])]);

    let entry = site_of(&ledger, did("shop"));
    assert_eq!((&entry.site, &entry.operator), (&closed, &organisation("beta")));
    assert_eq!((entry.registered, registered.operator), (registered.registered, organisation("alpha")));
    assert!(entry.updated > registered.updated);
    let again = update_site("beta", closed.clone(), &["beta", "shop"]).sign(&ledger);
    ledger.assert_refused(again, Refused::NoChange);
    ledger.carry_out([update_site("alpha", closed, &["alpha", "shop"])]);
}

#[test]
fn a_site_speaks_with_the_keys_that_it_has_now() {
    let (mut ledger, _) = ledger_of(&["shop"]);
    ledger.carry_out([update(update_of(did("shop"), &["shop.2"], &["shop"]), &["shop", "shop.2"])]);

    let old = register_site("alpha", site(did("shop"), "Shop"), &["alpha", "shop"]).sign(&ledger);
    ledger.assert_skipped(old, Skipped::NotPossessed);
    ledger.carry_out([register_site("alpha", site(did("shop"), "Shop"), &["alpha", "shop.2"])]);
}
