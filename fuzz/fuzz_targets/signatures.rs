//! One rule: whether a signature holds does not depend on what it is verified together with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use realdid_crypto::{Ed25519Verifier, PublicKey, SecretKey, Signature, Signed, Verifier, verify_one};
use realdid_fuzz::Choices;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let mut made: Vec<(PublicKey, Vec<u8>, Signature)> = Vec::new();
    while !choices.is_over() && made.len() < 24 {
        let secret = SecretKey::ed25519(&[choices.byte() % 4; 32]);
        let message = vec![choices.byte() % 8];
        let mut key = *secret.public_key().as_bytes().last_chunk::<32>().expect("a key of 32 bytes");
        let mut signature = *secret.sign(&message).as_bytes().last_chunk::<64>().expect("64 bytes");
        for _ in 0..choices.below(4) {
            let place = choices.below(96);
            let change = choices.byte();
            if place < 32 { key[place] ^= change } else { signature[place - 32] ^= change }
        }
        made.push((PublicKey::ed25519(key), message, Signature::ed25519(signature)));
    }
    let signed: Vec<Signed<'_>> =
        made.iter().map(|(key, message, signature)| Signed { key, message, signature }).collect();
    let verifier = Ed25519Verifier::default();
    let bad = verifier.verify(&signed).err().unwrap_or_default();
    for (place, one) in signed.iter().enumerate() {
        let alone = verify_one(&Ed25519Verifier::default(), one.key, one.message, one.signature);
        assert_eq!(alone, !bad.contains(&place), "signature {place} of {}", signed.len());
    }
});
