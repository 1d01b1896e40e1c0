//! What is accepted, and what it takes.

use std::collections::BTreeMap;

use realdid_crypto::{Context, Digest, Ed25519Verifier, digest};
use realdid_login::*;
use realdid_types::{Did, Epoch, Timestamp, Wire};

use crate::scene::{AGE, NOW, Scene};

#[test]
fn an_honest_response_logs_in() {
    let scene = Scene::new();
    let login = scene.verify(scene.answer(scene.challenge())).unwrap();
    assert_eq!((login.did, login.level, login.authority), (scene.did, Some(2), Some(scene.authority)));
    assert_eq!((login.height.0, login.time), (100, Timestamp(NOW - AGE)));
}

#[test]
fn who_logs_in_again_is_the_same_and_another_site_calls_them_otherwise() {
    let scene = Scene::new();
    let [first, second] = [0; 2].map(|_| scene.verify(scene.answer(scene.challenge())).unwrap().subject);
    assert_eq!(first, second);
    assert_ne!(first, subject(Did(Digest::from_bytes([8; 32])), scene.did));
    assert_ne!(first.0, scene.did.0);
}

#[test]
fn nothing_of_an_attestation_is_told_that_was_not_asked_for() {
    let scene = Scene::new();
    let challenge = Challenge { level: 0, ..scene.challenge() };
    let epochs = KnownEpochs::new(scene.ledger.light());
    let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: None };
    for attested in [None, scene.bundle().attested] {
        let bundle = Bundle { attested, ..scene.bundle() };
        let response = scene.answer_with(challenge.clone(), &scene.key, bundle);
        let login = verify(&challenge, response, acceptance, &Ed25519Verifier::default()).unwrap();
        assert_eq!((login.level, login.authority), (None, None));
    }
}

#[test]
fn a_site_learns_of_new_validators_from_a_login_and_asks_for_those_from_then_on() {
    let scene = Scene::new();
    let mut epochs = KnownEpochs::new(scene.ledger.light());
    let login = scene.verify(scene.answer(scene.challenge())).unwrap();
    epochs.learn(login.proven);
    assert_eq!(epochs.newest().epoch(), Epoch(2));

    let challenge = Challenge { epoch: Epoch(2), ..scene.challenge() };
    let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: None };
    let (key, bundle) = (&scene.key, scene.bundle());
    let short = Response::sign(challenge.clone(), scene.did, key, bundle, Vec::new());
    assert!(verify(&challenge, short, acceptance, &Ed25519Verifier::default()).is_ok());
    // what was asked before the site knew can be answered still
    let before = scene.challenge();
    assert!(verify(&before, scene.answer(before.clone()), acceptance, &Ed25519Verifier::default()).is_ok());
}

#[test]
fn a_response_is_the_same_after_a_journey() {
    let scene = Scene::new();
    let response = scene.answer(scene.challenge());
    let bytes = response.encode();
    assert_eq!(Response::decode(&bytes).as_ref(), Ok(&response));
    let challenge = scene.challenge();
    assert_eq!(Challenge::decode(&challenge.encode()), Ok(challenge));
}

/// Four validators and two changes of all of them, among a hundred thousand entries.
#[test]
fn a_response_fits_in_eight_kibibytes() {
    let mut scene = Scene::new();
    let others: BTreeMap<Digest, Option<Digest>> = (0..100_000_u32)
        .map(|number| digest(Context::Random, &number.to_le_bytes()))
        .map(|key| (key, Some(key)))
        .collect();
    scene.ledger.put_all(others);
    let response = scene.answer(scene.challenge());
    assert!(scene.verify(response.clone()).is_ok());
    let bytes = response.encode().len();
    assert!(bytes < 8 * 1024, "{bytes} bytes");
}
