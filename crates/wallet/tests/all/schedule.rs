use std::collections::BTreeSet;

use realdid_types::{Did, Timestamp};
use realdid_wallet::*;

use crate::scene::{HOUR, NOW, Scene, numbers, site};

/// Each thing that is looked up draws from numbers of its own, as from the operating system's it would.
fn fetches(scene: &mut Scene, until: u64, logins: bool) -> Vec<(Timestamp, Look)> {
    let mut fetched = Vec::new();
    let mut draws: Vec<(Look, Box<dyn FnMut() -> u64>)> = Vec::new();
    for number in [1, 2] {
        for look in [Look::Proofs(site(number)), Look::Site(site(number))] {
            draws.push((look, Box::new(numbers(draws.len() as u64 * 77 + 5))));
        }
    }
    while let Some((at, look)) = scene.wallet.next_look().filter(|(at, _)| at.0 < until) {
        if logins {
            scene.wallet.note_login(&scene.challenge(1, 0), at, false);
            scene.wallet.answer(&scene.challenge(2, 0), at).ok();
        }
        let (_, draw) = draws.iter_mut().find(|(one, _)| *one == look).unwrap();
        scene.wallet.schedule(look, at, draw());
        fetched.push((at, look));
    }
    fetched
}

#[test]
fn when_something_is_fetched_does_not_depend_on_logins() {
    let until = NOW + 2_000 * HOUR;
    let without = fetches(&mut Scene::new(2), until, false);
    assert!(without.len() > 1_000, "{}", without.len());
    assert_eq!(fetches(&mut Scene::new(2), until, true), without);
}

#[test]
fn proofs_are_never_older_than_half_of_what_may_be_and_each_did_has_times_of_its_own() {
    let fetched = fetches(&mut Scene::new(2), NOW + 20_000 * HOUR, false);
    let of = |did: Did| {
        let times = fetched.iter().filter(|(_, look)| *look == Look::Proofs(did));
        times.map(|(at, _)| at.0).collect::<Vec<_>>()
    };
    let (one, two) = (of(site(1)), of(site(2)));
    for times in [&one, &two] {
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] < FRESHNESS / 2));
    }
    // with times of their own, one of two DIDs is fetched within five minutes of the other in one of 36 cases
    let near = one.iter().filter(|at| two.iter().any(|other| other.abs_diff(**at) < 5 * 60_000)).count();
    let expected = one.len() / 36;
    assert!((expected / 2..expected * 2).contains(&near), "{near} of {}", one.len());
}

#[test]
fn a_site_that_asks_for_fresher_proofs_gets_them_up_to_a_bound() {
    let mut scene = Scene::new(1);
    let freshness = |scene: &mut Scene, age_max| {
        let mut challenge = scene.challenge(1, 0);
        challenge.age_max = age_max;
        scene.wallet.note_login(&challenge, Timestamp(NOW), false);
        scene.wallet.identity(site(1)).unwrap().freshness
    };
    assert_eq!(freshness(&mut scene, u64::MAX), FRESHNESS);
    assert_eq!(freshness(&mut scene, HOUR), HOUR);
    assert_eq!(freshness(&mut scene, 2 * HOUR), HOUR);
    assert_eq!(freshness(&mut scene, 0), FRESHNESS_MIN);
    scene.wallet.schedule(Look::Proofs(site(1)), Timestamp(NOW), u64::MAX);
    let due = scene.wallet.identity(site(1)).unwrap().due.0;
    assert!((NOW..NOW + FRESHNESS_MIN / 2).contains(&due));
}

#[test]
fn what_is_overdue_is_not_fetched_together() {
    let mut scene = Scene::new(20);
    let now = Timestamp(NOW + 1_000 * HOUR);
    scene.wallet.part_overdue(now, &mut numbers(1));
    let dues: BTreeSet<u64> =
        scene.wallet.identities.iter().flat_map(|identity| [identity.due.0, identity.site_due.0]).collect();
    assert_eq!(dues.len(), 40);
    assert!(dues.iter().all(|due| (now.0..now.0 + HOUR).contains(due)));
    // what is not due yet stays
    let before = scene.wallet.clone();
    scene.wallet.part_overdue(now, &mut numbers(2));
    assert_eq!(scene.wallet, before);
}

#[test]
fn a_did_that_is_not_on_the_ledger_yet_has_no_proofs_to_fetch() {
    let mut scene = Scene::new(1);
    let identity = scene.wallet.identity_mut(site(1)).unwrap();
    // due before anything else
    identity.due = Timestamp(0);
    assert_eq!(scene.wallet.next_look(), Some((Timestamp(0), Look::Proofs(site(1)))));
    scene.wallet.identity_mut(site(1)).unwrap().made = false;
    assert!(matches!(scene.wallet.next_look(), Some((_, Look::Site(_)))));
}

#[test]
fn a_did_that_was_made_within_a_day_before_is_known() {
    assert!(!Scene::new(0).wallet.made_lately(Timestamp(NOW)));
    // it was made a day before
    let scene = Scene::new(1);
    assert!(scene.wallet.made_lately(Timestamp(NOW - 1)));
    assert!(!scene.wallet.made_lately(Timestamp(NOW)));
}

#[test]
fn a_bucket_narrows_to_the_did_digit_by_digit_and_no_further() {
    let did = site(0xab);
    let mut bucket = Bucket::all();
    let mut seen = 0;
    while let Some(narrower) = bucket.narrowed(did) {
        assert!(narrower.holds(did) && narrower.digits().len() == bucket.digits().len() + 1);
        assert!(!narrower.holds(site(0xbb)) || narrower.digits().is_empty());
        (bucket, seen) = (narrower, seen + 1);
    }
    assert_eq!((seen, bucket.digits()), (64, "ab".repeat(32).as_str()));
    assert_eq!(Bucket::all().narrowed(did).unwrap().narrowed(site(0xbb)), None);
}
