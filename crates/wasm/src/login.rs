//! Logging in: what a site makes and checks, and what a wallet does.

use realdid_crypto::{PublicKey, Signature};
use realdid_login::{Acceptance, Bundle, Challenge, EpochStep, Registered, Requester, Response};
use realdid_state::StateKey;
use realdid_types::{Did, EpochEnd, NetworkName, OrganisationName, Timestamp, ValidatorSet, Wire};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    json::{Bytes, Fields, Json, Wrong, hex, is_exact},
    light::{Trusted, malformed, show_record, take_proof},
    parts::Parts,
};

/// A challenge of what a site asks.
pub(crate) fn challenge(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let asked = json_of(parts.take()?)?;
    parts.end()?;
    let known = ["site", "origin", "return_address", "nonce", "expires", "age_max", "level", "other_device"];
    let (fields, network) = (Fields::of(&asked, &known)?, &light.network);
    let Bytes(nonce) = fields.take("nonce", network)?;
    let challenge = Challenge {
        genesis: light.genesis,
        site: fields.take("site", network)?,
        origin: fields.take("origin", network)?,
        return_address: fields.take("return_address", network)?,
        nonce: realdid_crypto::Digest::from_bytes(nonce),
        expires: fields.take("expires", network)?,
        epoch: light.epochs.newest().epoch(),
        age_max: fields.take("age_max", network)?,
        level: fields.take("level", network)?,
        other_device: fields.take("other_device", network)?,
    };
    Ok(show(&challenge, network))
}

/// What a challenge says; with a DID, also what its key signs to answer it.
pub(crate) fn read_challenge(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let challenge = Challenge::decode(parts.take()?).map_err(malformed("challenge"))?;
    let did = parts.take_if_any()?;
    parts.end()?;
    let mut shown = exact(show(&challenge, &light.network))?;
    if let (Some(did), Some(fields)) = (did, shown.as_object_mut()) {
        let did = Did::from_text(&String::from_utf8_lossy(did), &light.network)?;
        fields.insert("message".to_owned(), challenge.signing_digest(did).to_string().into());
    }
    Ok(shown)
}

/// The challenge that a response answers.
pub(crate) fn read_response(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let response = Response::decode(parts.take()?).map_err(malformed("response"))?;
    parts.end()?;
    exact(show(&response.challenge, &light.network))
}

/// Who logs in by a response. What it proves of validators is known from then on.
pub(crate) fn verify(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_mut().ok_or(Failure::NoGenesis)?;
    let challenge = Challenge::decode(parts.take()?).map_err(malformed("challenge"))?;
    let response = Response::decode(parts.take()?).map_err(malformed("response"))?;
    let asked = json_of(parts.take()?)?;
    parts.end()?;
    let fields = Fields::of(&asked, &["now", "authorities"])?;
    let authorities: Option<Vec<OrganisationName>> = fields.take("authorities", &light.network)?;
    let now = fields.take("now", &light.network)?;
    let acceptance = Acceptance { now, epochs: &light.epochs, authorities: authorities.as_deref() };
    let login = realdid_login::verify(&challenge, response, acceptance, &light.verifier)?;
    light.epochs.learn(login.proven);
    Ok(json!({
        "did": login.did.to_text(&light.network),
        "subject": login.subject.to_string(),
        "level": login.level,
        "authority": login.authority.map(|name| name.to_string()),
        "height": login.height.0,
        "time": login.time.0,
        "epoch": light.epochs.newest().epoch().0,
    }))
}

/// What the person is to agree to, if the wallet may answer at all.
pub(crate) fn review(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let challenge = Challenge::decode(parts.take()?).map_err(malformed("challenge"))?;
    let asked = json_of(parts.take()?)?;
    let shown = take_proof(parts)?;
    let fields = Fields::of(&asked, &["now", "requester"])?;
    let now: Timestamp = fields.take("now", &light.network)?;
    let requester = match asked.get("requester") {
        Some(Value::String(page)) => Requester::Page(page),
        Some(Value::Null) => Requester::OtherDevice,
        // whoever forgets to say it must not pass for another device
        _ => {
            return Err(Wrong::new("the origin of the page that asked, or null")
                .in_field("requester")
                .into());
        }
    };
    let proven = light.epochs.newest().check_site(challenge.site, &shown, &light.verifier)?;
    let registered = Registered { site: proven.entry.as_ref(), as_of: proven.header.time };
    let consent = realdid_login::review(&challenge, registered, light.genesis, requester, now)?;
    Ok(json!({
        "name": consent.name,
        "origin": consent.origin,
        "return_address": consent.return_address.as_str(),
        "level": consent.level,
        "number": consent.number,
    }))
}

/// What a wallet is to hold ready, once it is believed.
pub(crate) fn check_bundle(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let did = Did::from_text(&String::from_utf8_lossy(parts.take()?), &light.network)?;
    let bundle = Bundle::decode(parts.take()?).map_err(malformed("bundle"))?;
    parts.end()?;
    let standing = bundle.verify(did, light.epochs.newest(), &light.verifier)?;
    Ok(json!({
        "record": show_record(standing.record, &light.network),
        "height": standing.header.height.0,
        "time": standing.header.time.0,
        "attested": standing.attested.map(|attested| json!({
            "authority": attested.authority.as_str(),
            "level": attested.attestation.entry.level,
            "expires": attested.attestation.entry.expires.0,
        })),
    }))
}

/// The response that a wallet sends. An attestation that is not asked for is left out, and so are epochs that the site
/// knows.
pub(crate) fn answer(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let challenge = Challenge::decode(parts.take()?).map_err(malformed("challenge"))?;
    let did = Did::from_text(&String::from_utf8_lossy(parts.take()?), &light.network)?;
    let key = PublicKey::ed25519(parts.take()?.try_into().map_err(|_| Failure::Key)?);
    let signature = parts.take()?.try_into().map_err(|_| Failure::Signature(key))?;
    let mut bundle = Bundle::decode(parts.take()?).map_err(malformed("bundle"))?;
    if challenge.level == 0 {
        bundle.attested = None;
    }
    let mut epochs = steps(parts)?;
    let newest = bundle.certificate.statement.at.epoch;
    epochs.retain(|step| (challenge.epoch..newest).contains(&step.end.commit.statement.at.epoch));
    let signature = Signature::ed25519(signature);
    let response = Response { challenge, did, key, signature, bundle, epochs };
    Ok(json!({ "bytes": hex(&response.encode()) }))
}

fn steps(mut parts: Parts<'_>) -> Result<Vec<EpochStep>, Failure> {
    let mut steps = Vec::new();
    while let Some(end) = parts.take_if_any()? {
        let end = EpochEnd::decode(end).map_err(malformed("end of the epoch"))?;
        let next = ValidatorSet::decode(parts.take()?).map_err(malformed("next validators"))?;
        steps.push(EpochStep { end, next });
    }
    Ok(steps)
}

fn json_of(bytes: &[u8]) -> Result<Value, Wrong> {
    serde_json::from_slice(bytes).map_err(|error| Wrong::new(error.to_string()))
}

fn exact(shown: Value) -> Result<Value, Failure> {
    if is_exact(&shown) { Ok(shown) } else { Err(Failure::Inexact) }
}

fn show(challenge: &Challenge, network: &NetworkName) -> Value {
    json!({
        "genesis": challenge.genesis.to_string(),
        "site": challenge.site.show(network),
        "origin": challenge.origin.as_str(),
        "return_address": challenge.return_address.as_str(),
        "nonce": challenge.nonce.to_string(),
        "expires": challenge.expires.0,
        "epoch": challenge.epoch.0,
        "age_max": challenge.age_max,
        "level": challenge.level,
        "other_device": challenge.other_device,
        "number": realdid_login::matching_number(challenge),
        "site_key": hex(&StateKey::Site(challenge.site).to_bytes()),
        "bytes": hex(&challenge.encode()),
    })
}
