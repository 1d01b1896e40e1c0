//! Bytes as hexadecimal text.

use realdid_crypto::Digest;

/// 32 bytes as text.
#[must_use]
pub fn encode(bytes: &[u8; 32]) -> String {
    Digest::from_bytes(*bytes).to_string()
}

/// 32 bytes of a text with 64 digits.
#[must_use]
pub fn decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
