//! What a light client believes, against answers of a real network that are frozen here, as any other implementation
//! can be held against them.

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{LightClient, ProvenRecord, RecordProof, Untrusted};
use realdid_crypto::Ed25519Verifier;
use realdid_types::{Did, Genesis, Wire};
use serde_json::Value;

mod epochs;
mod transactions;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn genesis() -> Genesis {
    Genesis::decode(&bytes(&vectors()["genesis"])).unwrap()
}

fn shown(which: &str) -> (Did, RecordProof) {
    let vector = &vectors()[which];
    let did = Did::from_text(vector["did"].as_str().unwrap(), &genesis().network).unwrap();
    let proof = RecordProof {
        value: vector["value"].as_str().map(|_| bytes(&vector["value"])),
        proof: bytes(&vector["proof"]),
        block: bytes(&vector["block"]),
        certificate: bytes(&vector["certificate"]),
    };
    (did, proof)
}

fn check(did: Did, proof: &RecordProof) -> Result<ProvenRecord, Untrusted> {
    LightClient::new(&genesis()).unwrap().check_record(did, proof, &Ed25519Verifier::default())
}

#[test]
fn a_record_is_believed_that_a_quorum_vouches_for() {
    let (did, proof) = shown("present");
    let record = check(did, &proof).unwrap().record.expect("it is there");
    assert_eq!((record.version, record.keys.len()), (1, 1));
}

#[test]
fn an_absence_is_believed_that_a_quorum_vouches_for() {
    let (did, proof) = shown("absent");
    assert_eq!(check(did, &proof).unwrap().record, None);
}

/// Which bytes of an answer.
type Part = fn(&mut RecordProof) -> Option<&mut Vec<u8>>;

#[test]
fn every_flipped_bit_is_refused() {
    for which in ["present", "absent"] {
        let (did, honest) = shown(which);
        let parts: [Part; 4] = [
            |proof| proof.value.as_mut(),
            |proof| Some(&mut proof.proof),
            |proof| Some(&mut proof.block),
            |proof| Some(&mut proof.certificate),
        ];
        for part in parts {
            let length = part(&mut honest.clone()).map_or(0, |bytes| bytes.len());
            for place in 0..length * 8 {
                let mut flipped = honest.clone();
                if let Some(byte) = part(&mut flipped).and_then(|bytes| bytes.get_mut(place / 8)) {
                    *byte ^= 1 << (place % 8);
                }
                assert!(check(did, &flipped).is_err(), "{which}: bit {place} of {length} bytes");
            }
        }
    }
}

#[test]
fn a_record_is_not_taken_for_that_of_another_did_nor_for_an_absence() {
    let (present, record) = shown("present");
    let (absent, nothing) = shown("absent");
    assert!(check(absent, &record).is_err());
    assert!(check(present, &nothing).is_err());
    assert!(check(present, &RecordProof { value: None, ..record.clone() }).is_err());
    assert!(check(absent, &RecordProof { value: record.value, ..nothing }).is_err());
}

#[test]
fn another_networks_genesis_believes_nothing() {
    let (did, proof) = shown("present");
    let other = Genesis { random: realdid_crypto::Digest::ZERO, ..genesis() };
    let light = LightClient::new(&other).unwrap();
    assert!(light.check_record(did, &proof, &Ed25519Verifier::default()).is_err());
}
