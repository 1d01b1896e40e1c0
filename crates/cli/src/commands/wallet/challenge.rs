//! Reading what a site asks.

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_login::Challenge;
use realdid_types::Wire;

/// The challenge in a text: its bytes in base64url, or an address that carries them behind `#challenge=`.
///
/// # Errors
/// If there is none in it.
pub(crate) fn read(text: &str) -> anyhow::Result<Challenge> {
    const REMEDY: &str =
        "copy all of what the site shows: an address with #challenge=, or what stands behind it";
    let text = text.trim();
    let encoded = match text.split_once('#') {
        Some((_, fragment)) => {
            let mut fields = fragment.split('&');
            let found = fields.find_map(|field| field.strip_prefix("challenge="));
            found.with_context(|| format!("the address holds no challenge: {REMEDY}"))?
        }
        None if text.contains("://") => bail!("the address holds no challenge: {REMEDY}"),
        None => text,
    };
    let bytes = URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('='));
    let challenge = bytes.ok().and_then(|bytes| Challenge::decode(&bytes).ok());
    challenge.with_context(|| format!("that is no challenge: {REMEDY}"))
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;
    use realdid_types::{Did, Epoch, GenesisDigest, Origin, ReturnAddress, Timestamp};

    use super::*;

    #[test]
    fn a_challenge_is_read_from_text_and_from_an_address_and_from_nothing_else() {
        let challenge = Challenge {
            genesis: GenesisDigest(Digest::from_bytes([1; 32])),
            site: Did(Digest::from_bytes([2; 32])),
            origin: Origin::new("https://books.example").unwrap(),
            return_address: ReturnAddress::new("https://books.example/login").unwrap(),
            nonce: Digest::from_bytes([3; 32]),
            expires: Timestamp(4),
            epoch: Epoch(0),
            age_max: 5,
            level: 0,
            other_device: true,
        };
        let text = URL_SAFE_NO_PAD.encode(challenge.encode());
        for good in [
            text.clone(),
            format!(" {text}\n"),
            format!("https://wallet.example/#challenge={text}"),
            format!("#lang=de&challenge={text}"),
        ] {
            assert_eq!(read(&good).unwrap(), challenge, "{good}");
        }
        for bad in ["", "hello", "https://wallet.example/", "https://wallet.example/#x=1", &text[..40]] {
            assert!(read(bad).unwrap_err().to_string().contains("copy all"), "{bad}");
        }
    }
}
