//! A node's resolver as programs of others see it.

use std::{path::Path, time::Duration};

use anyhow::Context;
use serde_json::Value;

/// How long an answer may take: a result may wait for the block that proves it.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// Where DIDs are resolved.
pub(crate) struct Resolver {
    base: String,
    http: reqwest::Client,
}

impl Resolver {
    /// The resolver of the node at this address.
    ///
    /// # Errors
    /// If the certificates cannot be read.
    pub(crate) fn new(base: &str, certificates: Option<&Path>) -> anyhow::Result<Self> {
        let mut builder =
            reqwest::Client::builder().timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none());
        if let Some(path) = certificates {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            builder = builder.tls_certs_only(realdid_client::roots(&bytes)?);
        }
        Ok(Self { base: base.to_owned(), http: builder.build()? })
    }

    /// What is written for a DID URL in a media type, whatever the status.
    ///
    /// # Errors
    /// If the node does not answer.
    pub(crate) async fn text(&self, url: &str, accept: &str) -> anyhow::Result<String> {
        let address = format!("{}/1.0/identifiers/{}", self.base, encoded(url));
        let asked = self.http.get(address).header("accept", accept).send().await;
        let answer = asked.with_context(|| format!("{} does not answer", self.base))?;
        Ok(answer.text().await?)
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// If the node does not answer with JSON.
    pub(crate) async fn json(&self, url: &str, accept: &str) -> anyhow::Result<Value> {
        let text = self.text(url, accept).await?;
        serde_json::from_str(&text).with_context(|| format!("{} answers with no JSON", self.base))
    }
}

/// A DID URL inside another one.
fn encoded(url: &str) -> String {
    let letter = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    url.bytes().map(letter).collect()
}
