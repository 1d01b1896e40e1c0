//! Keys that are replaced, stolen and declared compromised: what still counts, and what a thief cannot do.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use realdid_crypto::Digest;
use realdid_identity::{DidRecord, ReplacedKey};
use realdid_state::{Outcome, Refused, Skipped, StateKey, past_key};
use realdid_types::{
    CompromisedKey, Controllers, CreateDid, DeactivateDid, Did, Operation, RecoverDid, Sender, Sequence,
    Service, ServiceName, Timestamp, Transaction, UpdateDid, Wire,
};

use crate::{
    ledger::{Ledger, did_key, did_of, public, signed_by, update_of},
    people::{
        Asked, committed, compromised, controllers, deactivate, did, invoking, person, recover, recovery,
        register_site, service, site, update, withdraw,
    },
};

/// Whether what this key signed counts, if a block or a proof shows that it was there at this time.
fn counts(ledger: &Ledger, did: Did, key: &str, time: Timestamp) -> bool {
    let record = ledger.record(did).expect("created");
    let held = record.keys.iter().find(|held| held.key.key == public(key));
    let replaced: Option<ReplacedKey> = ledger.entry(&StateKey::ReplacedKey(did, public(key)));
    held.is_some_and(|held| held.counts_at(time)) || replaced.is_some_and(|entry| entry.counts_at(time))
}

fn rotation(from: &str, to: &str) -> Asked {
    update(update_of(did("ann"), &[to], &[from]), &[from, to])
}

fn recovered(change: impl FnOnce(&mut RecoverDid)) -> Asked {
    let mut operation = recovery(did("ann"), "ann.new");
    change(&mut operation);
    recover(operation, &["ann.recovery", "ann.new"])
}

/// Ann from `start` on, who rotates twice, a minute in between, and the times of the two blocks.
fn rotated_twice() -> (Ledger, [u64; 3]) {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let start = ledger.tip.time.0;
    ledger.pause = 60_000;
    ledger.carry_out([rotation("ann", "ann.2")]);
    let first = ledger.tip.time.0;
    ledger.carry_out([rotation("ann.2", "ann.3")]);
    let second = ledger.tip.time.0;
    (ledger, [start, first, second])
}

#[test]
fn what_a_rotated_key_signed_counts_at_its_time_and_not_afterwards() {
    let (ledger, [start, first, second]) = rotated_twice();
    for (key, from, until) in [("ann", start, first), ("ann.2", first, second), ("ann.3", second, u64::MAX)] {
        for time in [0, start - 1, start, first - 1, first, second - 1, second, second + 1, u64::MAX - 1] {
            let expected = (from..until).contains(&time);
            assert_eq!(counts(&ledger, did("ann"), key, Timestamp(time)), expected, "{key} at {time}");
        }
    }
}

#[test]
fn what_a_compromised_key_signed_from_then_on_counts_no_more() {
    let (mut ledger, [start, first, second]) = rotated_twice();
    let doubts = [("ann", first - 10_000), ("ann.2", first), ("ann.3", second + 1_000)];
    let mut declared: Vec<CompromisedKey> =
        doubts.iter().map(|(key, since)| compromised(key, Timestamp(*since))).collect();
    declared.sort_by_key(|one| one.key);
    ledger.carry_out([recovered(|operation| operation.compromised = declared)]);

    let end = ledger.tip.time.0;
    let times =
        [start, first - 10_001, first - 10_000, first, second, second + 999, second + 1_000, end, end + 1];
    let counting = |key| times.map(|time| counts(&ledger, did("ann"), key, Timestamp(time)));
    assert_eq!(counting("ann"), [true, true, false, false, false, false, false, false, false]);
    assert_eq!(counting("ann.2"), [false; 9], "from its first moment on");
    assert_eq!(counting("ann.3"), [false, false, false, false, true, true, false, false, false]);
    assert_eq!(counting("ann.new"), [false, false, false, false, false, false, false, true, true]);
}

/// Lost is not stolen.
#[test]
fn a_recovery_that_declares_nothing_merely_replaces() {
    let (mut ledger, [_, _, second]) = rotated_twice();
    ledger.carry_out([recovered(|_| ())]);

    let end = ledger.tip.time.0;
    let counting = [second, end - 1, end].map(|time| counts(&ledger, did("ann"), "ann.3", Timestamp(time)));
    assert_eq!(counting, [true, true, false]);
}

/// Nobody makes a stolen key good again by a second declaration; going further back is possible.
#[test]
fn a_declaration_is_never_taken_back() {
    let (mut ledger, [start, first, _]) = rotated_twice();
    let declare = |since| vec![compromised("ann", Timestamp(since))];
    ledger.carry_out([recovered(|operation| operation.compromised = declare(first - 10_000))]);
    let again = |to: &str, since| RecoverDid { compromised: declare(since), ..recovery(did("ann"), to) };

    ledger.carry_out([recover(again("b", first - 1), &["ann.new.recovery", "b"])]);
    assert!(!counts(&ledger, did("ann"), "ann", Timestamp(first - 10_000)));
    ledger.carry_out([recover(again("c", start + 1), &["b.recovery", "c"])]);
    assert!(!counts(&ledger, did("ann"), "ann", Timestamp(start + 1)));
    assert!(counts(&ledger, did("ann"), "ann", Timestamp(start)));
    ledger.carry_out([recover(again("d", 0), &["c.recovery", "d"])]);
    assert!(
        !counts(&ledger, did("ann"), "ann", Timestamp(start)),
        "zero is the beginning of time, not never"
    );
}

#[test]
fn the_keys_of_a_did_that_ended_count_as_if_they_were_rotated_or_compromised_then() {
    for doubt in [None, Some(30_000)] {
        let (mut ledger, [_, _, second]) = rotated_twice();
        let since = |doubt: u64| compromised("ann.3", Timestamp(second + doubt));
        let declared = doubt.into_iter().map(since).collect();
        let operation = DeactivateDid { did: did("ann"), compromised: declared };
        let sender = Sender::Did(did("ann"));
        ledger.carry_out([Asked::new(sender, Operation::DeactivateDid(operation), &["ann.recovery"])]);

        let end = ledger.tip.time.0;
        let last = second + doubt.unwrap_or(end - second);
        let counting =
            [second, last - 1, last, end].map(|time| counts(&ledger, did("ann"), "ann.3", Timestamp(time)));
        assert_eq!(counting, [true, true, false, false]);
    }
}

/// A key of a block's own doing was never there at any time that anybody could show.
#[test]
fn a_key_that_comes_and_goes_in_one_block_counts_at_no_time() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let first = rotation("ann", "ann.2").sign(&ledger);
    let mut second = rotation("ann.2", "ann.3").sign(&ledger).transaction;
    second.sequence = second.sequence.next();
    ledger.apply(vec![first, signed_by(second, &["ann.2", "ann.3"])]);

    let now = ledger.tip.time;
    assert!([now.0 - 1, now.0, now.0 + 1].iter().all(|at| !counts(
        &ledger,
        did("ann"),
        "ann.2",
        Timestamp(*at)
    )));
    assert!(counts(&ledger, did("ann"), "ann.3", now));
}

/// What a thief tries.
#[derive(Clone, Debug)]
enum Act {
    /// Of what the record allows, if the thief thinks before.
    Update {
        thinks: bool,
        add: Vec<(u8, bool)>,
        remove: Vec<u8>,
        next: u8,
        services: Vec<u8>,
        drop: Vec<u8>,
        own: u8,
    },
    Recover {
        to: u8,
        declare: Vec<u8>,
    },
    Deactivate,
    Site,
}

/// Keys that are stolen or the thief's own, and one that is neither, by number.
fn key_name(number: u8) -> String {
    match number % 9 {
        0 => "ann".to_owned(),
        1 => "ann.login".to_owned(),
        2 => "ann.phone".to_owned(),
        number => format!("thief.{number}"),
    }
}

fn act() -> impl Strategy<Value = Act> {
    let keys = || prop::collection::vec((0..9_u8, any::<bool>()), 0..3);
    let few = |end: u8| prop::collection::vec(0..end, 0..3);
    prop_oneof![
        12 => (0..4_u8, keys(), few(9), 0..8_u8, few(4), few(4), 0..24_u8)
            .prop_map(|(thinks, add, remove, next, services, drop, own)| Act::Update {
                thinks: thinks > 0, add, remove, next, services, drop, own,
            }),
        1 => (0..9_u8, few(9)).prop_map(|(to, declare)| Act::Recover { to, declare }),
        1 => Just(Act::Deactivate),
        1 => Just(Act::Site),
    ]
}

/// Ann with a login key and a second device, who may have committed to a next key and named a controller.
fn victim(bound: bool, with_controller: bool) -> CreateDid {
    let mut keys = person("ann").keys;
    keys.push(did_key("ann.phone", true));
    keys.sort();
    CreateDid {
        keys,
        next_key: if bound { committed("ann.next") } else { Digest::ZERO },
        controllers: with_controller.then(|| controllers(&[did("bob")], 1)),
        ..person("ann")
    }
}

fn ledger_with(victim: &CreateDid) -> (Ledger, Did) {
    let mut ledger = Ledger::new();
    ledger.register(&["bob", "eve"]);
    let sender = Sender::Did(did_of(victim));
    let operation = Operation::CreateDid(victim.clone());
    ledger.carry_out([Asked::new(sender, operation, &["ann", "ann.login", "ann.phone"])]);
    (ledger, did_of(victim))
}

fn sorted_names(numbers: &[u8]) -> Vec<String> {
    numbers.iter().map(|number| key_name(*number)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What a thief asks for, signed by every key in `with`.
fn asked(act: &Act, victim: Did, record: &DidRecord, now: Timestamp, with: &[String]) -> Asked {
    let with: Vec<&str> = with.iter().map(String::as_str).collect();
    match act {
        Act::Update { thinks, add, remove, next, services, drop, own } => {
            let bound = record.next_key != Digest::ZERO;
            let held = |name: &String| record.holds(&public(name));
            let added: BTreeMap<String, bool> = add
                .iter()
                .map(|(key, invoking)| (key_name(*key), *invoking && !(*thinks && bound)))
                .filter(|(name, _)| !(*thinks && held(name)))
                .collect();
            let mut operation = update_of(victim, &[], &[]);
            operation.add = added.iter().map(|(name, invoking)| did_key(name, *invoking)).collect();
            operation.add.sort();
            let removed = sorted_names(remove).into_iter().filter(|name| !*thinks || held(name));
            operation.remove = removed.map(|name| public(&name)).collect();
            operation.remove.sort();
            operation.next_key = match next {
                0 => Digest::ZERO,
                1 => record.recovery,
                2 => committed("thief.next"),
                _ => record.next_key,
            };
            let named = |numbers: &[u8]| -> BTreeMap<ServiceName, Service> {
                let services = numbers.iter().map(|number| service(&format!("s{number}")));
                services.map(|service| (service.name.clone(), service)).collect()
            };
            let known = |name: &ServiceName| record.services.iter().any(|service| service.name == *name);
            operation.add_services = named(services).into_values().collect();
            operation.remove_services =
                named(drop).into_keys().filter(|name| !*thinks || known(name)).collect();
            operation.controllers = match own {
                0 => Some(controllers(&[did("eve")], 1)),
                1 => Some(Controllers::default()),
                _ => None,
            };
            update(operation, &with)
        }
        Act::Recover { to, declare } => {
            let mut operation = recovery(victim, &key_name(*to));
            operation.compromised = sorted_names(declare).iter().map(|name| compromised(name, now)).collect();
            operation.compromised.sort_by_key(|one| one.key);
            recover(operation, &with)
        }
        Act::Deactivate => deactivate(victim, &with),
        Act::Site => {
            let by = [vec!["alpha"], with].concat();
            register_site("alpha", site(victim, "Shop"), &by)
        }
    }
}

fn run(cases: u32, test: impl Fn(bool, bool, Vec<Act>)) {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let input = (any::<bool>(), any::<bool>(), prop::collection::vec(act(), 1..16));
    let outcome = runner.run(&input, |(bound, with_controller, acts)| {
        test(bound, with_controller, acts);
        Ok(())
    });
    outcome.expect("holds for every thief");
}

/// All keys that a thief of everything but the recovery key can sign with.
fn all_of_the_thief() -> Vec<String> {
    (0..9).map(key_name).chain(["eve".to_owned(), "thief.next".to_owned()]).collect()
}

#[test]
fn a_stolen_login_key_changes_nothing() {
    run(40, |bound, with_controller, acts| {
        let (mut ledger, victim) = ledger_with(&victim(bound, with_controller));
        let with: Vec<String> = all_of_the_thief()
            .into_iter()
            .filter(|name| !matches!(name.as_str(), "ann" | "ann.phone"))
            .collect();
        let before = ledger.record(victim);
        for act in acts {
            let asked = asked(&act, victim, before.as_ref().expect("created"), ledger.tip.time, &with);
            let signed = asked.sign(&ledger);
            let outcome = ledger.include(vec![signed]);
            assert!(matches!(outcome[..], [Outcome::Skipped(_)]), "{act:?}: {outcome:?}");
        }
        assert_eq!(ledger.record(victim), before);
    });
}

/// Whatever thieves of all keys but the recovery key did: the recovery works, and leaves nothing of theirs.
#[test]
fn a_stolen_invocation_key_does_not_outlive_a_recovery() {
    let (applied, refused) = (Cell::new(0), Cell::new(0));
    run(60, |bound, with_controller, acts| {
        let (mut ledger, victim) = ledger_with(&victim(bound, with_controller));
        for act in acts {
            let record = ledger.record(victim).expect("created");
            let signed = asked(&act, victim, &record, ledger.tip.time, &all_of_the_thief()).sign(&ledger);
            let outcome = ledger.include(vec![signed])[0];
            applied.set(applied.get() + u32::from(outcome == Outcome::Applied));
            refused.set(refused.get() + u32::from(matches!(outcome, Outcome::Refused(_))));
            if matches!(act, Act::Recover { .. } | Act::Deactivate) {
                assert_eq!(outcome, Outcome::Skipped(Skipped::NotAuthorised), "{act:?}");
            }
        }
        let now = ledger.tip.time;
        let held = ledger.record(victim).expect("created").keys;
        let declared = held.iter().map(|held| CompromisedKey { key: held.key.key, since: now }).collect();
        let operation = RecoverDid { compromised: declared, ..recovery(victim, "ann.new") };
        ledger.carry_out([recover(operation, &["ann.recovery", "ann.new"])]);

        let record = ledger.record(victim).expect("created");
        assert_eq!(
            record.keys.iter().map(|held| held.key.clone()).collect::<Vec<_>>(),
            invoking(&["ann.new"])
        );
        let left = (record.recovery, record.next_key, &record.controllers, &record.services);
        assert_eq!(left, (committed("ann.new.recovery"), Digest::ZERO, &None, &Vec::new()));
        assert!(held.iter().all(|held| {
            let entry: ReplacedKey =
                ledger.entry(&StateKey::ReplacedKey(victim, held.key.key)).expect("retired");
            !entry.counts_at(now)
        }));
        assert_powerless(&mut ledger, victim);
    });
    assert!(
        applied.get() > 60 && refused.get() > 60,
        "{applied:?} acts of thieves succeeded, {refused:?} failed"
    );
}

/// With all keys that they ever had, thieves get nothing done any more.
fn assert_powerless(ledger: &mut Ledger, victim: Did) {
    let before = ledger.record(victim);
    let by = |name: &str| {
        let names = [all_of_the_thief(), vec![name.to_owned()]].concat();
        names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>()
    };
    let with = by("thief.late");
    let with: Vec<&str> = with.iter().map(String::as_str).collect();
    let add = update(update_of(victim, &["thief.late"], &[]), &with);
    let services = UpdateDid { add_services: vec![service("late")], ..update_of(victim, &[], &[]) };
    let back = recover(recovery(victim, "thief.late"), &with);
    for asked in [add, update(services, &with), back, deactivate(victim, &with)] {
        let signed = asked.sign(ledger);
        ledger.assert_skipped(signed, Skipped::NotAuthorised);
    }
    let shop = register_site("alpha", site(victim, "Shop"), &[vec!["alpha"], with].concat()).sign(ledger);
    ledger.assert_skipped(shop, Skipped::NotPossessed);
    assert_eq!(ledger.record(victim), before);
}

/// Whoever has the recovery key signs for the next few numbers; a thief cannot use all of them up in time.
#[test]
fn a_thief_who_is_first_in_the_block_is_outrun_by_a_recovery_of_the_next_number() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let theft = update(update_of(did("ann"), &["thief"], &["ann"]), &["ann", "thief"]).sign(&ledger);
    let numbered = |ahead: u64| {
        let mut transaction = recovered(|_| ()).sign(&ledger).transaction;
        transaction.sequence = Sequence(transaction.sequence.0 + ahead);
        signed_by(transaction, &["ann.recovery", "ann.new"])
    };
    let (this, next) = (numbered(0), numbered(1));

    let outcomes = ledger.include(vec![theft, this, next]);

    let used = Outcome::Skipped(Skipped::SequenceUsed);
    assert_eq!(outcomes, [Outcome::Applied, used, Outcome::Applied]);
    assert!(!ledger.record(did("ann")).expect("created").holds(&public("thief")));
}

/// An attestation is the authority's word, and no key of the person's takes it away.
#[test]
fn a_thief_cannot_withdraw_an_attestation() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let tomorrow = ledger.now().plus(86_400_000);
    ledger.carry_out([crate::people::attest("delta", 3, tomorrow, &[did("ann")])]);
    let by_thief = withdraw("delta", &[did("ann")]).by(&["ann", "ann.login"]).sign(&ledger);
    ledger.assert_skipped(by_thief, Skipped::NotAuthorised);
}

const ROTATIONS: u64 = 1_000;

fn rotations(ledger: &Ledger, from: u64, count: u64) -> Vec<realdid_types::SignedTransaction> {
    let first = ledger.next_sequence(&Sender::Did(did("ann"))).0;
    let name = |number: u64| if number == 0 { "ann".to_owned() } else { format!("ann.{number}") };
    (from..from + count)
        .map(|number| {
            let (old, new) = (name(number), name(number + 1));
            let transaction = rotation(&old, &new).sign(ledger).transaction;
            let sequence = Sequence(first + number - from);
            signed_by(Transaction { sequence, ..transaction }, &[&old, &new])
        })
        .collect()
}

#[test]
fn a_did_that_rotated_a_thousand_times_is_no_larger_and_every_version_of_it_is_proven() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let (mut past, mut first_size) = (BTreeMap::new(), None);
    for from in [0].into_iter().chain((1..ROTATIONS).step_by(111)) {
        let count = if from == 0 { 1 } else { 111.min(ROTATIONS - from) };
        let batch = ledger.batch("beta", rotations(&ledger, from, count));
        let (execution, outcomes) = ledger.run(vec![batch]);
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
        assert_eq!(execution.past.len() as u64, count, "each version that went is kept");
        past.extend(execution.past);
        first_size.get_or_insert(ledger.record(did("ann")).expect("created").encode().len());
        // a refusal between two versions breaks no chain
        let nothing =
            update(update_of(did("ann"), &[], &[]), &[&format!("ann.{}", from + count)]).sign(&ledger);
        ledger.assert_refused(nothing, Refused::NoChange);
    }
    let record = ledger.record(did("ann")).expect("created");
    assert_eq!((record.version, record.keys.len()), (ROTATIONS + 1, 2));
    // its four growing numbers (version, sequence, time and height) take a byte or two more than they did
    let (first, last) = (first_size.expect("rotated"), record.encode().len());
    assert!(last <= first + 6, "{first} bytes grew to {last}");

    let mut newer = record;
    while newer.version > 1 {
        let bytes = past.remove(&past_key(did("ann"), newer.version - 1)).expect("kept");
        let older = DidRecord::decode(&bytes).expect("a record");
        assert_eq!(newer.previous, Some(older.digest()), "version {}", newer.version);
        assert_eq!(older.version + 1, newer.version);
        newer = older;
    }
    assert_eq!((newer.previous, past.len()), (None, 0));

    let back = update(update_of(did("ann"), &["ann.500"], &[]), &["ann.1000", "ann.500"]).sign(&ledger);
    ledger.assert_refused(back, Refused::KeyReplaced);
    ledger.carry_out([rotation("ann.1000", "ann.1001")]);
}

/// Whoever shows another past than the ledger's is found out at the first link.
#[test]
fn a_past_version_that_was_tampered_with_does_not_fit() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let signed = rotation("ann", "ann.2").sign(&ledger);
    let batch = ledger.batch("alpha", vec![signed]);
    let (execution, _) = ledger.run(vec![batch]);
    let bytes = execution.past.get(&past_key(did("ann"), 1)).expect("kept");
    let (genuine, record) =
        (DidRecord::decode(bytes).expect("a record"), ledger.record(did("ann")).expect("created"));

    let forged = DidRecord { keys: record.keys.clone(), ..genuine.clone() };
    let later = DidRecord { next_sequence: genuine.next_sequence.next(), ..genuine.clone() };

    assert_eq!(record.previous, Some(genuine.digest()));
    assert!([forged, later].iter().all(|other| record.previous != Some(other.digest())));
}
