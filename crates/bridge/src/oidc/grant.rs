//! What a code stands for, and who may exchange it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Serialize};

use super::{Fault, OidcError, Parameters, Person, Wanted};

/// How long a code waits to be exchanged.
pub(crate) const CODE_SECONDS: u64 = 60;
/// How long access tokens and ID tokens are valid: whoever wants to know later asks again.
pub(crate) const TOKEN_SECONDS: u64 = 600;

/// What a code stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// What the site asked.
    pub(crate) wanted: Wanted,
    /// Who it is.
    pub(crate) person: Person,
    /// When the code is void, in seconds since 1970.
    pub(crate) expires: u64,
}

/// What a site shows to exchange a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    /// The code.
    pub(crate) code: String,
    redirect_uri: String,
    code_verifier: String,
}

impl TokenRequest {
    /// Reads a request at the token endpoint.
    ///
    /// # Errors
    /// If it is for something else than exchanging a code, or something is missing.
    pub(crate) fn read(parameters: &Parameters) -> Result<Self, OidcError> {
        let missing = |words| OidcError::new(Fault::InvalidRequest, words);
        match parameters.get("grant_type") {
            Some("authorization_code") => {}
            None => return Err(missing("grant_type is missing: authorization_code")),
            Some(_) => {
                let words = "only grant_type=authorization_code exists here";
                return Err(OidcError::new(Fault::UnsupportedGrantType, words));
            }
        }
        let one = |name, words| parameters.owned(name).ok_or(missing(words));
        Ok(Self {
            code: one("code", "code is missing")?,
            redirect_uri: one("redirect_uri", "redirect_uri is missing: the one that the login began with")?,
            code_verifier: one("code_verifier", "code_verifier is missing: PKCE is required")?,
        })
    }
}

/// A code that cannot be exchanged. Nobody is told more: whoever tries codes learns nothing.
pub(crate) const NO_SUCH_CODE: OidcError =
    OidcError::new(Fault::InvalidGrant, "the code is unknown, was used, or is older than 60 seconds");

impl Grant {
    /// One for a person who just agreed or still has a session.
    pub(crate) const fn new(wanted: Wanted, person: Person, now: u64) -> Self {
        Self { wanted, person, expires: now.saturating_add(CODE_SECONDS) }
    }

    /// Whether a site may exchange the code. One that may not leaves it for the one that may.
    ///
    /// # Errors
    /// Says what does not fit.
    pub(crate) fn check(&self, client: &str, request: &TokenRequest, now: u64) -> Result<(), OidcError> {
        let refused = |words| Err(OidcError::new(Fault::InvalidGrant, words));
        if now >= self.expires || self.wanted.client != client {
            return Err(NO_SUCH_CODE);
        }
        if self.wanted.target.address != request.redirect_uri {
            return refused("redirect_uri is not the one that the login began with");
        }
        if !fits(&request.code_verifier, &self.wanted.code_challenge) {
            return refused("code_verifier does not fit the code_challenge that the login began with");
        }
        Ok(())
    }
}

/// RFC 7636, section 4.6.
fn fits(verifier: &str, challenge: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let has_form = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
    let hashed = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    has_form && hashed == challenge
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::authorize::tests::wanted;

    const NOW: u64 = 1_800_000_000;
    /// RFC 7636, appendix B, fits the code challenge of the request.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn grant() -> Grant {
        let person =
            Person { subject: "ab".to_owned(), auth_time: NOW, real_name: false, sid: "s".to_owned() };
        Grant::new(wanted(), person, NOW)
    }

    fn request(changes: &[(&str, &str)]) -> Result<TokenRequest, OidcError> {
        let good = [
            ("grant_type", "authorization_code"),
            ("code", "c"),
            ("redirect_uri", "https://shop.example/back"),
            ("code_verifier", VERIFIER),
        ];
        let pairs: Vec<_> = good.into_iter().chain(changes.iter().copied()).collect();
        TokenRequest::read(&Parameters::of(&pairs))
    }

    fn check(changes: &[(&str, &str)], now: u64) -> Result<(), Fault> {
        let grant = grant();
        grant.check(&grant.wanted.client, &request(changes).unwrap(), now).map_err(|error| error.fault)
    }

    #[test]
    fn a_code_is_exchanged_with_its_verifier_and_its_redirect_within_a_minute() {
        assert_eq!(check(&[], NOW + CODE_SECONDS - 1), Ok(()));
        assert_eq!(check(&[], NOW + CODE_SECONDS), Err(Fault::InvalidGrant));
        assert_eq!(check(&[("redirect_uri", "https://shop.example/other")], NOW), Err(Fault::InvalidGrant));
        for verifier in
            [VERIFIER.replace('d', "e"), "short".to_owned(), format!("{VERIFIER}!"), "a".repeat(129)]
        {
            assert_eq!(check(&[("code_verifier", &verifier)], NOW), Err(Fault::InvalidGrant), "{verifier}");
        }
    }

    #[test]
    fn a_code_is_of_one_site() {
        let other = grant().check("did:realdid:test:other", &request(&[]).unwrap(), NOW);
        assert_eq!(other, Err(NO_SUCH_CODE));
    }

    #[test]
    fn a_challenge_in_the_clear_fits_nothing() {
        let mut grant = grant();
        grant.wanted.code_challenge = VERIFIER.to_owned();
        let client = grant.wanted.client.clone();
        assert!(grant.check(&client, &request(&[]).unwrap(), NOW).is_err());
    }

    #[test]
    fn what_is_missing_or_for_something_else_is_told() {
        for name in ["code", "redirect_uri", "code_verifier", "grant_type"] {
            assert_eq!(request(&[(name, "")]).unwrap_err().fault, Fault::InvalidRequest, "{name}");
        }
        for kind in ["refresh_token", "password", "client_credentials"] {
            assert_eq!(request(&[("grant_type", kind)]).unwrap_err().fault, Fault::UnsupportedGrantType);
        }
    }
}
