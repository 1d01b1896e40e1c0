//! Handing a wallet's response to a site.

use std::time::Duration;

use realdid_types::ReturnAddress;

/// How long a site may take.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// Of what a site says about a refusal.
const REASON_BYTES_MAX: usize = 1_000;

/// Why a site did not take a response.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// It does not answer, or its certificate is not trusted.
    #[error("{0} does not answer, or not with a certificate that is trusted here")]
    Unreachable(ReturnAddress, #[source] reqwest::Error),
    /// It refuses.
    #[error("{address} refuses the login with status {status}{}", behind_a_colon(.reason))]
    Refused {
        /// The address.
        address: ReturnAddress,
        /// The HTTP status.
        status: u16,
        /// What it says in words, cut off where it becomes long; nothing if it answers with a page.
        reason: String,
    },
}

/// Sends a response, as text, in the form field `response` to a site's return address, and nowhere else: redirections
/// are not followed. The status that it answers with.
///
/// # Errors
/// If the site does not answer, or with a status from 400 on.
pub async fn hand_over(address: &ReturnAddress, response: &str) -> Result<u16, HandOverError> {
    let unreachable = |error| HandOverError::Unreachable(address.clone(), error);
    // the same cryptography as for nodes; it fails only where it is chosen already
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().timeout(ANSWER_MAX).redirect(reqwest::redirect::Policy::none());
    let client = client.build().map_err(unreachable)?;
    let request = client
        .post(address.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("response={response}"));
    let mut answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(status.as_u16());
    }
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let in_words = kind.starts_with("text/plain") || kind.contains("json");
    let mut reason = Vec::new();
    while let (true, Ok(Some(chunk))) = (in_words && reason.len() < REASON_BYTES_MAX, answer.chunk().await) {
        reason.extend_from_slice(&chunk);
    }
    reason.truncate(REASON_BYTES_MAX);
    let reason = printable(&String::from_utf8_lossy(&reason));
    Err(HandOverError::Refused { address: address.clone(), status: status.as_u16(), reason })
}

fn behind_a_colon(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

/// On one line, without what could command a terminal.
fn printable(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_site_says_cannot_command_a_terminal() {
        assert_eq!(printable("no\r\n\x1b[2J  such\tlogin\u{9b}1m"), "no [2J such login 1m");
    }
}
