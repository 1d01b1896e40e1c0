//! What a site checks. The order is that of cost: what is cheap to refuse comes before signatures are looked at.

use realdid_client::LightClient;
use realdid_crypto::{PublicKey, Verifier, verify_one};
use realdid_identity::DidRecord;
use realdid_types::{Did, Height, OrganisationName, Timestamp};

use crate::{
    Attested, Challenge, KnownEpochs, LoginError, Response, Standing, Subject, epochs::follow, subject,
};

/// How far validators' clocks may be ahead of a site's, in milliseconds.
const CLOCKS_APART: u64 = 60_000;

/// What a site goes by.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance<'a> {
    /// Now, by the site's clock.
    pub now: Timestamp,
    /// The validators that are known.
    pub epochs: &'a KnownEpochs,
    /// The authorities whose attestations count; none for all.
    pub authorities: Option<&'a [OrganisationName]>,
}

/// Who logged in.
#[derive(Clone, Debug)]
pub struct Login {
    /// The DID.
    pub did: Did,
    /// What the site calls its holder.
    pub subject: Subject,
    /// The level at which an authority attests a real person; none if that was not asked for.
    pub level: Option<u32>,
    /// That authority.
    pub authority: Option<OrganisationName>,
    /// The block that showed all this.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// What the response proved of validators, for [`KnownEpochs::learn`].
    pub proven: LightClient,
}

/// Checks a response to a challenge that is open, and only once: see [`crate::Challenges`].
///
/// # Errors
/// Says what is wrong with it.
pub fn verify(
    challenge: &Challenge,
    response: Response,
    acceptance: Acceptance<'_>,
    verifier: &dyn Verifier,
) -> Result<Login, LoginError> {
    check_challenge(challenge, &response.challenge, acceptance.now)?;
    let Response { did, key, signature, bundle, epochs, .. } = response;
    let epoch = bundle.certificate.statement.at.epoch;
    if epoch < challenge.epoch {
        return Err(LoginError::OldEpoch { found: epoch, asked: challenge.epoch });
    }
    check_age(challenge, bundle.header.time, acceptance.now)?;
    let known = acceptance.epochs.at(challenge.epoch).ok_or(LoginError::ChallengeExpired)?;
    let proven = follow(known, epochs, epoch, verifier)?;
    let Standing { header, record, attested } = bundle.verify(did, &proven, verifier)?;
    check_key(record, &key)?;
    if !verify_one(verifier, &key, challenge.signing_digest(did).as_bytes(), &signature) {
        return Err(LoginError::SignatureInvalid);
    }
    let attested = check_attestation(challenge.level, attested, acceptance)?;
    Ok(Login {
        did,
        subject: subject(challenge.site, did),
        level: attested.map(|attested| attested.attestation.entry.level),
        authority: attested.map(|attested| attested.authority.clone()),
        height: header.height,
        time: header.time,
        proven,
    })
}

fn check_challenge(asked: &Challenge, answered: &Challenge, now: Timestamp) -> Result<(), LoginError> {
    if answered.genesis != asked.genesis {
        return Err(LoginError::OtherNetwork);
    }
    if answered.site != asked.site {
        return Err(LoginError::OtherSite);
    }
    if answered.nonce != asked.nonce {
        return Err(LoginError::NonceUnknown);
    }
    if answered.origin != asked.origin {
        return Err(LoginError::OtherOrigin(answered.origin.to_string()));
    }
    if answered.return_address != asked.return_address {
        return Err(LoginError::OtherReturnAddress(answered.return_address.to_string()));
    }
    if answered != asked {
        return Err(LoginError::OtherChallenge);
    }
    if now >= asked.expires { Err(LoginError::ChallengeExpired) } else { Ok(()) }
}

fn check_age(challenge: &Challenge, of: Timestamp, now: Timestamp) -> Result<(), LoginError> {
    if of > now.plus(CLOCKS_APART) {
        return Err(LoginError::FromTheFuture { of });
    }
    let age_max = challenge.age_max;
    if of.plus(age_max) < now { Err(LoginError::Stale { of, age_max }) } else { Ok(()) }
}

fn check_key(record: &DidRecord, key: &PublicKey) -> Result<(), LoginError> {
    if record.deactivated {
        return Err(LoginError::Deactivated);
    }
    match record.keys.iter().find(|held| held.key.key == *key) {
        None => Err(LoginError::KeyNotCurrent),
        Some(held) if held.key.purposes.authentication => Ok(()),
        Some(_) => Err(LoginError::KeyPurpose),
    }
}

/// The attestation, if one was asked for. What was not asked for is not told.
fn check_attestation<'a>(
    level: u32,
    attested: Option<&'a Attested>,
    acceptance: Acceptance<'_>,
) -> Result<Option<&'a Attested>, LoginError> {
    if level == 0 {
        return Ok(None);
    }
    let attested = attested.ok_or(LoginError::NotAttested)?;
    let (attestation, authority) = (attested.attestation.entry, &attested.authority);
    if !attested.member.entry.roles.is_some_and(|roles| roles.authority) {
        return Err(LoginError::NotAuthority(authority.clone()));
    }
    if acceptance.authorities.is_some_and(|accepted| !accepted.contains(authority)) {
        return Err(LoginError::AuthorityNotAccepted(authority.clone()));
    }
    if attestation.expires <= acceptance.now {
        return Err(LoginError::AttestationExpired(attestation.expires));
    }
    if attestation.level < level {
        return Err(LoginError::LevelTooLow { found: attestation.level, asked: level });
    }
    Ok(Some(attested))
}
