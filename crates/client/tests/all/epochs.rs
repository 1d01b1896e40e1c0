//! What leads a light client from one epoch to the next.

use realdid_client::{LightClient, RecordProof, Untrusted};
use realdid_crypto::Ed25519Verifier;
use realdid_types::{Did, EpochEnd, Genesis, ValidatorSet, Wire};
use serde_json::Value;

use crate::bytes;

fn vectors() -> Value {
    serde_json::from_str(include_str!("epochs.json")).unwrap()
}

fn light() -> (Genesis, LightClient) {
    let genesis = Genesis::decode(&bytes(&vectors()["genesis"])).unwrap();
    let light = LightClient::new(&genesis).unwrap();
    (genesis, light)
}

/// How epoch 0 ended, and the validators of epoch 1.
fn end() -> [Vec<u8>; 2] {
    let end = &vectors()["epoch_0"];
    [bytes(&end["end"]), bytes(&end["next_validators"])]
}

/// Whether a light client goes on; none if the bytes are none of ours.
fn advance(light: &mut LightClient, [end, next]: &[Vec<u8>; 2]) -> Option<Result<(), Untrusted>> {
    let (end, next) = (EpochEnd::decode(end).ok()?, ValidatorSet::decode(next).ok()?);
    Some(light.advance(&end, next, &Ed25519Verifier::default()))
}

#[test]
fn a_record_of_the_next_epoch_is_believed_once_that_epoch_is_proven() {
    let (genesis, mut light) = light();
    let vector = &vectors()["present"];
    let did = Did::from_text(vector["did"].as_str().unwrap(), &genesis.network).unwrap();
    let [proof, block, certificate] = ["proof", "block", "certificate"].map(|field| bytes(&vector[field]));
    let shown = RecordProof { value: Some(bytes(&vector["value"])), proof, block, certificate };
    let check = |light: &LightClient| light.check_record(did, &shown, &Ed25519Verifier::default());

    assert!(matches!(check(&light), Err(Untrusted::OtherEpoch { .. })));
    assert_eq!(advance(&mut light, &end()), Some(Ok(())));
    assert_eq!(check(&light).unwrap().record.expect("it is there").version, 1);
}

#[test]
fn every_flipped_bit_of_an_end_of_an_epoch_is_refused() {
    let (_, mut light) = light();
    for part in 0..2 {
        for place in 0..end()[part].len() * 8 {
            let mut flipped = end();
            flipped[part][place / 8] ^= 1 << (place % 8);
            assert_ne!(advance(&mut light, &flipped), Some(Ok(())), "bit {place} of part {part}");
        }
    }
    assert_eq!(advance(&mut light, &end()), Some(Ok(())));
}

#[test]
fn an_epoch_ends_once() {
    let (_, mut light) = light();
    assert_eq!(advance(&mut light, &end()), Some(Ok(())));
    assert!(matches!(advance(&mut light, &end()), Some(Err(Untrusted::EpochEnd(..)))));
    assert_eq!(light.epoch().0, 1);
}
