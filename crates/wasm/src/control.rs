//! Proof to an authority that somebody controls a DID.

use realdid_client::Control;
use realdid_types::{Did, OrganisationName};
use serde_json::{Value, json};

use crate::{failure::Failure, json::Wrong, light::Trusted, parts::Parts};

/// What a key of the DID signs, so that this authority believes that its holder asks.
pub(crate) fn control(light: &mut Option<Trusted>, mut parts: Parts<'_>) -> Result<Value, Failure> {
    let light = light.as_ref().ok_or(Failure::NoGenesis)?;
    let (did, authority, challenge) = (parts.take()?, parts.take()?, parts.take()?);
    parts.end()?;
    let did = Did::from_text(&String::from_utf8_lossy(did), &light.network)?;
    let authority = OrganisationName::new(&String::from_utf8_lossy(authority));
    let authority = authority.map_err(|error| Wrong::new(error.to_string()))?;
    let challenge = challenge.try_into().map_err(|_| Failure::Request)?;
    let control = Control { genesis: light.genesis, did, authority: &authority, challenge };
    Ok(json!({ "message": control.digest().to_string() }))
}
