//! Bodies of answers, read no further than they may be long.

use reqwest::Response;

/// Why a body is not there.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It breaks off.
    Broken(reqwest::Error),
    /// It is longer than it may be, or says so.
    TooLarge,
}

/// The bytes of a body of at most `bytes_max`; nothing is kept of one that is longer.
pub(crate) async fn read(mut answer: Response, bytes_max: usize) -> Result<Vec<u8>, BodyError> {
    if answer.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(BodyError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(BodyError::Broken)? {
        if chunk.len() > bytes_max.saturating_sub(body.len()) {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
