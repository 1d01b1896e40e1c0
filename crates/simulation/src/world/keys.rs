//! Keys and signatures of the simulated world: real ones, or a cheap tag with the same interface.

use std::collections::BTreeMap;

use curve25519_dalek::{
    constants::EIGHT_TORSION,
    edwards::EdwardsPoint,
    scalar::{Scalar, clamp_integer},
};
use realdid_crypto::{Context, Ed25519Verifier, Hasher, PublicKey, SecretKey, Signature, Signed, Verifier};
use sha2::{Digest as _, Sha512};

/// Which signatures a world uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A digest over key and message; nobody in the simulation forges one that it has no right to.
    Tag,
    /// Ed25519.
    Real,
}

/// Signs for everybody in a world.
#[derive(Clone, Debug)]
pub struct Keyring {
    scheme: Scheme,
    secrets: BTreeMap<PublicKey, SecretKey>,
    seeds: BTreeMap<PublicKey, [u8; 32]>,
    drawn: u64,
}

impl Keyring {
    /// No keys yet.
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, secrets: BTreeMap::new(), seeds: BTreeMap::new(), drawn: 0 }
    }

    /// A key that nobody has.
    pub fn draw(&mut self) -> PublicKey {
        self.drawn += 1;
        let seed = *Hasher::new(Context::Random).update(&self.drawn.to_le_bytes()).finish().as_bytes();
        match self.scheme {
            Scheme::Tag => PublicKey::ed25519(seed),
            Scheme::Real => {
                let secret = SecretKey::ed25519(&seed);
                let key = secret.public_key();
                self.secrets.insert(key, secret);
                self.seeds.insert(key, seed);
                key
            }
        }
    }

    /// A public key that somebody has seen and nobody here holds.
    #[must_use]
    pub fn copied_key(&self) -> PublicKey {
        let seed = *Hasher::new(Context::Random)
            .update(b"copied")
            .update(&self.drawn.to_le_bytes())
            .finish()
            .as_bytes();
        match self.scheme {
            Scheme::Tag => PublicKey::ed25519(seed),
            Scheme::Real => SecretKey::ed25519(&seed).public_key(),
        }
    }

    /// The signature of a key over a message.
    #[must_use]
    pub fn sign(&self, key: &PublicKey, message: &[u8]) -> Signature {
        match self.scheme {
            Scheme::Tag => tag(key, message),
            Scheme::Real => self.secrets[key].sign(message),
        }
    }

    /// A signature of a key to whose R a point of small order is added: whoever multiplies by the cofactor accepts it,
    /// whoever does not refuses it.
    #[must_use]
    pub fn sign_crafted(&self, key: &PublicKey, message: &[u8]) -> Signature {
        let Some(seed) = self.seeds.get(key) else { return self.sign(key, message) };
        let expanded = Sha512::digest(seed);
        let (scalar, prefix) = expanded.split_at(32);
        let clamped = clamp_integer(scalar.try_into().expect("half of 64 bytes"));
        let secret = Scalar::from_bytes_mod_order(clamped);
        let hash = |parts: &[&[u8]]| {
            let hash = parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part));
            Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
        };
        let nonce = hash(&[prefix, message]);
        let point = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[1]).compress().to_bytes();
        let answer = nonce + hash(&[&point, key.as_bytes(), message]) * secret;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&point);
        bytes[32..].copy_from_slice(answer.as_bytes());
        Signature::ed25519(bytes)
    }

    /// What checks the signatures of this world.
    #[must_use]
    pub fn verifier(&self) -> Box<dyn Verifier> {
        match self.scheme {
            Scheme::Tag => Box::new(TagVerifier),
            Scheme::Real => Box::new(Ed25519Verifier::default()),
        }
    }
}

fn tag(key: &PublicKey, message: &[u8]) -> Signature {
    let digest = Hasher::new(Context::Random).update(key.as_bytes()).update(message).finish();
    let mut bytes = [0_u8; 64];
    bytes[..32].copy_from_slice(digest.as_bytes());
    Signature::ed25519(bytes)
}

struct TagVerifier;

impl Verifier for TagVerifier {
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>> {
        let bad = |one: &Signed<'_>| tag(one.key, one.message) != *one.signature;
        let bad: Vec<usize> =
            signed.iter().enumerate().filter(|(_, one)| bad(one)).map(|(place, _)| place).collect();
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}
