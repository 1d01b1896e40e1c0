//! A login through a bridge, by OpenID Connect: the authorisation code flow with PKCE (RFC 7636). A real site takes its
//! library for that; this one does what is needed and no more.

use std::sync::{Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_client::http_builder;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{Browser, Person, Refusal, draw, kept::Kept};

/// Logins that are begun and not finished.
const BEGUN_MAX: usize = 10_000;

/// The site's side of it.
#[derive(Debug)]
pub struct Oidc {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    http: Client,
    begun: Mutex<Kept<String, Begun>>,
}

/// What is kept of a login until the browser comes back.
#[derive(Debug)]
struct Begun {
    browser: Browser,
    verifier: String,
}

/// What the browser brings back.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    iss: String,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(default)]
    real_name_verified: bool,
}

impl Oidc {
    /// A site, known to the bridge at `issuer` by its DID, to which browsers come back at `redirect_uri`.
    ///
    /// # Errors
    /// If this machine's certificates cannot be read.
    pub fn new(issuer: &str, client_id: &str, redirect_uri: &str) -> Result<Self, reqwest::Error> {
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            http: http_builder().redirect(reqwest::redirect::Policy::none()).build()?,
            begun: Mutex::new(Kept::new(BEGUN_MAX)),
        })
    }

    /// Where a browser goes to log in.
    pub(crate) fn link(&self, browser: Browser) -> String {
        let [state, verifier] = [draw(), draw()].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", &self.redirect_uri),
                ("scope", "openid real_name"),
                ("state", &state),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).put(state, Begun { browser, verifier });
        format!("{}/authorize?{query}", self.issuer)
    }

    /// Who logs in.
    pub(crate) async fn finish(&self, back: &Back, browser: Browser) -> Result<Person, Refusal> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take(&back.state);
        let begun = begun.filter(|begun| begun.browser == browser && back.iss == self.issuer);
        let begun =
            begun.ok_or_else(|| Refusal::new("not_begun", "no such login was begun in this browser"))?;
        if let Some(error) = &back.error {
            return Err(Refusal::new(error, "the bridge says so"));
        }
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &back.code),
            ("redirect_uri", &self.redirect_uri),
            ("client_id", &self.client_id),
            ("code_verifier", &begun.verifier),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let asked = self.http.post(self.at("token")).body(body);
        let Token { access_token } =
            ask(asked.header("content-type", "application/x-www-form-urlencoded")).await?;
        let asked = self.http.get(self.at("userinfo")).bearer_auth(access_token);
        let UserInfo { sub, real_name_verified } = ask(asked).await?;
        Ok(Person { subject: sub, real: real_name_verified })
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer)
    }
}

async fn ask<T: serde::de::DeserializeOwned>(asked: RequestBuilder) -> Result<T, Refusal> {
    let failed = |error: reqwest::Error| Refusal::new("bridge", error.without_url());
    let answer = asked.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let bytes = answer.bytes().await.map_err(failed)?;
    serde_json::from_slice(&bytes).map_err(|error| Refusal::new("bridge", error))
}
