//! A site that sends somebody to end the session (OpenID Connect RP-Initiated Logout).

use realdid_types::{Did, NetworkName};
use serde::Deserialize;

use super::{Parameters, PartyError};

/// What a request to end a session says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogoutRequest {
    /// The site that is meant; none if nothing says so.
    pub(crate) site: Option<Did>,
    /// Where the browser is to go afterwards.
    pub(crate) back: Option<String>,
    /// What the site wants back there.
    pub(crate) state: Option<String>,
    /// The session that the ID token shows; none if no token was shown that this bridge signed.
    pub(crate) session: Option<String>,
}

/// What counts of an ID token that a site shows again, long after it is void.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Hint {
    /// The site's DID.
    pub(crate) aud: String,
    /// The person.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: String,
}

impl LogoutRequest {
    /// Reads a request; `hint` is what the parameter `id_token_hint` says if this bridge signed it.
    ///
    /// # Errors
    /// If it names no site of this network, or two.
    pub(crate) fn read(
        parameters: &Parameters,
        hint: Option<Hint>,
        network: &NetworkName,
    ) -> Result<Self, PartyError> {
        let named = parameters.get("client_id").map(|text| Did::from_text(text, network)).transpose()?;
        let hinted = hint.as_ref().map(|hint| Did::from_text(&hint.aud, network)).transpose()?;
        if let (Some(named), Some(hinted)) = (named, hinted)
            && named != hinted
        {
            return Err(PartyError::OtherHint);
        }
        Ok(Self {
            site: named.or(hinted),
            back: parameters.owned("post_logout_redirect_uri"),
            state: parameters.owned("state"),
            session: hint.map(|hint| hint.sid),
        })
    }
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;

    use super::*;

    #[test]
    fn the_site_is_the_one_that_is_named_or_the_one_of_the_token_and_not_two() {
        let network = NetworkName::new("test").unwrap();
        let [one, two] = [1, 2].map(|seed| Did(Digest::from_bytes([seed; 32])).to_text(&network));
        let hint = || Some(Hint { aud: one.clone(), sub: "ab".to_owned(), sid: "s".to_owned() });
        let read = |client: &str, hint| {
            LogoutRequest::read(&Parameters::of(&[("client_id", client), ("state", "x")]), hint, &network)
        };
        let by_token = read("", hint()).unwrap();
        assert_eq!(by_token.site.map(|site| site.to_text(&network)), Some(one.clone()));
        assert_eq!(by_token.session.as_deref(), Some("s"));
        assert_eq!(read(&one, hint()), Ok(by_token));
        assert_eq!(read(&two, hint()), Err(PartyError::OtherHint));
        assert_eq!(read(&two, None).unwrap().session, None);
        assert_eq!(read("", None).unwrap().site, None);
        assert!(matches!(read("did:web:x", None), Err(PartyError::NotADid(_))));
    }
}
