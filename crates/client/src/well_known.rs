//! Fetching what an origin says of itself.

use std::time::Duration;

use realdid_types::Origin;

use crate::{
    RootsError,
    body::{self, BodyError},
    http_builder, roots,
};

/// How long an origin may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// A DID configuration with some dozens of links.
const RESOURCE_BYTES_MAX: usize = 256 * 1024;

/// Why an origin's resource cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It does not answer, or its certificate is not trusted.
    #[error("{0} does not answer, or not with a certificate that is trusted here")]
    Unreachable(String, #[source] reqwest::Error),
    /// It answers with something else.
    #[error("{0} answers with status {1}, where 200 is expected; redirections are not followed")]
    Status(String, u16),
    /// It goes on and on.
    #[error("{0} answers with more than {RESOURCE_BYTES_MAX} bytes")]
    TooLarge(String),
    /// A certificate that is to be trusted is none.
    #[error(transparent)]
    Certificate(#[from] RootsError),
}

/// The bytes at `/.well-known/did-configuration.json` of an origin: over https, or over http on this very machine.
/// `certificates` in PEM are trusted in place of those that this machine trusts.
///
/// # Errors
/// If the origin does not answer with them.
pub async fn did_configuration(origin: &Origin, certificates: Option<&[u8]>) -> Result<Vec<u8>, FetchError> {
    let mut builder = http_builder().timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none());
    if let Some(pem) = certificates {
        builder = builder.tls_certs_only(roots(pem)?);
    }
    let url = format!("{origin}/.well-known/did-configuration.json");
    let unreachable = |error| FetchError::Unreachable(url.clone(), error);
    let client = builder.build().map_err(RootsError::Unusable)?;
    let answer = client.get(&url).send().await.map_err(unreachable)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(FetchError::Status(url, answer.status().as_u16()));
    }
    match body::read(answer, RESOURCE_BYTES_MAX).await {
        Ok(resource) => Ok(resource),
        Err(BodyError::Broken(error)) => Err(FetchError::Unreachable(url, error)),
        Err(BodyError::TooLarge) => Err(FetchError::TooLarge(url)),
    }
}
