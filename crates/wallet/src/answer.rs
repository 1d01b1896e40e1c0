//! Answering a site: with what the wallet holds, or with the reason why that is not enough.

use realdid_identity::DidRecord;
use realdid_login::{Bundle, Challenge, EPOCHS_MAX, Response};
use realdid_types::{Epoch, Timestamp};

use crate::{FRESHNESS_MIN, Identity, PastLogin, Purpose, Wallet};

/// How long a response may be on its way: proofs that would be too old by then are too old now. In milliseconds.
const ON_THE_WAY: u64 = 60_000;

/// Why the wallet cannot answer yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// Nobody here.
    #[error("you have no DID for this site yet")]
    NoIdentity,
    /// Proofs are missing or too old: look them up now, which tells the node asked that this DID is used now.
    #[error("the proofs held for this site are missing or older than the site takes")]
    Stale,
    /// The site wants to know that a real person logs in.
    #[error("the site asks that an authority attests you, and none does yet")]
    NotAttested,
    /// As far as the proofs that are held tell.
    #[error("the attestation ran out at {0}")]
    AttestationExpired(Timestamp),
    /// It wants to be surer than the authority is.
    #[error("the site asks for an attestation of level {asked}, and yours is of level {found}")]
    LevelTooLow {
        /// Yours.
        found: u32,
        /// The site's.
        asked: u32,
    },
    /// The login key was taken away.
    #[error(
        "the DID does not hold your key for logging in any more: somebody who has its other key took it away"
    )]
    KeyGone,
    /// The site was away for long.
    #[error(
        "the site knows no validators since epoch {0}, too long ago for a login to prove: it must ask a node"
    )]
    EpochsMissing(Epoch),
}

impl NotReady {
    /// Whether looking up the newest proofs may help.
    #[must_use]
    pub const fn asks_for_proofs(&self) -> bool {
        !matches!(self, Self::NoIdentity | Self::EpochsMissing(_))
    }
}

impl Wallet {
    /// The response to a challenge that a person agreed to answer. It tells nothing that is not asked for.
    ///
    /// # Errors
    /// [`NotReady`].
    pub fn answer(&self, challenge: &Challenge, now: Timestamp) -> Result<Response, NotReady> {
        let identity = self.identity(challenge.site).ok_or(NotReady::NoIdentity)?;
        let mut bundle = identity.bundle.clone().ok_or(NotReady::Stale)?;
        let newest = bundle.certificate.statement.at.epoch;
        let until = bundle.header.time.plus(challenge.age_max);
        if until < now.plus(ON_THE_WAY.min(challenge.age_max / 2)) || newest < challenge.epoch {
            return Err(NotReady::Stale);
        }
        let key = self.branch(challenge.site).key(Purpose::Authentication, identity.place.generation);
        if !may_log_in(&bundle.record, &key.public_key()) {
            return Err(NotReady::KeyGone);
        }
        check_attestation(&bundle, challenge.level, now)?;
        if challenge.level == 0 {
            bundle.attested = None;
        }
        let of = |step: &&realdid_login::EpochStep| step.end.commit.statement.at.epoch;
        let epochs = self.epochs.iter().filter(|step| (challenge.epoch..newest).contains(&of(step)));
        let epochs: Vec<_> = epochs.cloned().collect();
        if epochs.len() > EPOCHS_MAX {
            return Err(NotReady::EpochsMissing(challenge.epoch));
        }
        Ok(Response::sign(challenge.clone(), identity.did, &key, bundle, epochs))
    }

    /// Notes that a challenge is answered, and keeps the site's proofs as fresh as it asks from now on. Call it before
    /// the response is sent: what is told is told whether or not an answer comes.
    pub fn note_login(&mut self, challenge: &Challenge, now: Timestamp, asked_node: bool) {
        let Some(identity) = self.identity_mut(challenge.site) else { return };
        identity.freshness = identity.freshness.min(challenge.age_max).max(FRESHNESS_MIN);
        let name = identity.site.site.name.clone();
        let Challenge { site, level, .. } = *challenge;
        self.remember(PastLogin { time: now, site, name, level, asked_node });
    }
}

impl Identity {
    /// Whether what is known of the site is fresh enough to show a person.
    #[must_use]
    pub fn knows_site(&self, now: Timestamp) -> bool {
        self.site_of.plus(crate::FRESHNESS) >= now
    }
}

fn may_log_in(record: &DidRecord, key: &realdid_crypto::PublicKey) -> bool {
    record.keys.iter().any(|held| held.key.key == *key && held.key.purposes.authentication)
}

fn check_attestation(bundle: &Bundle, asked: u32, now: Timestamp) -> Result<(), NotReady> {
    if asked == 0 {
        return Ok(());
    }
    let attestation = bundle.attested.as_ref().ok_or(NotReady::NotAttested)?.attestation.entry;
    if attestation.expires <= now.plus(ON_THE_WAY) {
        return Err(NotReady::AttestationExpired(attestation.expires));
    }
    if attestation.level < asked {
        return Err(NotReady::LevelTooLow { found: attestation.level, asked });
    }
    Ok(())
}
