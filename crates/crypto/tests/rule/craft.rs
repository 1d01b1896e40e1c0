//! Signatures of every kind, made from curve points.

use curve25519_dalek::{
    constants::EIGHT_TORSION,
    edwards::EdwardsPoint,
    scalar::{Scalar, clamp_integer},
};
use realdid_crypto::{Ed25519Verifier, PublicKey, Signature, Signed, Verifier, verify_one};
use sha2::{Digest, Sha512};

/// A message and what is said to be its signature.
#[derive(Clone, Debug)]
pub struct Letter {
    pub key: PublicKey,
    pub message: Vec<u8>,
    pub signature: Signature,
}

impl Letter {
    pub fn new(key: [u8; 32], message: &[u8], r: [u8; 32], s: [u8; 32]) -> Self {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(&s);
        Self {
            key: PublicKey::ed25519(key),
            message: message.to_vec(),
            signature: Signature::ed25519(signature),
        }
    }

    pub fn signed(&self) -> Signed<'_> {
        Signed { key: &self.key, message: &self.message, signature: &self.signature }
    }

    /// The verdict on this one alone, by a verifier that has met nothing before.
    pub fn holds(&self) -> bool {
        verify_one(&Ed25519Verifier::default(), &self.key, &self.message, &self.signature)
    }

    /// The verdict of dalek, whose equation has no factor 8.
    pub fn holds_without_cofactor(&self) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(self.signature.as_bytes());
        ed25519_dalek::VerifyingKey::from_bytes(self.key.as_bytes())
            .is_ok_and(|key| ed25519_dalek::Verifier::verify(&key, &self.message, &signature).is_ok())
    }

    /// The verdict of ZIP-215.
    pub fn holds_by_zip_215(&self) -> bool {
        let signature = ed25519_zebra::Signature::from_bytes(self.signature.as_bytes());
        ed25519_zebra::VerificationKey::try_from(*self.key.as_bytes())
            .is_ok_and(|key| key.verify(&signature, &self.message).is_ok())
    }

    fn with_s(&self, s: [u8; 32]) -> Self {
        let mut signature = *self.signature.as_bytes();
        signature[32..].copy_from_slice(&s);
        Self { signature: Signature::ed25519(signature), ..self.clone() }
    }

    fn s(&self) -> [u8; 32] {
        self.signature.as_bytes()[32..].try_into().expect("32 bytes")
    }

    /// The same with something added to S.
    pub fn with_s_plus(&self, error: Scalar) -> Self {
        self.with_s((Scalar::from_bytes_mod_order(self.s()) + error).to_bytes())
    }

    /// The same with one added to S.
    pub fn with_another_s(&self) -> Self {
        self.with_s_plus(Scalar::ONE)
    }

    /// The same with the group order added to S: the same number modulo the order.
    pub fn with_unreduced_s(&self) -> Self {
        // one less than the order, and one
        let parts = [self.s(), (-Scalar::ONE).to_bytes(), Scalar::ONE.to_bytes()];
        let mut carry = 0;
        let sum = std::array::from_fn(|place| {
            carry += parts.iter().map(|part| u16::from(part[place])).sum::<u16>();
            let [low, high] = carry.to_le_bytes();
            carry = u16::from(high);
            low
        });
        self.with_s(sum)
    }
}

/// What *k* is: the hash of R, A and the message.
pub fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// Somebody who knows a secret and adds points of small order where no honest signer does.
#[derive(Clone, Copy, Debug)]
pub struct Crafter {
    pub secret: u8,
    /// Which of the eight points is added to the key; 0 is the neutral one.
    pub key_torsion: usize,
    /// Which of the eight is added to R.
    pub r_torsion: usize,
}

impl Crafter {
    fn scalar(&self, label: u8) -> Scalar {
        Scalar::from_bytes_mod_order(clamp_integer([self.secret ^ label; 32]))
    }

    /// A letter that satisfies the equation with the factor 8; without it, only if the small parts cancel out.
    pub fn sign(&self, message: &[u8]) -> Letter {
        let (a, r) = (self.scalar(0), self.scalar(0x80));
        let key = (EdwardsPoint::mul_base(&a) + EIGHT_TORSION[self.key_torsion]).compress().0;
        let r_point = (EdwardsPoint::mul_base(&r) + EIGHT_TORSION[self.r_torsion]).compress().0;
        let s = r + challenge(&r_point, &key, message) * a;
        Letter::new(key, message, r_point, s.to_bytes())
    }
}

/// Verifies a batch with a verifier that has met nothing before.
pub fn verify(letters: &[Letter]) -> Result<(), Vec<usize>> {
    verify_with(&Ed25519Verifier::default(), letters)
}

pub fn verify_with(verifier: &dyn Verifier, letters: &[Letter]) -> Result<(), Vec<usize>> {
    verifier.verify(&letters.iter().map(Letter::signed).collect::<Vec<_>>())
}
