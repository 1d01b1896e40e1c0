//! What a site asks at the authorization endpoint.

use realdid_types::{Did, NetworkName};
use serde::{Deserialize, Serialize};

use super::{Fault, Mode, OidcError, Parameters, Party, PartyError, Scope, Target};

/// A `state` or `nonce` that is longer than this is none that a library makes.
const TEXT_MAX: usize = 1_024;
/// The challenge of RFC 7636: SHA-256 in base64url.
const CODE_CHALLENGE_LENGTH: usize = 43;

/// Whether the person may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Prompt {
    /// Only if there is no session.
    AsNeeded,
    /// In no case.
    Never,
    /// In any case.
    Always,
}

/// A request that may be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Of which site: its DID.
    pub(crate) client: String,
    /// Where the answer goes.
    pub(crate) target: Target,
    /// What is asked for.
    pub(crate) scope: Scope,
    /// What the ID token repeats.
    pub(crate) nonce: Option<String>,
    /// What the site can show a preimage of (RFC 7636).
    pub(crate) code_challenge: String,
    /// Whether the person may be asked.
    pub(crate) prompt: Prompt,
    /// How long ago the person may have logged in, in seconds.
    pub(crate) max_age: Option<u64>,
    /// An ID token that says who it is expected to be.
    pub(crate) hint: Option<String>,
}

/// The site that a request names.
///
/// # Errors
/// If it names none of this network.
pub(crate) fn client_of(parameters: &Parameters, network: &NetworkName) -> Result<Did, PartyError> {
    let client = parameters.get("client_id").ok_or(PartyError::NoClient)?;
    Ok(Did::from_text(client, network)?)
}

/// Where the answer to a request goes, whatever else is wrong with it.
///
/// # Errors
/// If it names no address of the site.
fn target_of(parameters: &Parameters, party: &Party) -> Result<Target, PartyError> {
    let address = party.redirect(parameters.get("redirect_uri"))?;
    let mode =
        if parameters.get("response_mode") == Some("form_post") { Mode::FormPost } else { Mode::Query };
    let state = parameters.owned("state").filter(|state| state.len() <= TEXT_MAX);
    Ok(Target { address, mode, state })
}

impl Wanted {
    /// Reads a request of a site. What is wrong with it is told to the site, at the address that comes with the error;
    /// if there is no such address, the person is told.
    ///
    /// # Errors
    /// The outer one is for the person, the inner one for the site.
    pub(crate) fn read(
        parameters: &Parameters,
        party: &Party,
    ) -> Result<Result<Self, (Target, OidcError)>, PartyError> {
        let target = target_of(parameters, party)?;
        Ok(Self::read_for(parameters, party, target.clone()).map_err(|error| (target, error)))
    }

    fn read_for(parameters: &Parameters, party: &Party, target: Target) -> Result<Self, OidcError> {
        refuse_unsupported(parameters)?;
        let scope = Scope::parse(parameters.get("scope"))?;
        if scope.real_name && !party.may_ask_real_name() {
            let words = "the ledger does not say that this site may ask for real_name";
            return Err(OidcError::new(Fault::InvalidScope, words));
        }
        Ok(Self {
            client: party.client.clone(),
            target,
            scope,
            nonce: short(parameters, "nonce")?,
            code_challenge: code_challenge(parameters)?,
            prompt: prompt(parameters.get("prompt"))?,
            max_age: max_age(parameters.get("max_age"))?,
            hint: parameters.owned("id_token_hint"),
        })
    }
}

const fn invalid(words: &'static str) -> OidcError {
    OidcError::new(Fault::InvalidRequest, words)
}

fn refuse_unsupported(parameters: &Parameters) -> Result<(), OidcError> {
    for (name, fault, words) in [
        ("request", Fault::RequestNotSupported, "request objects are not taken"),
        ("request_uri", Fault::RequestUriNotSupported, "request_uri is not taken"),
        ("registration", Fault::RegistrationNotSupported, "sites are registered on the ledger"),
    ] {
        if parameters.get(name).is_some() {
            return Err(OidcError::new(fault, words));
        }
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("response_type is missing: code")),
        Some(_) => {
            return Err(OidcError::new(
                Fault::UnsupportedResponseType,
                "only response_type=code is answered",
            ));
        }
    }
    match parameters.get("response_mode") {
        None | Some("query" | "form_post") => {}
        Some(_) => return Err(invalid("response_mode is query or form_post")),
    }
    short(parameters, "state").map(drop)
}

fn short(parameters: &Parameters, name: &'static str) -> Result<Option<String>, OidcError> {
    match parameters.get(name) {
        Some(text) if text.len() > TEXT_MAX => Err(invalid("state and nonce have at most 1024 bytes")),
        text => Ok(text.map(str::to_owned)),
    }
}

/// PKCE is asked of every site, also of those that keep a secret: it is what ties a code to the browser that began.
fn code_challenge(parameters: &Parameters) -> Result<String, OidcError> {
    let challenge = parameters.get("code_challenge");
    let challenge = challenge.ok_or(invalid("code_challenge is missing: PKCE with S256 is required"))?;
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    let is_base64url = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if challenge.len() == CODE_CHALLENGE_LENGTH && is_base64url {
        Ok(challenge.to_owned())
    } else {
        Err(invalid("code_challenge is no SHA-256 in base64url"))
    }
}

/// The wallet asks for agreement at every login and for the account too, so `consent` and `select_account` mean a login.
fn prompt(text: Option<&str>) -> Result<Prompt, OidcError> {
    let words: Vec<&str> = text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => Ok(Prompt::AsNeeded),
        ["none"] => Ok(Prompt::Never),
        some if some.iter().all(|word| matches!(*word, "login" | "consent" | "select_account")) => {
            Ok(Prompt::Always)
        }
        _ => Err(invalid("prompt is none, or login, and not both")),
    }
}

fn max_age(text: Option<&str>) -> Result<Option<u64>, OidcError> {
    let parse = |text: &str| text.parse().map_err(|_| invalid("max_age is a number of seconds"));
    text.map(parse).transpose()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::oidc::party::tests::{BACK, entry, party_of};

    pub(crate) const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    const GOOD: [(&str, &str); 7] = [
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", "openid"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", CODE_CHALLENGE),
        ("code_challenge_method", "S256"),
    ];

    fn read(changes: &[(&str, &str)]) -> Result<Result<Wanted, (Target, OidcError)>, PartyError> {
        let kept = GOOD.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let pairs: Vec<(&str, &str)> = kept.chain(changes.iter().copied()).collect();
        Wanted::read(&Parameters::of(&pairs), &party_of(Some(entry())).unwrap())
    }

    pub(crate) fn wanted() -> Wanted {
        read(&[]).unwrap().unwrap()
    }

    fn fault(changes: &[(&str, &str)]) -> Fault {
        let (target, error) = read(changes).unwrap().unwrap_err();
        assert_eq!((target.address.as_str(), target.state.as_deref()), (BACK, Some("s")));
        error.fault
    }

    #[test]
    fn a_plain_request_is_taken() {
        let wanted = wanted();
        assert_eq!(
            (wanted.nonce.as_deref(), wanted.prompt, wanted.max_age),
            (Some("n"), Prompt::AsNeeded, None)
        );
        assert_eq!(wanted.target.mode, Mode::Query);
        let posted = read(&[("response_mode", "form_post"), ("login_hint", "ann")]).unwrap().unwrap();
        assert_eq!(posted.target.mode, Mode::FormPost);
    }

    #[test]
    fn the_site_is_told_what_is_wrong() {
        for (change, expected) in [
            (("response_type", ""), Fault::InvalidRequest),
            (("response_type", "token"), Fault::UnsupportedResponseType),
            (("response_type", "code id_token"), Fault::UnsupportedResponseType),
            (("response_mode", "fragment"), Fault::InvalidRequest),
            (("scope", "openid email"), Fault::InvalidScope),
            (("code_challenge", ""), Fault::InvalidRequest),
            (("code_challenge", "short"), Fault::InvalidRequest),
            (("code_challenge_method", ""), Fault::InvalidRequest),
            (("code_challenge_method", "plain"), Fault::InvalidRequest),
            (("prompt", "none login"), Fault::InvalidRequest),
            (("prompt", "create"), Fault::InvalidRequest),
            (("max_age", "-1"), Fault::InvalidRequest),
            (("request", "e30.e30."), Fault::RequestNotSupported),
            (("request_uri", "urn:x"), Fault::RequestUriNotSupported),
            (("registration", "{}"), Fault::RegistrationNotSupported),
        ] {
            assert_eq!(fault(&[change]), expected, "{change:?}");
        }
        let long = "n".repeat(TEXT_MAX + 1);
        assert_eq!(fault(&[("nonce", &long)]), Fault::InvalidRequest);
    }

    #[test]
    fn the_person_is_told_of_an_address_that_is_not_the_sites_and_nobody_is_sent_there() {
        let foreign = read(&[("redirect_uri", "https://evil.example/")]);
        assert!(matches!(foreign, Err(PartyError::ForeignRedirect(_))));
        assert!(matches!(read(&[("redirect_uri", "")]), Err(PartyError::NoRedirect)));
    }

    #[test]
    fn only_a_site_that_may_asks_if_somebody_is_real() {
        assert!(read(&[("scope", "openid real_name")]).unwrap().unwrap().scope.real_name);
        let mut modest = entry();
        modest.site.may_ask_real_name = false;
        let pairs: Vec<_> =
            GOOD.map(|pair| if pair.0 == "scope" { ("scope", "openid real_name") } else { pair }).into();
        let read = Wanted::read(&Parameters::of(&pairs), &party_of(Some(modest)).unwrap());
        assert_eq!(read.unwrap().unwrap_err().1.fault, Fault::InvalidScope);
    }

    #[test]
    fn what_means_a_login_is_one() {
        for text in ["login", "consent", "select_account", "login consent"] {
            assert_eq!(read(&[("prompt", text)]).unwrap().unwrap().prompt, Prompt::Always, "{text}");
        }
        assert_eq!(read(&[("prompt", "none")]).unwrap().unwrap().prompt, Prompt::Never);
        assert_eq!(read(&[("max_age", "0")]).unwrap().unwrap().max_age, Some(0));
    }
}
