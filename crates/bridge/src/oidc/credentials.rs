//! How a site shows at the token endpoint who it is.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::{Fault, OidcError, Parameters};

/// What a request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// `client_id`.
    pub(crate) client: String,
    /// How it shows that it is that client.
    pub(crate) shown: Shown,
}

/// How a client shows that it is itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Not at all.
    Nothing,
    /// By a secret.
    Secret(String),
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Nothing { "Nothing" } else { "Secret(…)" })
    }
}

const fn invalid(words: &'static str) -> OidcError {
    OidcError::new(Fault::InvalidClient, words)
}

impl Credentials {
    /// Reads the header `Authorization`, if there is one, or else the form.
    ///
    /// # Errors
    /// If there is no client, or it is named or shown in two ways.
    pub(crate) fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, OidcError> {
        let (client, secret) = (form.owned("client_id"), form.owned("client_secret"));
        let Some(header) = authorization else {
            let client = client.ok_or(invalid("client_id is missing: it is the DID of the site"))?;
            return Ok(Self { client, shown: secret.map_or(Shown::Nothing, Shown::Secret) });
        };
        let (named, shown) =
            basic(header).ok_or(invalid("Authorization is not Basic with client_id and secret"))?;
        if secret.is_some() || client.is_some_and(|client| client != named) {
            let words = "the client shows itself in two ways: use the header or the form";
            return Err(OidcError::new(Fault::InvalidRequest, words));
        }
        Ok(Self { client: named, shown: Shown::Secret(shown) })
    }

    /// Whether this is the client whose secret has this SHA-256; none if it has no secret.
    ///
    /// # Errors
    /// If it is not.
    pub(crate) fn check(&self, secret: Option<&[u8]>) -> Result<(), OidcError> {
        match (&self.shown, secret) {
            (Shown::Nothing, None) => Ok(()),
            (Shown::Nothing, Some(_)) => Err(invalid("this client has a secret here and must show it")),
            (Shown::Secret(_), None) => {
                Err(invalid("this client has no secret here: make one with realdid bridge keys secret"))
            }
            (Shown::Secret(shown), Some(known)) => {
                let shown = digest::digest(&digest::SHA256, shown.as_bytes());
                let is_same = bool::from(shown.as_ref().ct_eq(known));
                if is_same { Ok(()) } else { Err(invalid("the client secret is wrong")) }
            }
        }
    }
}

/// The two parts of RFC 6749, section 2.3.1, are escaped, but not every library does it; a DID has colons, and a secret
/// that is made here has none. So the last colon is the one between them, escaped or not.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (client, secret) = text.rsplit_once(':')?;
    Some((unescaped(client)?, unescaped(secret)?))
}

fn unescaped(text: &str) -> Option<String> {
    // `=` and `&` have no meaning here
    let whole = text.replace('=', "%3D").replace('&', "%26");
    let mut pairs = form_urlencoded::parse(whole.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:realdid:test:7EWd";

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn read(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<Credentials, Fault> {
        Credentials::read(authorization, &Parameters::of(form)).map_err(|error| error.fault)
    }

    #[test]
    fn a_secret_comes_in_the_header_escaped_or_not_or_in_the_form() {
        let with_secret = Credentials { client: DID.to_owned(), shown: Shown::Secret("s-e_c".to_owned()) };
        for text in ["did:realdid:test:7EWd:s-e_c", "did%3Arealdid%3Atest%3A7EWd:s-e_c"] {
            assert_eq!(read(Some(&header(text)), &[]), Ok(with_secret.clone()), "{text}");
        }
        assert_eq!(read(None, &[("client_id", DID), ("client_secret", "s-e_c")]), Ok(with_secret));
        let public = Credentials { client: DID.to_owned(), shown: Shown::Nothing };
        assert_eq!(read(None, &[("client_id", DID), ("client_secret", "")]), Ok(public));
    }

    #[test]
    fn one_way_is_enough() {
        let good = header("did:realdid:test:7EWd:s");
        assert_eq!(read(Some(&good), &[("client_secret", "s")]), Err(Fault::InvalidRequest));
        assert_eq!(read(Some(&good), &[("client_id", "did:realdid:test:other")]), Err(Fault::InvalidRequest));
        assert!(read(Some(&good), &[("client_id", DID)]).is_ok());
        for bad in ["Bearer x", "Basic", "Basic !", &header("nocolon")] {
            assert_eq!(read(Some(bad), &[("client_id", DID)]), Err(Fault::InvalidClient), "{bad}");
        }
        assert_eq!(read(None, &[]), Err(Fault::InvalidClient));
    }

    #[test]
    fn a_client_with_a_secret_must_show_it_and_one_without_must_not() {
        let known = digest::digest(&digest::SHA256, b"s");
        let check = |shown, secret| Credentials { client: DID.to_owned(), shown }.check(secret).is_ok();
        assert!(check(Shown::Nothing, None));
        assert!(check(Shown::Secret("s".to_owned()), Some(known.as_ref())));
        assert!(!check(Shown::Secret("t".to_owned()), Some(known.as_ref())));
        assert!(!check(Shown::Nothing, Some(known.as_ref())));
        assert!(!check(Shown::Secret("s".to_owned()), None));
    }
}
