//! The one way in which the rest of the system asks whether signatures hold.

use crate::{PublicKey, Signature};

/// A message with the signature that it is said to have.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Who is said to have signed.
    pub key: &'a PublicKey,
    /// What.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a Signature,
}

/// Tells which signatures hold.
///
/// The verdict on a signature depends on its key, message and bytes alone, never on what is verified beside or
/// before it: whoever verifies the same signature, in whatever batches, comes to the same verdict.
pub trait Verifier: Send + Sync {
    /// Verifies all; none at all is in order.
    ///
    /// # Errors
    /// The places of those that do not hold, ascending.
    fn verify(&self, signed: &[Signed<'_>]) -> Result<(), Vec<usize>>;
}

/// Whether one signature holds.
#[must_use]
pub fn verify_one(verifier: &dyn Verifier, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    verifier.verify(&[Signed { key, message, signature }]).is_ok()
}
