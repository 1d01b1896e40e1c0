//! How large a response is, and how many a site verifies: `cargo run --release -p realdid-login --example logins`

#![expect(clippy::disallowed_methods, reason = "it measures")]

#[path = "../tests/all/ledger.rs"]
mod ledger;
#[path = "../tests/all/scene.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod scene;

use std::{
    hint::black_box,
    ops::Range,
    time::{Duration, Instant},
};

use realdid_crypto::{Context, Ed25519Verifier, digest, verify_one};
use realdid_login::*;
use realdid_types::{Epoch, Timestamp, Wire};
use scene::{NOW, Scene};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(2);

fn main() {
    let mut scene = Scene::new();
    let mut entries = 0;
    for wanted in [10_000_u32, 100_000, 1_000_000] {
        fill(&mut scene, entries..wanted);
        entries = wanted;
        let Bundle { proof, attested, .. } = scene.bundle();
        let attested = attested.expect("an attestation");
        let proofs = [proof, attested.attestation.proof, attested.member.proof];
        let response = scene.answer(scene.challenge()).encode();
        println!(
            "{wanted:>9} entries: response {} bytes with two changes of validators, {} without; proofs {:?} bytes",
            response.len(),
            without_changes(&scene).encode().len(),
            proofs.map(|proof| proof.0.encode().len()),
        );
    }
    measure(&scene);
}

fn fill(scene: &mut Scene, numbers: Range<u32>) {
    let keys = numbers.map(|number| digest(Context::Random, &number.to_le_bytes()));
    scene.ledger.put_all(keys.map(|key| (key, Some(key))).collect());
}

fn without_changes(scene: &Scene) -> Response {
    Response { epochs: Vec::new(), ..scene.answer(scene.challenge()) }
}

fn measure(scene: &Scene) {
    let verifier = Ed25519Verifier::default();
    let bytes = scene.answer(scene.challenge()).encode();
    let first = each(|| {
        log_in(scene, &scene.challenge(), &bytes, &KnownEpochs::new(scene.ledger.light()), &verifier)
    });

    let mut epochs = KnownEpochs::new(scene.ledger.light());
    epochs.learn(scene.verify(scene.answer(scene.challenge())).expect("an honest login").proven);
    let challenge = Challenge { epoch: Epoch(2), ..scene.challenge() };
    let bytes = Response { epochs: Vec::new(), ..scene.answer(challenge.clone()) }.encode();
    let later = each(|| log_in(scene, &challenge, &bytes, &epochs, &verifier));

    let (key, message) = (scene.key.public_key(), challenge.signing_digest(scene.did));
    let signature = scene.key.sign(message.as_bytes());
    let single = each(|| assert!(verify_one(&verifier, &key, message.as_bytes(), &signature)));
    for (what, taken) in [("two changes of validators", first), ("validators known", later)] {
        let micros = taken.as_secs_f64() * 1e6;
        println!(
            "{what}: {micros:.0} us a login, {:.0} logins a second and core, {:.1} times one signature",
            1e6 / micros,
            taken.as_secs_f64() / single.as_secs_f64(),
        );
    }
}

fn log_in(
    scene: &Scene,
    challenge: &Challenge,
    bytes: &[u8],
    epochs: &KnownEpochs,
    verifier: &Ed25519Verifier,
) {
    let response = Response::decode(bytes).expect("a response");
    let acceptance = Acceptance { now: Timestamp(NOW), epochs, authorities: None };
    let login = verify(challenge, response, acceptance, verifier).expect("an honest login");
    assert_eq!(black_box(login).did, scene.did);
}

/// How long it takes once.
fn each(mut work: impl FnMut()) -> Duration {
    let started = Instant::now();
    let mut rounds = 0_u32;
    while started.elapsed() < SPAN {
        work();
        rounds = rounds.saturating_add(1);
    }
    started.elapsed() / rounds
}
