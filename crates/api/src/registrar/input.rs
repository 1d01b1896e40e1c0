//! What of a DID document the ledger keeps: keys with their purposes, services, controllers.

use std::collections::BTreeMap;

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::document::{from_jwk, from_multibase};
use realdid_types::{Did, DidKey, HttpsUrl, NetworkName, Purposes, Service, ServiceKind, ServiceName};

use super::{
    failure::Failure,
    request::{Document, Method, Reference, Secret, ServiceInput},
};
use crate::transactions::parse_digest;

/// Keys by themselves, with all that they are for.
pub(crate) type Keys = BTreeMap<PublicKey, Purposes>;

/// Entries of a list in a request: twice as many keys as a record holds, since some may be named twice.
const LIST_MAX: usize = 16;

/// Refuses lists that are longer than anybody needs, before any work is done for them.
///
/// # Errors
/// Names the list.
pub(crate) fn bound(document: &Document, secret: &Secret) -> Result<(), Failure> {
    let [authentication, assertion, invocation] =
        relationships(document).map(|(name, list)| (name, list.len()));
    let lists = [
        authentication,
        assertion,
        invocation,
        ("verificationMethod", document.verification_method.len()),
        ("service", document.service.len()),
        ("secret.verificationMethod", secret.verification_method.len()),
    ];
    match lists.iter().find(|(_, length)| *length > LIST_MAX) {
        Some((name, _)) => Err(Failure::invalid(format!("{name} has more than {LIST_MAX} entries"))),
        None => Ok(()),
    }
}

/// The keys of a document and of `secret`, apart from those for recovery. `own` is the DID, or what stands for it in a
/// document of one that is still to be made.
///
/// # Errors
/// If one is no Ed25519 key, or for nothing, or another DID's.
pub(crate) fn keys(document: &Document, secret: &Secret, own: Option<&str>) -> Result<Keys, Failure> {
    bound(document, secret)?;
    refuse_what_the_ledger_lacks(document)?;
    let mut keys = Keys::new();
    for method in &document.verification_method {
        keys.entry(key_of(method, own)?).or_default();
    }
    for (name, references) in relationships(document) {
        for reference in references {
            let key = match reference {
                Reference::Written(method) => key_of(method, own)?,
                Reference::Named(id) => key_of(named(&document.verification_method, id, own)?, own)?,
            };
            add_purpose(keys.entry(key).or_default(), name)?;
        }
    }
    for method in secret.verification_method.iter().filter(|method| !is_for_recovery(method)) {
        let purposes = keys.entry(key_of(method, own)?).or_default();
        method.purpose.iter().try_for_each(|name| add_purpose(purposes, name))?;
    }
    if let Some((key, _)) = keys.iter().find(|(_, purposes)| **purposes == Purposes::default()) {
        let key = realdid_identity::document::to_multibase(key);
        return Err(Failure::invalid(format!(
            "the key {key} is for nothing: name it in authentication, assertionMethod or capabilityInvocation"
        )));
    }
    Ok(keys)
}

/// The key for recovery that `secret` shows, if it does.
///
/// # Errors
/// If it is no Ed25519 key, or also for something else, or one of several.
pub(crate) fn recovery_key(secret: &Secret) -> Result<Option<PublicKey>, Failure> {
    let mut methods = secret.verification_method.iter().filter(|method| is_for_recovery(method));
    let Some(method) = methods.next() else { return Ok(None) };
    if methods.next().is_some() || method.purpose.len() > 1 {
        return Err(Failure::invalid("a DID has one key for recovery, which is for nothing else"));
    }
    key_of(method, None).map(Some)
}

/// The names of keys that a document to remove lists, each as its own key or by the name that it has on the ledger.
///
/// # Errors
/// If a name is that of no key.
pub(crate) fn named_keys(document: &Document, own: Option<&str>) -> Result<Vec<PublicKey>, Failure> {
    refuse_what_the_ledger_lacks(document)?;
    if let Some((name, _)) =
        relationships(document).into_iter().find(|(_, references)| !references.is_empty())
    {
        return Err(Failure::invalid(format!(
            "what a key is for cannot change: name the key in verificationMethod instead of {name}, and add another"
        )));
    }
    document.verification_method.iter().map(|method| key_of(method, own)).collect()
}

fn refuse_what_the_ledger_lacks(document: &Document) -> Result<(), Failure> {
    let lacking = [
        ("keyAgreement", document.key_agreement.is_empty()),
        ("capabilityDelegation", document.capability_delegation.is_empty()),
        ("alsoKnownAs", document.also_known_as.is_empty()),
    ];
    match lacking.iter().find(|(_, is_empty)| !is_empty) {
        Some((name, _)) => Err(Failure::invalid(format!("this method keeps no {name}: leave it out"))),
        None => Ok(()),
    }
}

fn relationships(document: &Document) -> [(&'static str, &Vec<Reference>); 3] {
    [
        ("authentication", &document.authentication),
        ("assertionMethod", &document.assertion_method),
        ("capabilityInvocation", &document.capability_invocation),
    ]
}

fn add_purpose(purposes: &mut Purposes, name: &str) -> Result<(), Failure> {
    match name {
        "authentication" => purposes.authentication = true,
        "assertionMethod" => purposes.assertion = true,
        "capabilityInvocation" => purposes.invocation = true,
        other => {
            return Err(Failure::invalid(format!(
                "no key is for {other:?} here: a purpose is authentication, assertionMethod, capabilityInvocation or \
                 recovery"
            )));
        }
    }
    Ok(())
}

fn is_for_recovery(method: &Method) -> bool {
    method.purpose.iter().any(|name| name == "recovery")
}

fn named<'a>(methods: &'a [Method], id: &str, own: Option<&str>) -> Result<&'a Method, Failure> {
    let wanted = fragment(id, own)?;
    for method in methods {
        if let Some(id) = &method.id
            && fragment(id, own)? == wanted
        {
            return Ok(method);
        }
    }
    let id = id.get(..100).unwrap_or(id);
    Err(Failure::invalid(format!("no verificationMethod of the document has the id {id:?}")))
}

/// What an id of this DID's document names: `#name`, `name`, or the DID with `#name`.
fn fragment<'a>(id: &'a str, own: Option<&str>) -> Result<&'a str, Failure> {
    match id.split_once('#') {
        None => Ok(id),
        Some((did, name)) if did.is_empty() || Some(did) == own => Ok(name),
        Some((did, _)) => {
            let did = did.get(..100).unwrap_or(did);
            Err(Failure::invalid(format!(
                "{did:?} is another DID: a document names its own keys and services alone"
            )))
        }
    }
}

fn key_of(method: &Method, own: Option<&str>) -> Result<PublicKey, Failure> {
    let invalid = |error: realdid_identity::document::InvalidKey| Failure::invalid(error.to_string());
    if let Some(kind) = method.kind.as_deref()
        && !["Multikey", "JsonWebKey", "JsonWebKey2020", "Ed25519VerificationKey2020"].contains(&kind)
    {
        return Err(Failure::invalid(
            "a verificationMethod is of type Multikey, JsonWebKey, JsonWebKey2020 or Ed25519VerificationKey2020",
        ));
    }
    if method
        .controller
        .as_deref()
        .is_some_and(|controller| !controller.is_empty() && Some(controller) != own)
    {
        return Err(Failure::invalid(
            "the controller of a verificationMethod is the DID itself: leave it out",
        ));
    }
    match (&method.public_key_multibase, &method.public_key_jwk, &method.id) {
        (Some(text), None, _) => from_multibase(text).map_err(invalid),
        (None, Some(jwk), _) => from_jwk(&jwk.kty, &jwk.crv, &jwk.x).map_err(invalid),
        (None, None, Some(id)) if id.contains('#') => {
            from_multibase(fragment(id, own)?).map_err(|_| no_material())
        }
        _ => Err(no_material()),
    }
}

fn no_material() -> Failure {
    Failure::invalid("a verificationMethod has one of publicKeyMultibase and publicKeyJwk, of an Ed25519 key")
}

/// The services of a document.
///
/// # Errors
/// If one has not the form that the ledger takes, or a name stands there twice.
pub(crate) fn services(document: &Document, own: Option<&str>) -> Result<Vec<Service>, Failure> {
    let services = document.service.iter().map(|input| service(input, own));
    let mut services = services.collect::<Result<Vec<_>, _>>()?;
    services.sort_by(|a, b| a.name.cmp(&b.name));
    if services.windows(2).any(|pair| matches!(pair, [a, b] if a.name == b.name)) {
        return Err(Failure::invalid("two services have one id"));
    }
    Ok(services)
}

fn service(input: &ServiceInput, own: Option<&str>) -> Result<Service, Failure> {
    let invalid = |error: realdid_types::InvalidText| Failure::invalid(format!("a service: {error}"));
    let missing = || Failure::invalid("a service has id, type and serviceEndpoint");
    Ok(Service {
        name: service_name(input, own)?,
        kind: ServiceKind::new(input.kind.as_deref().ok_or_else(missing)?).map_err(invalid)?,
        endpoint: HttpsUrl::new(input.service_endpoint.as_deref().ok_or_else(missing)?).map_err(invalid)?,
    })
}

/// The name of a service in a document: what stands behind `#` in its id.
///
/// # Errors
/// If it is none.
pub(crate) fn service_name(input: &ServiceInput, own: Option<&str>) -> Result<ServiceName, Failure> {
    ServiceName::new(fragment(&input.id, own)?)
        .map_err(|error| Failure::invalid(format!("a service's id: {error}")))
}

/// The controllers of a document other than the DID itself, ascending.
///
/// # Errors
/// If one is no DID of this network.
pub(crate) fn controllers(
    document: &Document,
    own: Option<&str>,
    network: &NetworkName,
) -> Result<Vec<Did>, Failure> {
    let named = document.controller.clone().map(super::request::OneOrMany::into_vec).unwrap_or_default();
    let others = named.iter().filter(|text| Some(text.as_str()) != own);
    let dids = others.map(|text| {
        Did::from_text(text, network).map_err(|error| Failure::invalid(format!("a controller: {error}")))
    });
    let mut dids = dids.collect::<Result<Vec<_>, _>>()?;
    dids.sort_unstable();
    dids.dedup();
    Ok(dids)
}

/// A commitment in hexadecimal.
///
/// # Errors
/// If it is none.
pub(crate) fn commitment(name: &str, text: &str) -> Result<Digest, Failure> {
    parse_digest(text).map_err(|_| Failure::invalid(format!("options.{name} takes 64 hexadecimal digits")))
}

/// The keys as an operation lists them.
pub(crate) fn listed(keys: Keys) -> Vec<DidKey> {
    keys.into_iter().map(|(key, purposes)| DidKey { key, purposes }).collect()
}
