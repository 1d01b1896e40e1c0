//! Keys and signatures of the simulated world: real ones, or a cheap tag with the same interface.

use std::collections::BTreeMap;

use realdid_crypto::{Context, Ed25519Verifier, Hasher, PublicKey, SecretKey, Signature, Signed, Verifier};

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
    drawn: u64,
}

impl Keyring {
    /// No keys yet.
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, secrets: BTreeMap::new(), drawn: 0 }
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
                key
            }
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
