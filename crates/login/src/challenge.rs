//! What a site asks of a wallet.

use realdid_crypto::{Context, Digest, Hasher, digest};
use realdid_types::{
    Did, Epoch, GenesisDigest, Origin, ReturnAddress, Timestamp, Wire, codec, limits, wire::TopLevel,
};

/// What a site asks. Whoever can read it can pass it on, so nothing rests on its being secret but what [`Challenges`]
/// ties its nonce to.
///
/// [`Challenges`]: crate::Challenges
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The network on whose ledger the site stands.
    pub genesis: GenesisDigest,
    /// The site's DID.
    pub site: Did,
    /// Of the page that asks.
    pub origin: Origin,
    /// Where the answer goes: one that the ledger holds for the site.
    pub return_address: ReturnAddress,
    /// 32 random bytes, used once.
    pub nonce: Digest,
    /// By the site's clock; the answer must be there before.
    pub expires: Timestamp,
    /// The newest epoch whose validators the site knows: the answer proves those after it.
    pub epoch: Epoch,
    /// How old the proofs may be, in milliseconds: how long a revocation may go unnoticed.
    pub age_max: u64,
    /// The least level of attestation that is asked for; 0 if nothing about the person is.
    pub level: u32,
    /// Whether the wallet may be on another device than the page, where nobody can tell if a phisher shows the page.
    pub other_device: bool,
}

impl Challenge {
    /// What the DID's authentication key signs: this challenge and no other, for this DID and no other.
    #[must_use]
    pub fn signing_digest(&self, did: Did) -> Digest {
        Hasher::new(Context::Login).update(did.0.as_bytes()).update(&self.encode()).finish()
    }
}

/// A number from 10 to 99 that page and wallet both show when they are on two devices: a person who finds two different
/// ones is looking at another page's challenge.
#[must_use]
pub fn matching_number(challenge: &Challenge) -> u8 {
    let bytes = digest(Context::Login, &challenge.encode());
    let [first, ..] = *bytes.as_bytes();
    // 256 is no multiple of 90, which matters little for a number that keeps no secret
    first.checked_rem(90).unwrap_or(0).saturating_add(10)
}

codec! {
    #[versioned]
    Challenge {
        2: genesis,
        3: site,
        4: origin,
        5: return_address,
        6: nonce,
        7: expires,
        8: epoch,
        9: age_max,
        10: level,
        11: other_device,
    }
}

impl TopLevel for Challenge {
    const BYTES_MAX: usize = limits::ORIGIN_MAX + limits::URL_MAX + 256;
}
