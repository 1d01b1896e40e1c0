//! What a wallet answers.

use realdid_crypto::{PublicKey, SecretKey, Signature};
use realdid_types::{Did, codec, limits, wire::TopLevel};

use crate::{Bundle, Challenge, EPOCHS_MAX, EpochStep};

/// A signed challenge, with everything that a site needs to believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// As it was asked.
    pub challenge: Challenge,
    /// Who logs in.
    pub did: Did,
    /// One of the DID's keys for authentication.
    pub key: PublicKey,
    /// Its signature, under [`Challenge::signing_digest`].
    pub signature: Signature,
    /// How the DID stands.
    pub bundle: Bundle,
    /// From the epoch that the challenge names to the bundle's.
    pub epochs: Vec<EpochStep>,
}

impl Response {
    /// Signs. Whether to is asked before: [`crate::review`]. `bundle` should hold an attestation only if one is asked
    /// for, and `epochs` those from the challenge's to the bundle's.
    #[must_use]
    pub fn sign(
        challenge: Challenge,
        did: Did,
        key: &SecretKey,
        bundle: Bundle,
        epochs: Vec<EpochStep>,
    ) -> Self {
        let signature = key.sign(challenge.signing_digest(did).as_bytes());
        Self { challenge, did, key: key.public_key(), signature, bundle, epochs }
    }
}

codec! {
    #[versioned]
    Response {
        2: challenge,
        3: did,
        4: key,
        5: signature,
        6: bundle,
        7: epochs up to EPOCHS_MAX,
    }
}

impl TopLevel for Response {
    /// Four validators and two changes of them take some 6 KiB; this is room for sixteen changes of a hundred.
    const BYTES_MAX: usize = limits::CATCH_UP_BYTES_MAX / 2;
}
