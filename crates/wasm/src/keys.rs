//! Keys: of whoever has a seed in memory. Others are asked to sign.

use realdid_crypto::{PublicKey, SecretKey};
use realdid_identity::commitment;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{failure::Failure, json::hex, light::Trusted, parts::Parts};

fn secret(seed: &[u8]) -> Result<SecretKey, Failure> {
    let mut own = Zeroizing::new([0; 32]);
    if seed.len() != own.len() {
        return Err(Failure::Key);
    }
    own.copy_from_slice(seed);
    Ok(SecretKey::ed25519(&own))
}

/// The public half of a seed's key.
pub(crate) fn public_key(_: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let seed = parts.take()?;
    parts.end()?;
    Ok(json!({ "key": secret(seed)?.public_key().to_string() }))
}

/// A seed's signature over a message (RFC 8032).
pub(crate) fn sign(_: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let (seed, message) = (parts.take()?, parts.take()?);
    parts.end()?;
    Ok(json!({ "signature": hex(secret(seed)?.sign(message).as_bytes()) }))
}

/// The commitment to a key.
pub(crate) fn commit(_: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let key = parts.take()?;
    parts.end()?;
    let key = key.try_into().map_err(|_| Failure::Key)?;
    Ok(json!({ "commitment": commitment(&PublicKey::ed25519(key)).to_string() }))
}
