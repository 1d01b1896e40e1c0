use realdid_client::Untrusted;
use realdid_login::{LoginError, subject};
use realdid_types::*;
use realdid_wallet::*;

use crate::scene::{HOUR, NOW, Scene, created, site, site_record};

#[test]
fn a_login_needs_nothing_but_what_the_wallet_holds() {
    let scene = Scene::new(2);
    let subjects = [1, 2].map(|number| {
        let challenge = scene.challenge(number, 0);
        let response = scene.wallet.answer(&challenge, Timestamp(NOW)).unwrap();
        let login = scene.verify(&challenge, response).unwrap();
        assert_eq!(login.did, scene.wallet.branch(site(number)).did());
        assert_eq!(login.subject, subject(site(number), login.did));
        login.subject
    });
    assert_ne!(subjects[0], subjects[1]);
}

#[test]
fn an_attestation_is_told_only_to_a_site_that_asks_for_one() {
    let mut scene = Scene::new(1);
    let asking = scene.challenge(1, 2);
    assert_eq!(scene.wallet.answer(&asking, Timestamp(NOW)).unwrap_err(), NotReady::NotAttested);
    scene.attest(site(1), 2, NOW + HOUR);

    let response = scene.wallet.answer(&asking, Timestamp(NOW)).unwrap();
    assert_eq!(scene.verify(&asking, response).unwrap().level, Some(2));
    let not_asking = scene.wallet.answer(&scene.challenge(1, 0), Timestamp(NOW)).unwrap();
    assert_eq!(not_asking.bundle.attested, None);

    let error = |level, now| scene.wallet.answer(&scene.challenge(1, level), Timestamp(now)).unwrap_err();
    assert_eq!(error(3, NOW), NotReady::LevelTooLow { found: 2, asked: 3 });
    assert_eq!(error(2, NOW + HOUR), NotReady::AttestationExpired(Timestamp(NOW + HOUR)));
}

#[test]
fn proofs_older_than_the_site_takes_or_of_an_epoch_before_it_are_not_sent() {
    let scene = Scene::new(1);
    let answer = |age_max, epoch| {
        let mut challenge = scene.challenge(1, 0);
        (challenge.age_max, challenge.epoch) = (age_max, Epoch(epoch));
        scene.wallet.answer(&challenge, Timestamp(NOW)).map(|response| response.epochs.len())
    };
    assert_eq!(answer(24 * HOUR, 0), Ok(2));
    assert_eq!(answer(24 * HOUR, 1), Ok(1));
    assert_eq!(answer(24 * HOUR, 2), Ok(0), "epochs that the site knows are left out");
    assert_eq!(answer(24 * HOUR, 3), Err(NotReady::Stale));
    assert_eq!(answer(HOUR, 0), Err(NotReady::Stale), "they are an hour old, and time passes on the way");
    assert_eq!(answer(HOUR + 60_000, 0), Ok(2));
    assert_eq!(answer(0, 0), Err(NotReady::Stale));
    assert_eq!(answer(u64::MAX, 0), Ok(2));
}

#[test]
fn an_old_copy_of_the_wallet_logs_in_until_its_proofs_are_too_old_and_never_after_fetching_new_ones() {
    let mut scene = Scene::new(1);
    let branch = scene.wallet.branch(site(1));
    let record = created(&branch);
    let change = branch.ask_rotate(&record, Place::default(), Timestamp(NOW)).unwrap();
    let Operation::UpdateDid(operation) = change.transaction.transaction.operation else { panic!() };
    let checked = realdid_identity::update::check(&operation, branch.did(), &record, &|_| false).unwrap();
    let (rotated, _) = realdid_identity::update::apply(checked, crate::scene::moment(NOW));
    scene.put(site(1), &rotated);
    let newer = scene.bundle(site(1), &rotated, 200, NOW - 60_000);

    // the old key under new proofs
    let challenge = scene.challenge(1, 0);
    let old_key = branch.key(Purpose::Authentication, 0);
    let response = realdid_login::Response::sign(
        challenge.clone(),
        branch.did(),
        &old_key,
        newer.clone(),
        scene.ledger.steps.clone(),
    );
    assert_eq!(scene.verify(&challenge, response).unwrap_err(), LoginError::KeyNotCurrent);

    // the new one is found by itself
    scene.wallet.take_proofs(site(1), newer, &scene.verifier).unwrap();
    assert_eq!(scene.wallet.identity(site(1)).unwrap().place.generation, 1);
    let response = scene.wallet.answer(&challenge, Timestamp(NOW)).unwrap();
    assert!(scene.verify(&challenge, response).is_ok());
}

#[test]
fn proofs_of_another_did_of_later_epochs_and_older_ones_are_not_taken() {
    let mut scene = Scene::new(2);
    let held = |scene: &Scene, number| scene.wallet.identity(site(number)).unwrap().bundle.clone().unwrap();
    let (one, two) = (held(&scene, 1), held(&scene, 2));
    let take = |scene: &mut Scene, bundle| scene.wallet.take_proofs(site(1), bundle, &scene.verifier);
    assert!(matches!(take(&mut scene, two), Err(NotTaken::Untrusted(Untrusted::Proof(_)))));

    let older = scene.bundle(site(1), &one.record, 99, NOW);
    let expected = NotTaken::Older { found: Height(99), held: Height(100) };
    assert_eq!(take(&mut scene, older), Err(expected));

    scene.wallet.epochs.clear();
    let newer = scene.bundle(site(1), &one.record, 101, NOW);
    let later = Untrusted::OtherEpoch { found: Epoch(2), known: Epoch(0) };
    assert_eq!(take(&mut scene, newer), Err(NotTaken::Untrusted(later)));
    assert_eq!(held(&scene, 1), one);
    assert!(scene.wallet.learn(scene.ledger.steps[1].clone(), &scene.verifier).is_err(), "one is left out");
}

#[test]
fn the_history_holds_what_was_told_and_a_bounded_number_of_logins() {
    let mut scene = Scene::new(1);
    scene.wallet.note_login(&scene.challenge(1, 2), Timestamp(NOW), true);
    let name = site_record(1).site.name;
    let expected = PastLogin { time: Timestamp(NOW), site: site(1), name, level: 2, asked_node: true };
    assert_eq!(scene.wallet.history, std::slice::from_ref(&expected));
    for _ in 0..HISTORY_MAX {
        scene.wallet.note_login(&scene.challenge(1, 0), Timestamp(NOW + 1), false);
    }
    assert_eq!(scene.wallet.history.len(), HISTORY_MAX);
    assert!(!scene.wallet.history.contains(&expected));
}
