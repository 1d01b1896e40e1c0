//! A ministry's register over HTTP: it is asked about one person and answers yes or no.
//!
//! `POST` with `{"name": …, "number": …, "code": …}` and, if there is one, a bearer token; the answer is `{"matches": true}` or
//! `{"matches": false}`, whatever differs. Anything else is no answer.

use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Registry, RegistryUnavailable};
use crate::person::Person;

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// More bytes are no answer.
const BYTES_MAX: u64 = 4_096;

/// Why a registry cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpRegistryError {
    /// People's data would travel in the open.
    #[error(
        "{0:?} is no address of a registry: one begins with https://, or with http://127.0.0.1 on this machine"
    )]
    Address(String),
    /// The client.
    #[error("the system gives no HTTP client: {0}")]
    Client(reqwest::Error),
}

/// A register elsewhere.
pub struct HttpRegistry {
    url: String,
    token: Option<Zeroizing<String>>,
    http: reqwest::Client,
}

#[derive(Serialize)]
struct Question<'a> {
    name: &'a str,
    number: &'a str,
    code: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    matches: bool,
}

impl HttpRegistry {
    /// The register at an address, which is shown this token.
    ///
    /// # Errors
    /// If others could listen.
    pub fn new(url: &str, token: Option<Zeroizing<String>>) -> Result<Self, HttpRegistryError> {
        let here = ["http://127.0.0.1:", "http://[::1]:"];
        if !url.starts_with("https://") && !here.iter().any(|start| url.starts_with(start)) {
            return Err(HttpRegistryError::Address(url.to_owned()));
        }
        let builder = realdid_client::http_builder();
        // a redirection would show somebody else who is asked about
        let http = builder.timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { url: url.to_owned(), token, http: http.map_err(HttpRegistryError::Client)? })
    }

    async fn ask(&self, person: &Person) -> Result<bool, RegistryUnavailable> {
        // an error of the client's may name what was sent: only its kind is told
        let silent = |error: reqwest::Error| {
            let kind = if error.is_timeout() { "it takes too long" } else { "the connection fails" };
            RegistryUnavailable(kind.to_owned())
        };
        let question =
            Question { name: person.name(), number: person.number().as_str(), code: person.code() };
        let mut request = self.http.post(&self.url).json(&question);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.as_str());
        }
        let answer = request.send().await.map_err(silent)?;
        if !answer.status().is_success() {
            return Err(RegistryUnavailable(format!("its status is {}", answer.status().as_u16())));
        }
        if answer.content_length().is_none_or(|length| length > BYTES_MAX) {
            return Err(RegistryUnavailable("its answer is too long".to_owned()));
        }
        let bytes = answer.bytes().await.map_err(silent)?;
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| RegistryUnavailable("its answer is none".to_owned()))?;
        Ok(answer.matches)
    }
}

impl Registry for HttpRegistry {
    fn holds<'a>(&'a self, person: &'a Person) -> BoxFuture<'a, Result<bool, RegistryUnavailable>> {
        Box::pin(self.ask(person))
    }

    fn is_development(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
