//! What a site refuses, and by which name. Each case changes one thing about an honest login.

use realdid_crypto::{Digest, Ed25519Verifier, PublicKey, SecretKey, Signature};
use realdid_login::*;
use realdid_state::StateKey;
use realdid_types::*;

use crate::{
    ledger::secret,
    scene::{AGE, DAY, NOW, Scene},
};

/// An honest scene after one change of what is on the ledger.
fn scene(change: impl FnOnce(&mut Scene)) -> Scene {
    let mut scene = Scene::new();
    change(&mut scene);
    scene.write();
    scene
}

fn code(scene: &Scene, response: Response) -> &'static str {
    scene.verify(response).map_or_else(|error| error.code(), |_| "accepted")
}

/// What the site says if the response is changed on its way.
fn on_its_way(change: impl FnOnce(&Scene, &mut Response)) -> &'static str {
    let scene = Scene::new();
    let mut response = scene.answer(scene.challenge());
    change(&scene, &mut response);
    code(&scene, response)
}

/// What the site says if the wallet was shown a changed challenge and signed that.
fn signed(change: impl FnOnce(&mut Challenge)) -> &'static str {
    let scene = Scene::new();
    let mut challenge = scene.challenge();
    change(&mut challenge);
    code(&scene, scene.answer(challenge))
}

/// What the site says to an honest response after a change of what is on the ledger.
fn on_the_ledger(change: impl FnOnce(&mut Scene)) -> &'static str {
    let scene = scene(change);
    code(&scene, scene.answer(scene.challenge()))
}

/// What the site says if the wallet holds changed proofs.
fn held(change: impl FnOnce(&Scene, &mut Bundle)) -> &'static str {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    change(&scene, &mut bundle);
    code(&scene, scene.answer_with(scene.challenge(), &scene.key, bundle))
}

fn digest_of(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

#[test]
fn a_challenge_is_answered_as_it_was_asked() {
    assert_eq!(signed(|_| {}), "accepted");
    assert_eq!(signed(|challenge| challenge.genesis = GenesisDigest(digest_of(1))), "other_network");
    assert_eq!(signed(|challenge| challenge.site = Did(digest_of(1))), "other_site");
    assert_eq!(signed(|challenge| challenge.nonce = digest_of(4)), "nonce_unknown");
    let origin = |text| move |challenge: &mut Challenge| challenge.origin = Origin::new(text).unwrap();
    assert_eq!(signed(origin("https://b00ks.example")), "other_origin");
    assert_eq!(signed(origin("http://localhost:3000")), "other_origin");
    let back =
        |text| move |challenge: &mut Challenge| challenge.return_address = ReturnAddress::new(text).unwrap();
    assert_eq!(signed(back("https://b00ks.example/login")), "other_return_address");
    assert_eq!(signed(back("https://books.example/login/")), "other_return_address");
    assert_eq!(signed(|challenge| challenge.expires = Timestamp(NOW + DAY)), "other_challenge");
    assert_eq!(signed(|challenge| challenge.epoch = Epoch(1)), "other_challenge");
    assert_eq!(signed(|challenge| challenge.age_max = u64::MAX), "other_challenge");
    assert_eq!(signed(|challenge| challenge.level = 0), "other_challenge");
    assert_eq!(signed(|challenge| challenge.other_device = true), "other_challenge");
}

#[test]
fn what_was_signed_cannot_be_changed_on_its_way() {
    let other = secret(51, 1);
    assert_eq!(on_its_way(|_, response| response.did = Did(digest_of(2))), "proof_invalid");
    assert_eq!(on_its_way(|_, response| response.key = other.public_key()), "key_not_current");
    assert_eq!(on_its_way(|scene, response| response.key = scene.invocation.public_key()), "key_purpose");
    let zero = Signature::ed25519([0; 64]);
    assert_eq!(on_its_way(|_, response| response.signature = zero), "signature_invalid");
    let by_another = |scene: &Scene, response: &mut Response| {
        response.signature = other.sign(scene.challenge().signing_digest(scene.did).as_bytes());
    };
    assert_eq!(on_its_way(by_another), "signature_invalid");
    // a signature for another DID, another nonce, and one under the bare challenge
    let for_another = |scene: &Scene, response: &mut Response| {
        let message = scene.challenge().signing_digest(Did(digest_of(2)));
        response.signature = scene.key.sign(message.as_bytes());
    };
    assert_eq!(on_its_way(for_another), "signature_invalid");
    let of_old = |scene: &Scene, response: &mut Response| {
        let old = Challenge { nonce: digest_of(4), ..scene.challenge() };
        response.signature = scene.key.sign(old.signing_digest(scene.did).as_bytes());
    };
    assert_eq!(on_its_way(of_old), "signature_invalid");
    let bare = |scene: &Scene, response: &mut Response| {
        response.signature = scene.key.sign(&scene.challenge().encode());
    };
    assert_eq!(on_its_way(bare), "signature_invalid");
}

#[test]
fn only_a_key_counts_that_the_did_holds_for_logging_in() {
    let by = |key: fn(&Scene) -> &SecretKey| {
        let scene = Scene::new();
        code(&scene, scene.answer_with(scene.challenge(), key(&scene), scene.bundle()))
    };
    assert_eq!(by(|scene| &scene.key), "accepted");
    assert_eq!(by(|scene| &scene.invocation), "key_purpose");
    // rotated out, or declared compromised by a recovery: in both cases the record does not hold it any more
    let rotated = |scene: &mut Scene| {
        scene.record.keys = vec![scene.held(&scene.invocation)];
        scene.record.version = 2;
    };
    assert_eq!(on_the_ledger(rotated), "key_not_current");
    assert_eq!(
        on_the_ledger(|scene| {
            scene.record.keys[0].key.key = PublicKey::ed25519([1; 32]);
            scene.record.keys[1].key.key = PublicKey::ed25519([2; 32]);
            scene.record.recovery = digest_of(6);
        }),
        "key_not_current"
    );
    let ended = |scene: &mut Scene| {
        scene.record.deactivated = true;
        scene.record.keys.clear();
        scene.record.recovery = Digest::ZERO;
    };
    assert_eq!(on_the_ledger(ended), "deactivated");
}

#[test]
fn an_attestation_must_stand_and_be_an_authoritys() {
    assert_eq!(held(|_, bundle| bundle.attested = None), "not_attested");
    assert_eq!(on_the_ledger(|scene| scene.attestation.expires = Timestamp(NOW)), "attestation_expired");
    let high = |scene: &Scene| {
        let challenge = Challenge { level: 3, ..scene.challenge() };
        let epochs = KnownEpochs::new(scene.ledger.light());
        let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: None };
        verify(&challenge, scene.answer(challenge.clone()), acceptance, &Ed25519Verifier::default())
    };
    assert_eq!(high(&Scene::new()).unwrap_err(), LoginError::LevelTooLow { found: 2, asked: 3 });
    assert_eq!(on_the_ledger(|scene| scene.member.roles = Some(Roles::default())), "not_authority");
    assert_eq!(on_the_ledger(|scene| scene.member.roles = None), "not_authority");
    let operator = Some(Roles { authority: false, operator: true });
    assert_eq!(on_the_ledger(|scene| scene.member.roles = operator), "not_authority");

    let scene = Scene::new();
    let (epochs, accepted) =
        (KnownEpochs::new(scene.ledger.light()), [OrganisationName::new("other").unwrap()]);
    let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: Some(&accepted) };
    let response = scene.answer(scene.challenge());
    let refused = verify(&scene.challenge(), response, acceptance, &Ed25519Verifier::default()).unwrap_err();
    assert_eq!(refused, LoginError::AuthorityNotAccepted(scene.authority));
}

/// What stood on the ledger before it was taken away is shown beside a header of afterwards.
#[test]
fn what_was_withdrawn_cannot_be_shown() {
    let gone = |key: fn(&Scene) -> StateKey| {
        let mut scene = Scene::new();
        let before = scene.bundle();
        scene.ledger.put_all([(key(&scene).hashed(), None)].into());
        // the old proofs, under the new header; and new proofs of what is not there
        let now = scene.bundle();
        let Bundle { header, certificate, .. } = now.clone();
        let old = Bundle { header, certificate, ..before };
        [old, now].map(|bundle| code(&scene, scene.answer_with(scene.challenge(), &scene.key, bundle)))
    };
    let refused = ["proof_invalid"; 2];
    assert_eq!(gone(|scene| StateKey::Attestation(scene.did, scene.authority.clone())), refused);
    assert_eq!(gone(|scene| StateKey::Member(scene.authority.clone())), refused);
    assert_eq!(gone(|scene| StateKey::Record(scene.did)), refused);
}

#[test]
fn what_is_proven_cannot_be_changed() {
    assert_eq!(held(|_, _| {}), "accepted");
    assert_eq!(held(|_, bundle| bundle.record.version = 9), "proof_invalid");
    assert_eq!(held(|_, bundle| bundle.record.keys.truncate(1)), "proof_invalid");
    let attested = |change: fn(&mut Attested)| {
        move |_: &Scene, bundle: &mut Bundle| change(bundle.attested.as_mut().unwrap())
    };
    assert_eq!(held(attested(|attested| attested.attestation.entry.level = 3)), "proof_invalid");
    let later = |attested: &mut Attested| attested.attestation.entry.expires = Timestamp(u64::MAX);
    assert_eq!(held(attested(later)), "proof_invalid");
    let other = |attested: &mut Attested| attested.authority = OrganisationName::new("other").unwrap();
    assert_eq!(held(attested(other)), "proof_invalid");
    let role = |attested: &mut Attested| attested.member.entry.next_sequence = Sequence(1);
    assert_eq!(held(attested(role)), "proof_invalid");
    let swapped = |attested: &mut Attested| {
        std::mem::swap(&mut attested.attestation.proof, &mut attested.member.proof);
    };
    assert_eq!(held(attested(swapped)), "proof_invalid");
    assert_eq!(
        held(|scene, bundle| bundle.proof = scene.ledger.prove(&StateKey::Policy, ()).proof),
        "proof_invalid"
    );
}

#[test]
fn the_header_is_one_that_a_quorum_made_final() {
    assert_eq!(held(|_, bundle| bundle.header.time = Timestamp(NOW)), "other_block");
    assert_eq!(held(|_, bundle| bundle.header.height = Height(101)), "other_block");
    assert_eq!(held(|_, bundle| bundle.header.state_root = StateRoot(digest_of(1))), "other_block");
    let short =
        |scene: &Scene, bundle: &mut Bundle| bundle.certificate = scene.ledger.certify(&bundle.header, 2);
    assert_eq!(held(short), "certificate_invalid");
    let long =
        |scene: &Scene, bundle: &mut Bundle| bundle.certificate = scene.ledger.certify(&bundle.header, 4);
    assert_eq!(held(long), "certificate_invalid");
    let prepared = |scene: &Scene, bundle: &mut Bundle| {
        let statement = VoteStatement::prepare(bundle.header.at, bundle.header.digest());
        bundle.certificate = scene.ledger.sign(statement, 2, 3);
    };
    assert_eq!(held(prepared), "other_block");
    // by the validators of an epoch before
    let retired = |scene: &Scene, bundle: &mut Bundle| {
        let statement = VoteStatement::commit(bundle.header.at, bundle.header.digest());
        bundle.certificate = scene.ledger.sign(statement, 1, 3);
    };
    assert_eq!(held(retired), "certificate_invalid");
    let doubled =
        |_: &Scene, bundle: &mut Bundle| bundle.certificate.signatures[1] = bundle.certificate.signatures[0];
    assert_eq!(held(doubled), "certificate_invalid");
    let marked = |_: &Scene, bundle: &mut Bundle| {
        bundle.certificate.signers = Signers::new([0, 1, 3].map(ValidatorIndex), 4);
    };
    assert_eq!(held(marked), "certificate_invalid");
}

#[test]
fn the_validators_are_proven_from_those_that_the_site_knows() {
    let steps = |change: fn(&mut Vec<EpochStep>)| on_its_way(|_, response| change(&mut response.epochs));
    assert_eq!(steps(|_| {}), "accepted");
    assert_eq!(steps(Vec::clear), "other_epoch");
    assert_eq!(steps(|steps| steps.truncate(1)), "other_epoch");
    assert_eq!(steps(|steps| drop(steps.remove(0))), "epoch_gap");
    assert_eq!(steps(|steps| steps.swap(0, 1)), "epoch_gap");
    let same = |steps: &mut Vec<EpochStep>| steps[0].next = steps[1].next.clone();
    assert_eq!(steps(same), "other_validators");
    assert_eq!(steps(|steps| steps[1].end.headers.truncate(1)), "epoch_end_invalid");
    assert_eq!(steps(|steps| steps[0].end.commit.signatures.swap(0, 1)), "epoch_end_invalid");
    // an end that only two of the four validators signed
    let short = on_its_way(|scene, response| {
        let closing = response.epochs[0].end.headers[1].clone();
        response.epochs[0].end.commit = scene.ledger.certify(&closing, 2);
    });
    assert_eq!(short, "epoch_end_invalid");
}

/// Otherwise keys of validators that left long ago could make a state up.
#[test]
fn a_state_of_an_epoch_before_the_one_asked_for_is_refused() {
    let scene = Scene::new();
    let mut epochs = KnownEpochs::new(scene.ledger.light());
    epochs.learn(scene.verify(scene.answer(scene.challenge())).unwrap().proven);
    let challenge = Challenge { epoch: Epoch(2), ..scene.challenge() };
    let mut bundle = scene.bundle();
    bundle.header = scene.ledger.header(1, 100, NOW - AGE);
    bundle.certificate = scene.ledger.certify(&bundle.header, 3);
    let response = scene.answer_with(challenge.clone(), &scene.key, bundle);
    let acceptance = Acceptance { now: Timestamp(NOW), epochs: &epochs, authorities: None };
    let refused = verify(&challenge, response, acceptance, &Ed25519Verifier::default()).unwrap_err();
    assert_eq!(refused, LoginError::OldEpoch { found: Epoch(1), asked: Epoch(2) });
}

#[test]
fn proofs_are_as_new_as_was_asked_for_and_not_of_the_future() {
    let of = |time| {
        let scene = Scene::new();
        code(&scene, scene.answer_with(scene.challenge(), &scene.key, scene.bundle_of(time)))
    };
    assert_eq!(of(NOW - DAY), "accepted");
    assert_eq!(of(NOW - DAY - 1), "stale");
    assert_eq!(of(NOW + 60_000), "accepted");
    assert_eq!(of(NOW + 60_001), "from_the_future");
    let scene = Scene::new();
    let late =
        |now| scene.verify_at(now, scene.answer(scene.challenge())).map(|_| ()).map_err(|error| error.code());
    assert_eq!(late(NOW + 299_999), Ok(()));
    assert_eq!(late(NOW + 300_000), Err("challenge_expired"));
}

/// Each byte set to others of each class, and every shorter and a longer message: nothing but the response itself is
/// accepted, and nothing panics.
#[test]
fn every_changed_byte_is_refused() {
    let scene = Scene::new();
    let honest = scene.answer(scene.challenge()).encode();
    let refused =
        |bytes: &[u8]| Response::decode(bytes).map_or(true, |response| scene.verify(response).is_err());
    for (place, byte) in honest.iter().enumerate() {
        for other in [byte ^ 1, byte ^ 0x80, 0, 0x7f, 0xff, byte.wrapping_add(1)] {
            let mut bytes = honest.clone();
            bytes[place] = other;
            assert!(bytes == honest || refused(&bytes), "byte {place} as {other}");
        }
    }
    assert!((0..honest.len()).all(|length| refused(&honest[..length])));
    assert!(refused(&[&honest[..], &[0]].concat()));
    assert!(!refused(&honest));
}
