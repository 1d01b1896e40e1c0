//! Why a login is refused.

use realdid_client::Untrusted;
use realdid_types::{DecodeError, Epoch, OrganisationName, Timestamp};

/// Why a site refuses a response.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Bytes that are no response.
    #[error("this is no response: {0}")]
    Malformed(#[from] DecodeError),
    /// A nonce that is not open here.
    #[error(
        "no login with this nonce is open: it was used, it ran out, or it was never asked for; begin again"
    )]
    NonceUnknown,
    /// It comes from another browser than the one that was asked.
    #[error("the login was begun in another browser, and this site does not allow that")]
    OtherSession,
    /// Too late.
    #[error("the challenge ran out; begin again")]
    ChallengeExpired,
    /// Of another ledger.
    #[error("the response is to a challenge of another network")]
    OtherNetwork,
    /// To another site.
    #[error("the response is to a challenge of another site")]
    OtherSite,
    /// From a page of another origin.
    #[error("the response is to a challenge on a page of {0}, not of this site: somebody passed it on")]
    OtherOrigin(String),
    /// For another address.
    #[error("the response was meant for another address: {0}")]
    OtherReturnAddress(String),
    /// It differs in what was asked.
    #[error("the response is to a challenge that asks for something else")]
    OtherChallenge,
    /// Not signed by the key that it names.
    #[error("the signature does not hold")]
    SignatureInvalid,
    /// A key that the DID does not hold.
    #[error("the key is none that the DID holds: it was replaced, or never was one")]
    KeyNotCurrent,
    /// A key for other purposes.
    #[error("the key is not one for logging in (authentication)")]
    KeyPurpose,
    /// It ended.
    #[error("the DID has ended")]
    Deactivated,
    /// An epoch in between is missing.
    #[error("how epoch {known} ended is missing: the next that is proven is epoch {found}")]
    Gap {
        /// The newest that is known.
        known: Epoch,
        /// What comes instead of its end.
        found: Epoch,
    },
    /// Of validators that were replaced since.
    #[error("the proofs are of epoch {found}, and epoch {asked} was asked for: the wallet must refresh them")]
    OldEpoch {
        /// The proofs'.
        found: Epoch,
        /// The challenge's.
        asked: Epoch,
    },
    /// Something does not hold.
    #[error("what the response proves does not hold: {0}")]
    Untrusted(#[from] Untrusted),
    /// Too old.
    #[error("the proofs are of {of}, and may be {age_max} ms old at most: the wallet must refresh them")]
    Stale {
        /// When they were true.
        of: Timestamp,
        /// How old they may be.
        age_max: u64,
    },
    /// From the future.
    #[error("the proofs are of {of}, which is later than now: set this machine's clock")]
    FromTheFuture {
        /// When they were true.
        of: Timestamp,
    },
    /// Nobody attests it.
    #[error("no authority attests that a real person holds the DID")]
    NotAttested,
    /// Not any more.
    #[error("the attestation ran out at {0}")]
    AttestationExpired(Timestamp),
    /// Less than was asked for.
    #[error("the attestation is of level {found}, and {asked} was asked for")]
    LevelTooLow {
        /// The attestation's.
        found: u32,
        /// The challenge's.
        asked: u32,
    },
    /// A member that may not attest.
    #[error("{0} is no authority any more")]
    NotAuthority(OrganisationName),
    /// One that this site does not take.
    #[error("this site does not accept attestations of {0}")]
    AuthorityNotAccepted(OrganisationName),
}

impl LoginError {
    /// A name for it that stays as it is.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NonceUnknown => "nonce_unknown",
            Self::OtherSession => "other_session",
            Self::ChallengeExpired => "challenge_expired",
            Self::OtherNetwork => "other_network",
            Self::OtherSite => "other_site",
            Self::OtherOrigin(_) => "other_origin",
            Self::OtherReturnAddress(_) => "other_return_address",
            Self::OtherChallenge => "other_challenge",
            Self::SignatureInvalid => "signature_invalid",
            Self::KeyNotCurrent => "key_not_current",
            Self::KeyPurpose => "key_purpose",
            Self::Deactivated => "deactivated",
            Self::Gap { .. } => "epoch_gap",
            Self::OldEpoch { .. } => "old_epoch",
            Self::Untrusted(untrusted) => untrusted.code(),
            Self::Stale { .. } => "stale",
            Self::FromTheFuture { .. } => "from_the_future",
            Self::NotAttested => "not_attested",
            Self::AttestationExpired(_) => "attestation_expired",
            Self::LevelTooLow { .. } => "level_too_low",
            Self::NotAuthority(_) => "not_authority",
            Self::AuthorityNotAccepted(_) => "authority_not_accepted",
        }
    }
}
