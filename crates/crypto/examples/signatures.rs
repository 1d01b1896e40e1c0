//! Measures signatures and digests, in microseconds each, beside `ed25519_dalek` and `ed25519_zebra` in the same run:
//! `cargo run --release -p realdid-crypto --example signatures`
#![expect(clippy::disallowed_methods, reason = "measuring reads the clock")]

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, Instant},
};

use ed25519_dalek::Verifier as _;
use ed25519_zebra::batch;
use realdid_crypto::{
    Context, Ed25519Verifier, PublicKey, SecretKey, Signature, Signed, Verifier, digest, verify_one,
};

const MESSAGE_LEN: usize = 300;
const TIME_PER_FIGURE: Duration = Duration::from_millis(120);
const SIGNATURES: usize = 256;

/// Somebody's message.
struct Letter {
    key: PublicKey,
    message: [u8; MESSAGE_LEN],
    signature: Signature,
}

impl Letter {
    fn signed(&self) -> Signed<'_> {
        Signed { key: &self.key, message: &self.message, signature: &self.signature }
    }
}

fn secret(number: usize) -> SecretKey {
    SecretKey::ed25519(digest(Context::Random, &number.to_le_bytes()).as_bytes())
}

/// Letters of `senders` senders in turn.
fn letters(senders: usize) -> Vec<Letter> {
    let secrets: Vec<_> = (0..senders).map(secret).collect();
    let letter = |(number, secret): (usize, &SecretKey)| {
        let mut message = [0; MESSAGE_LEN];
        message[..8].copy_from_slice(&number.to_le_bytes());
        Letter { key: secret.public_key(), message, signature: secret.sign(&message) }
    };
    secrets.iter().cycle().take(SIGNATURES).enumerate().map(letter).collect()
}

/// Microseconds per item: the best of as many rounds of `items` items as fit into the time for one figure.
fn micros_per_item(items: usize, mut round: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut best = Duration::MAX;
    while begin.elapsed() < TIME_PER_FIGURE {
        let start = Instant::now();
        round();
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1e6 / items as f64
}

/// Batches by a verifier that remembers no key.
fn new_keys(letters: &[Letter], size: usize) -> f64 {
    batches(letters, size, &Ed25519Verifier::remembering(0))
}

/// Batches by a verifier that has met all keys before.
fn cached_keys(letters: &[Letter], size: usize) -> f64 {
    batches(letters, size, &Ed25519Verifier::default())
}

fn batches(letters: &[Letter], size: usize, verifier: &Ed25519Verifier) -> f64 {
    let signed: Vec<_> = letters.iter().map(Letter::signed).collect();
    micros_per_item(letters.len(), || {
        assert!(signed.chunks(size).all(|batch| verifier.verify(batch).is_ok()));
    })
}

/// Batches of which every `one_in`-th signature is bad.
fn with_bad_ones(letters: &[Letter], size: usize, one_in: usize) -> f64 {
    let spoil = |(place, letter): (usize, &Letter)| {
        let mut bytes = *letter.signature.as_bytes();
        if place % one_in == 0 {
            // somewhere in S, so that the signature stays well-formed
            bytes[40] ^= 1;
        }
        Letter { signature: Signature::ed25519(bytes), ..*letter }
    };
    let spoilt: Vec<_> = letters.iter().enumerate().map(spoil).collect();
    let signed: Vec<_> = spoilt.iter().map(Letter::signed).collect();
    let verifier = Ed25519Verifier::remembering(0);
    micros_per_item(letters.len(), || {
        for batch in signed.chunks(size) {
            let found = verifier.verify(batch).map_or_else(|bad| bad.len(), |()| 0);
            assert_eq!(found, batch.len().div_ceil(one_in));
        }
    })
}

/// One letter after the other by dalek, whose keys are decompressed beforehand.
fn dalek(letters: &[Letter]) -> f64 {
    let keys: Vec<_> = letters.iter().map(dalek_key).collect();
    micros_per_item(letters.len(), || {
        assert!(letters.iter().zip(&keys).all(|(letter, key)| dalek_holds(key, letter)));
    })
}

fn dalek_with_new_keys(letters: &[Letter]) -> f64 {
    micros_per_item(letters.len(), || {
        assert!(letters.iter().all(|letter| dalek_holds(&dalek_key(letter), letter)));
    })
}

fn dalek_key(letter: &Letter) -> ed25519_dalek::VerifyingKey {
    ed25519_dalek::VerifyingKey::from_bytes(letter.key.as_bytes()).expect("a good key")
}

fn dalek_holds(key: &ed25519_dalek::VerifyingKey, letter: &Letter) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(letter.signature.as_bytes());
    key.verify(&letter.message, &signature).is_ok()
}

/// The weights of zebra's batches: from a counter, as cheap as any, fit for measuring alone.
struct Counter(u64);

impl rand_core::TryRng for Counter {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| number as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 += 1;
        Ok(self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counter {}

fn zebra(letters: &[Letter], size: usize) -> f64 {
    micros_per_item(letters.len(), || {
        for letters in letters.chunks(size) {
            let mut batch = batch::Verifier::new();
            for letter in letters {
                let key = ed25519_zebra::VerificationKeyBytes::from(*letter.key.as_bytes());
                let signature = ed25519_zebra::Signature::from_bytes(letter.signature.as_bytes());
                batch.queue((key, signature, &letter.message));
            }
            assert!(batch.verify(Counter(1)).is_ok());
        }
    })
}

fn main() {
    let strangers = letters(SIGNATURES);
    let few = letters(16);
    let dalek = dalek(&strangers);

    println!("µs per signature of {MESSAGE_LEN} bytes, and in units of dalek's single verification\n");
    let row = |name: &str, micros: f64| println!("{name:<54} {micros:>7.2} {:>6.2}", micros / dalek);
    row("dalek, one at a time, keys decompressed", dalek);
    row("dalek, one at a time, new keys", dalek_with_new_keys(&strangers));

    let somebody = secret(0);
    row(
        "sign",
        micros_per_item(SIGNATURES, || {
            for letter in &strangers {
                black_box(somebody.sign(&letter.message));
            }
        }),
    );
    for size in [1, 4, 16, 64, 256] {
        row(&format!("batches of {size}, new keys"), new_keys(&strangers, size));
        row(&format!("batches of {size}, new keys (zebra)"), zebra(&strangers, size));
        row(&format!("batches of {size}, cached keys"), cached_keys(&strangers, size));
        row(&format!("batches of {size}, cached keys of 16 senders"), cached_keys(&few, size));
    }
    for one_in in [256, 16, 1] {
        row(
            &format!("batches of 256, new keys, one in {one_in} bad"),
            with_bad_ones(&strangers, 256, one_in),
        );
    }
    let verifier = Ed25519Verifier::default();
    row(
        "one at a time through verify_one, cached keys",
        micros_per_item(SIGNATURES, || {
            let holds =
                |letter: &Letter| verify_one(&verifier, &letter.key, &letter.message, &letter.signature);
            assert!(strangers.iter().all(holds));
        }),
    );

    let digests = 100_000;
    println!("\nµs per digest");
    for len in [64, MESSAGE_LEN, 65_536] {
        let bytes = vec![7; len];
        let count = (digests * 64 / len).max(1);
        let micros = micros_per_item(count, || {
            for _ in 0..count {
                black_box(digest(Context::StateNode, black_box(&bytes)));
            }
        });
        println!("{len:>6} bytes {micros:>8.3}");
    }
}
