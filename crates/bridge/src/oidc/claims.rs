//! What is said of a person.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Scope, TOKEN_SECONDS, Wanted};
use crate::keys::Algorithm;

/// Who logged in at a site, as that site may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    /// The same at every login, another at every other site.
    pub(crate) subject: String,
    /// When, in seconds since 1970.
    pub(crate) auth_time: u64,
    /// Whether an authority attests a real person: never set unless the site asked.
    pub(crate) real_name: bool,
    /// Names the session, to this site alone.
    pub(crate) sid: String,
}

impl Person {
    /// Whether a session answers a request, so that nobody need be asked.
    pub(crate) fn answers(&self, wanted: &Wanted, now: u64) -> bool {
        let age = now.saturating_sub(self.auth_time);
        wanted.max_age.is_none_or(|max| age < max) && (self.real_name || !wanted.scope.real_name)
    }

    /// The one claim there is, if it was asked for.
    fn claim(&self, scope: Scope) -> Option<(&'static str, Value)> {
        scope.real_name.then(|| ("real_name_verified", json!(self.real_name)))
    }
}

/// What an ID token says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdToken<'a> {
    /// Who signs.
    pub(crate) issuer: &'a str,
    /// What the site asked.
    pub(crate) wanted: &'a Wanted,
    /// Of whom.
    pub(crate) person: &'a Person,
    /// Handed out together with it.
    pub(crate) access_token: &'a str,
    /// Now, in seconds since 1970.
    pub(crate) now: u64,
}

impl IdToken<'_> {
    /// The claims (OpenID Connect Core, section 2).
    pub(crate) fn claims(&self, algorithm: Algorithm) -> Value {
        let Self { issuer, wanted, person, access_token, now } = self;
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(issuer)),
            ("sub".to_owned(), json!(person.subject)),
            ("aud".to_owned(), json!(wanted.client)),
            ("exp".to_owned(), json!(now.saturating_add(TOKEN_SECONDS))),
            ("iat".to_owned(), json!(now)),
            ("auth_time".to_owned(), json!(person.auth_time)),
            ("at_hash".to_owned(), json!(half_hash(access_token, algorithm))),
            ("sid".to_owned(), json!(person.sid)),
        ]);
        if let Some(nonce) = &wanted.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        claims.extend(person.claim(wanted.scope).map(|(name, value)| (name.to_owned(), value)));
        Value::Object(claims)
    }
}

/// What the userinfo endpoint says.
pub(crate) fn userinfo(person: &Person, scope: Scope) -> Value {
    let mut claims = Map::from_iter([("sub".to_owned(), json!(person.subject))]);
    claims.extend(person.claim(scope).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(claims)
}

/// `at_hash`: the left half of the digest that the signature's algorithm uses, which for Ed25519 is SHA-512.
pub(crate) fn half_hash(token: &str, algorithm: Algorithm) -> String {
    let kind = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::EdDsa => &digest::SHA512,
    };
    let hashed = digest::digest(kind, token.as_bytes());
    let (left, _) = hashed.as_ref().split_at(kind.output_len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::authorize::tests::wanted;

    const NOW: u64 = 1_800_000_000;

    fn person(real_name: bool) -> Person {
        Person { subject: "ab".to_owned(), auth_time: NOW - 100, real_name, sid: "s".to_owned() }
    }

    fn asking_real_name() -> Wanted {
        Wanted { scope: Scope { real_name: true }, ..wanted() }
    }

    #[test]
    fn a_session_answers_what_it_can_and_nothing_else() {
        let aged = |max_age| Wanted { max_age: Some(max_age), ..wanted() };
        assert!(person(false).answers(&wanted(), NOW));
        assert!(person(false).answers(&aged(101), NOW));
        assert!(!person(false).answers(&aged(100), NOW));
        assert!(!person(false).answers(&aged(0), NOW - 100));
        assert!(!person(false).answers(&asking_real_name(), NOW));
        assert!(person(true).answers(&asking_real_name(), NOW));
    }

    #[test]
    fn what_was_not_asked_is_not_told() {
        let token = |wanted: &Wanted| {
            let person = &person(true);
            IdToken { issuer: "https://id.cn", wanted, person, access_token: "t", now: NOW }
                .claims(Algorithm::Rs256)
        };
        assert_eq!(token(&wanted()).get("real_name_verified"), None);
        assert_eq!(token(&asking_real_name())["real_name_verified"], true);
        assert_eq!(userinfo(&person(true), wanted().scope), json!({ "sub": "ab" }));
        let silent = Wanted { nonce: None, ..wanted() };
        assert_eq!(token(&silent).get("nonce"), None);
        assert_eq!(token(&wanted())["nonce"], "n");
    }

    /// OpenID Connect Core, appendix A.3.
    #[test]
    fn at_hash_is_as_in_the_specification() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token, Algorithm::Rs256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(token, Algorithm::EdDsa).len(), 43);
    }
}
