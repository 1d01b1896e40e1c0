//! What clients send (DIF DID Registration, sections "Input Fields" and "Data Structures").

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IgnoredAny},
};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::failure::Failure;

/// How names begin under which private keys are known to be sent, such as `privateKeyJwk`.
const SECRETS: [&str; 5] = ["privatekey", "secretkey", "seed", "mnemonic", "passphrase"];

/// A request to create, update or deactivate a DID, or to go on with it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RegistrarRequest)]
pub(crate) struct Request {
    /// What the answer before named.
    pub(crate) job_id: Option<String>,
    pub(crate) method: Option<String>,
    /// The DID; none when one is created.
    #[serde(alias = "identifier")]
    pub(crate) did: Option<String>,
    pub(crate) options: Option<Options>,
    pub(crate) secret: Option<Secret>,
    /// For `update`: `setDidDocument`, `addToDidDocument` or `removeFromDidDocument`, one for each document.
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) did_document_operation: Option<OneOrMany<String>>,
    /// A DID document, or what is to be added to or removed from it.
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) did_document: Option<OneOrMany<Document>>,
}

/// What this method can be told beside a document.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RegistrarOptions)]
pub(crate) struct Options {
    /// Private keys stay with the client; there is no other mode.
    pub(crate) client_secret_mode: Option<bool>,
    store_secrets: Option<bool>,
    return_secrets: Option<bool>,
    /// The node's own, if any.
    pub(crate) network: Option<String>,
    /// For `create`: the commitment to the recovery key, 64 hexadecimal digits.
    pub(crate) recovery_commitment: Option<String>,
    /// The commitment to the next invocation key.
    pub(crate) next_key_commitment: Option<String>,
    /// For `create`: how many controllers must sign to act for it; without it, all of them.
    pub(crate) controller_threshold: Option<u32>,
}

/// Public keys and signatures. Never anything that is secret.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RegistrarSecret)]
pub(crate) struct Secret {
    /// Keys with their `purpose`, `recovery` among them.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub(crate) verification_method: Vec<Method>,
    /// Signatures by the names of the requests.
    #[serde(default)]
    pub(crate) signing_response: BTreeMap<String, SigningResponse>,
}

/// A signature that was asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningResponse {
    /// In base64 or base64url.
    pub(crate) signature: String,
    /// `EdDSA`.
    pub(crate) alg: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    #[expect(dead_code, reason = "the request's name says which key it is")]
    kid: IgnoredAny,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    #[expect(dead_code, reason = "the request's name says what it is for")]
    purpose: IgnoredAny,
}

/// A DID document as clients write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Document {
    #[serde(rename = "@context")]
    _context: Option<IgnoredAny>,
    pub(crate) id: Option<String>,
    pub(crate) controller: Option<OneOrMany<String>>,
    pub(crate) verification_method: Vec<Method>,
    pub(crate) authentication: Vec<Reference>,
    pub(crate) assertion_method: Vec<Reference>,
    pub(crate) capability_invocation: Vec<Reference>,
    pub(crate) service: Vec<ServiceInput>,
    pub(crate) key_agreement: Vec<IgnoredAny>,
    pub(crate) capability_delegation: Vec<IgnoredAny>,
    pub(crate) also_known_as: Vec<IgnoredAny>,
}

/// A verification method as clients write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Method {
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) controller: Option<String>,
    pub(crate) public_key_multibase: Option<String>,
    pub(crate) public_key_jwk: Option<JwkInput>,
    /// In `secret` alone: the relationships, or `recovery`.
    pub(crate) purpose: Vec<String>,
}

/// A JSON Web Key; members that say nothing about the key itself are passed over.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct JwkInput {
    pub(crate) kty: String,
    pub(crate) crv: String,
    pub(crate) x: String,
}

/// A verification method in a relationship: named, or written out.
#[derive(Clone, Debug)]
pub(crate) enum Reference {
    Named(String),
    Written(Box<Method>),
}

/// A service as clients write it; to remove one, its name is enough.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceInput {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) service_endpoint: Option<String>,
}

/// A value, or a list of such.
#[derive(Clone, Debug)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

// an untagged enum would only say that nothing fits

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.is_array() {
            serde_json::from_value(value).map(Self::Many)
        } else {
            serde_json::from_value(value).map(Self::One)
        };
        read.map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(id) => Ok(Self::Named(id)),
            other => serde_json::from_value(other).map(Self::Written).map_err(D::Error::custom),
        }
    }
}

impl<T> OneOrMany<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl Request {
    /// Reads a request. A private key in it is refused whatever else it says: it would be known to somebody now.
    ///
    /// # Errors
    /// If it is no such request, or wants secrets to be kept here.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Failure> {
        let value: Value = serde_json::from_slice(body).map_err(|_| {
            Failure::invalid("the body is no JSON; it takes an object with didDocument, options, secret")
        })?;
        refuse_secrets(&value)?;
        // an error's words could repeat what was sent, but no secret is left in it
        let request: Self = serde_json::from_value(value)
            .map_err(|error| Failure::invalid(format!("the request: {error}")))?;
        request.options.as_ref().map_or(Ok(()), Options::check)?;
        Ok(request)
    }
}

impl Options {
    fn check(&self) -> Result<(), Failure> {
        let keeps = [self.store_secrets, self.return_secrets].contains(&Some(true));
        if keeps || self.client_secret_mode == Some(false) {
            let description = "private keys never leave the client here: take options.clientSecretMode true, without \
                               storeSecrets and returnSecrets, and sign what signingRequest holds";
            return Err(Failure::named("clientSecretModeOnly", description));
        }
        Ok(())
    }
}

fn refuse_secrets(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Array(values) => values.iter().try_for_each(refuse_secrets),
        Value::Object(members) => {
            if let Some(name) = members.keys().find(|name| is_secret(name, members)) {
                let description = format!(
                    "the request holds a private key ({name}): this registrar takes public keys alone, and the client \
                     signs. Whoever carried this request may know the key now: use another one"
                );
                return Err(Failure::named("privateKeyRefused", description));
            }
            members.values().try_for_each(refuse_secrets)
        }
        _ => Ok(()),
    }
}

fn is_secret(name: &str, members: &Map<String, Value>) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let is_named_so = SECRETS.iter().any(|secret| plain.starts_with(secret));
    // of a JSON Web Key (RFC 7518, section 6; RFC 8037, section 2)
    let is_of_jwk =
        members.contains_key("kty") && ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].contains(&name);
    is_named_so || is_of_jwk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> String {
        Request::read(body.as_bytes()).map_err(|failure| failure.reason).err().unwrap_or_default()
    }

    #[test]
    fn a_private_key_is_refused_wherever_it_stands() {
        for body in [
            r#"{"secret":{"verificationMethod":[{"privateKeyJwk":{"kty":"OKP"}}]}}"#,
            r#"{"secret":{"seed":"00"}}"#,
            r#"{"secret":{"private_key_multibase":"z"}}"#,
            r#"{"options":{"secretKeyMultibase":"z"}}"#,
            r#"{"didDocument":{"verificationMethod":[{"publicKeyJwk":{"kty":"OKP","crv":"Ed25519","x":"x","d":"d"}}]}}"#,
            r#"{"didDocument":[{"authentication":[{"PrivateKeyBase58":"5"}]}]}"#,
            r#"{"unknown":[[[{"mnemonic":"a b c"}]]]}"#,
            r#"{"didDocument":{"verificationMethod":[{"publicKeyJwk":{"kty":"OKP","crv":"Ed25519","x":"x","privateKeyBase64":"d"}}]}}"#,
        ] {
            assert_eq!(refused(body), "privateKeyRefused", "{body}");
        }
        assert_eq!(refused(r#"{"options":{"storeSecrets":true}}"#), "clientSecretModeOnly");
        assert_eq!(refused(r#"{"options":{"clientSecretMode":false}}"#), "clientSecretModeOnly");
    }

    #[test]
    fn the_words_about_a_refused_key_do_not_repeat_it() {
        let failure = Request::read(br#"{"secret":{"seed":"sesame"}}"#).unwrap_err();
        assert!(!failure.description.contains("sesame"), "{failure:?}");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for body in [
            "",
            "[]",
            "{",
            r#"{"unknown":1}"#,
            r#"{"options":{"colour":"red"}}"#,
            r#"{"didDocument":{"keyAgreement":1}}"#,
            &deep,
        ] {
            assert_eq!(refused(body), "invalidRequest", "{body:.40}");
        }
        assert!(Request::read(br#"{"didDocument":{"@context":[1],"verificationMethod":[{"id":"a","type":"Multikey"}]},"identifier":"did:x:y"}"#).is_ok());
        assert!(Request::read(b"{}").is_ok());
    }
}
