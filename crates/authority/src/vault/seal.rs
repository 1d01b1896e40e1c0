//! Values that only the secret opens, each bound to its place: XChaCha20-Poly1305, with a random nonce of 24 bytes, so that no
//! nonce comes twice however often the process is started from an old copy.

use chacha20poly1305::{AeadInPlace, KeyInit, XChaCha20Poly1305, aead::generic_array::GenericArray};
use realdid_crypto::Digest;
use zeroize::Zeroizing;

use crate::{
    draws::random_bytes,
    secret::{Purpose, Secret},
};

const NONCE: usize = 24;
const TAG: usize = 16;
/// Values are filled up to a multiple of this, so that their lengths do not tell how many DIDs somebody has.
const BLOCK: usize = 512;

/// Seals and opens.
pub(super) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(super) fn new(secret: &Secret) -> Self {
        Self(XChaCha20Poly1305::new(GenericArray::from_slice(&*secret.key(Purpose::Seal))))
    }

    /// Nonce, ciphertext, tag.
    pub(super) fn seal(&self, table: &str, key: &Digest, value: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random_bytes();
        let mut text = padded(value);
        let place = place(table, key);
        let tag = self
            .0
            .encrypt_in_place_detached(GenericArray::from_slice(&nonce), &place, &mut text)
            .unwrap_or_else(|_| unreachable!("a value is far shorter than 256 GiB"));
        [&nonce, text.as_slice(), tag.as_slice()].concat()
    }

    /// The value that was sealed for this place; none if it was not, or with another secret.
    pub(super) fn open(&self, table: &str, key: &Digest, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE)?;
        let (text, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let mut text = Zeroizing::new(text.to_vec());
        let (nonce, tag) = (GenericArray::from_slice(nonce), GenericArray::from_slice(tag));
        self.0.decrypt_in_place_detached(nonce, &place(table, key), &mut text, tag).ok()?;
        unpadded(text)
    }
}

fn place(table: &str, key: &Digest) -> Vec<u8> {
    // the key's length is fixed
    [key.as_bytes(), table.as_bytes()].concat()
}

/// The length in four bytes, the value, and zeros.
fn padded(value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes();
    let whole = value.len().saturating_add(length.len()).next_multiple_of(BLOCK);
    // sealed in place, so that no copy is left in memory
    let mut text = Vec::with_capacity(whole);
    text.extend(length);
    text.extend(value);
    text.resize(whole, 0);
    text
}

fn unpadded(mut text: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    let length = usize::try_from(u32::from_le_bytes(*text.first_chunk()?)).ok()?;
    if length > text.len().checked_sub(4)? {
        return None;
    }
    text.drain(..4);
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(byte: u8) -> Seal {
        Seal::new(&Secret::new(Zeroizing::new([byte; 32])))
    }

    fn key(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    #[test]
    fn a_value_opens_with_its_secret_at_its_place_alone() {
        let sealed = seal(1).seal("people", &key(1), b"value");
        let opened =
            |seal: Seal, table, key: Digest| seal.open(table, &key, &sealed).map(|value| value.to_vec());
        assert_eq!(opened(seal(1), "people", key(1)).unwrap(), b"value");
        assert_eq!(opened(seal(2), "people", key(1)), None);
        assert_eq!(opened(seal(1), "dids", key(1)), None);
        assert_eq!(opened(seal(1), "people", key(2)), None);
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_found() {
        let sealed = seal(1).seal("people", &key(1), b"value");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(seal(1).open("people", &key(1), &changed).is_none(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(seal(1).open("people", &key(1), &sealed[..length]).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn lengths_do_not_tell_values_apart_and_equal_values_are_sealed_differently() {
        let length = |value: &[u8]| seal(1).seal("people", &key(1), value).len();
        assert_eq!(length(b""), length(&[0; 500]));
        assert_ne!(length(b""), length(&[0; 600]));
        assert_ne!(seal(1).seal("t", &key(1), b"value"), seal(1).seal("t", &key(1), b"value"));
    }
}
