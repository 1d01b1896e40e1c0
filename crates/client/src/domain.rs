//! Domains that a DID is linked to, after the DIF's Well Known DID Configuration: a site puts a credential, which a key
//! of its DID signed, at `/.well-known/did-configuration.json` of its own origin. The credential is a JWT signed with
//! `EdDSA` (RFC 8037); the Linked Data form is passed over.
//!
//! What that shows: whoever controls the pages of the origin, and whoever holds the DID's key, say of each other that
//! they are one. Nothing is said of who that is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_crypto::{PublicKey, SecretKey, Signature, Verifier, verify_one};
use serde::Deserialize;
use serde_json::{Value, json};

/// The context of such a resource and of its credentials.
const CONTEXT: &str = "https://identity.foundation/.well-known/did-configuration/v1";
/// A resource with more links is refused: each may cost a verification.
const LINKS_MAX: usize = 64;

/// A DID and an origin that are to be linked, and the time in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct LinkedDomain<'a> {
    /// The DID.
    pub did: &'a str,
    /// As a browser's `Origin` header says it.
    pub origin: &'a str,
    /// Now.
    pub now: u64,
}

/// The links that an origin shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainLinks(Vec<String>);

/// Why an origin is not linked to a DID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The resource is no DID configuration.
    #[error("the resource is no DID configuration: {0}")]
    Malformed(String),
    /// No credential is about this DID and this origin.
    #[error("no credential there (a JWT signed with EdDSA) is of this DID and for this origin")]
    Missing,
    /// One is there, but not now.
    #[error("the credential is not valid now: it is from {0} to {1} (seconds since 1970)")]
    OutOfTime(u64, u64),
    /// One is there, and no key of the DID that may sign statements made it.
    #[error("the credential is signed by no key that the DID has for statements (assertionMethod)")]
    Forged,
}

#[derive(Deserialize)]
struct Configuration {
    linked_dids: Vec<Value>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: String,
    /// Extensions that must be understood (RFC 7515, section 4.1.11); here none is.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    nbf: u64,
    vc: Credential,
}

#[derive(Deserialize)]
struct Credential {
    #[serde(rename = "type")]
    types: Vec<String>,
    #[serde(rename = "credentialSubject")]
    subject: Subject,
}

#[derive(Deserialize)]
struct Subject {
    id: String,
    origin: String,
}

impl DomainLinks {
    /// Reads the resource that an origin shows.
    ///
    /// # Errors
    /// If it is no DID configuration, or has more links than anybody needs.
    pub fn read(resource: &[u8]) -> Result<Self, LinkError> {
        let read: Configuration =
            serde_json::from_slice(resource).map_err(|error| LinkError::Malformed(error.to_string()))?;
        if read.linked_dids.len() > LINKS_MAX {
            return Err(LinkError::Malformed(format!("it has more than {LINKS_MAX} links")));
        }
        let tokens = read.linked_dids.iter().filter_map(Value::as_str);
        Ok(Self(tokens.map(str::to_owned).collect()))
    }

    /// Whether one of them links a DID, which has these keys for statements, with an origin.
    ///
    /// # Errors
    /// [`LinkError::Missing`] if none is of this DID and for this origin; otherwise says what is wrong with the last one that
    /// is.
    pub fn check(
        &self,
        wanted: LinkedDomain<'_>,
        keys: &[PublicKey],
        verifier: &dyn Verifier,
    ) -> Result<(), LinkError> {
        let mut wrong = LinkError::Missing;
        for token in &self.0 {
            match check_token(token, wanted, keys, verifier) {
                Ok(()) => return Ok(()),
                Err(LinkError::Missing) => {}
                Err(error) => wrong = error,
            }
        }
        Err(wrong)
    }
}

fn check_token(
    token: &str,
    wanted: LinkedDomain<'_>,
    keys: &[PublicKey],
    verifier: &dyn Verifier,
) -> Result<(), LinkError> {
    let (message, signature) = token.rsplit_once('.').ok_or(LinkError::Missing)?;
    let (head, claims) = message.split_once('.').ok_or(LinkError::Missing)?;
    let (head, claims): (Head, Claims) = (json_of(head)?, json_of(claims)?);
    let of_did = |text: &str| text == wanted.did;
    let subject = &claims.vc.subject;
    let is_wanted = head.alg == "EdDSA"
        && head.crit.is_none()
        && head.kid.split('#').next().is_some_and(of_did)
        && [&claims.iss, &claims.sub, &subject.id].into_iter().all(|text| of_did(text))
        && subject.origin == wanted.origin
        && claims.vc.types.iter().any(|kind| kind == "DomainLinkageCredential");
    if !is_wanted {
        return Err(LinkError::Missing);
    }
    if !(claims.nbf..claims.exp).contains(&wanted.now) {
        return Err(LinkError::OutOfTime(claims.nbf, claims.exp));
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok());
    let signature = Signature::ed25519(signature.ok_or(LinkError::Forged)?);
    let holds = |key: &PublicKey| verify_one(verifier, key, message.as_bytes(), &signature);
    if keys.iter().any(holds) { Ok(()) } else { Err(LinkError::Forged) }
}

fn json_of<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, LinkError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| LinkError::Missing)?;
    serde_json::from_slice(&bytes).map_err(|_| LinkError::Missing)
}

/// A DID configuration with one credential for each origin, valid from now until `expires`, in seconds since 1970. The
/// key is one of the DID's for statements.
#[must_use]
pub fn link_credential(did: &str, origins: &[&str], (now, expires): (u64, u64), key: &SecretKey) -> Value {
    let token = |origin: &&str| {
        let kid = format!("{did}#{}", key.public_key());
        let head = json!({ "alg": "EdDSA", "kid": kid });
        let claims = json!({
            "iss": did, "sub": did, "nbf": now, "exp": expires,
            "vc": {
                "@context": ["https://www.w3.org/2018/credentials/v1", CONTEXT],
                "type": ["VerifiableCredential", "DomainLinkageCredential"],
                "issuer": did,
                "credentialSubject": { "id": did, "origin": origin },
            },
        });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(head), part(claims));
        let signature = key.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_bytes()))
    };
    json!({ "@context": CONTEXT, "linked_dids": origins.iter().map(token).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Ed25519Verifier;

    use super::*;

    const DID: &str = "did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H";
    const ORIGIN: &str = "https://shop.example";

    fn key(seed: u8) -> SecretKey {
        SecretKey::ed25519(&[seed; 32])
    }

    fn shown() -> Vec<u8> {
        let other = "https://other.example";
        link_credential(DID, &[other, ORIGIN], (100, 200), &key(1)).to_string().into_bytes()
    }

    fn check(resource: &[u8], did: &str, origin: &str, now: u64, seed: u8) -> Result<(), LinkError> {
        let wanted = LinkedDomain { did, origin, now };
        let keys = [key(9).public_key(), key(seed).public_key()];
        DomainLinks::read(resource)?.check(wanted, &keys, &Ed25519Verifier::default())
    }

    #[test]
    fn an_origin_is_linked_by_a_credential_that_a_key_of_the_did_signed() {
        assert_eq!(check(&shown(), DID, ORIGIN, 100, 1), Ok(()));
    }

    #[test]
    fn a_credential_for_another_origin_or_did_or_time_or_by_another_key_links_nothing() {
        let other = DID.replace("8Yqd", "9Yqd");
        assert_eq!(check(&shown(), DID, "https://evil.example", 150, 1), Err(LinkError::Missing));
        assert_eq!(check(&shown(), DID, "https://shop.example:8443", 150, 1), Err(LinkError::Missing));
        assert_eq!(check(&shown(), &other, ORIGIN, 150, 1), Err(LinkError::Missing));
        assert_eq!(check(&shown(), DID, ORIGIN, 99, 1), Err(LinkError::OutOfTime(100, 200)));
        assert_eq!(check(&shown(), DID, ORIGIN, 200, 1), Err(LinkError::OutOfTime(100, 200)));
        assert_eq!(check(&shown(), DID, ORIGIN, 150, 2), Err(LinkError::Forged));
    }

    #[test]
    fn every_changed_letter_of_a_credential_is_noticed() {
        let configuration = link_credential(DID, &[ORIGIN], (100, 200), &key(1));
        let token = configuration["linked_dids"][0].as_str().expect("a token").to_owned();
        for place in 0..token.len() {
            let mut letters = token.clone().into_bytes();
            letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).expect("text");
            let resource = json!({ "linked_dids": [changed] }).to_string();
            assert!(check(resource.as_bytes(), DID, ORIGIN, 150, 1).is_err(), "letter {place}");
        }
    }

    #[test]
    fn what_is_no_configuration_is_told_and_what_is_no_token_is_passed_over() {
        for bad in ["", "<html>", "[]", "{}", r#"{"linked_dids": 1}"#] {
            assert!(matches!(DomainLinks::read(bad.as_bytes()), Err(LinkError::Malformed(_))), "{bad}");
        }
        let crowd = json!({ "linked_dids": vec!["a.b.c"; LINKS_MAX + 1] }).to_string();
        assert!(matches!(DomainLinks::read(crowd.as_bytes()), Err(LinkError::Malformed(_))));
        let mut mixed: Value = serde_json::from_slice(&shown()).expect("JSON");
        let links = mixed["linked_dids"].as_array_mut().expect("a list");
        links.splice(0..0, [json!({ "proof": {} }), json!(""), json!(".."), json!("e30.e30.e30")]);
        assert_eq!(check(mixed.to_string().as_bytes(), DID, ORIGIN, 150, 1), Ok(()));
    }
}
