//! Content that only the secret of its row opens.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Serialize, de::DeserializeOwned};

use super::{Row, Secret};
use crate::randomness::draw;

/// A row's content, sealed.
pub(super) fn seal<R: Row + Serialize>(secret: &Secret, row: &R) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE_LEN] = draw();
    let mut content = serde_json::to_vec(row).ok()?;
    let key = key::<R>(secret)?;
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut content).ok()?;
    Some([&nonce[..], &content].concat())
}

/// What was sealed; none if this is not the secret, or another kind of row.
pub(super) fn open<R: Row + DeserializeOwned>(secret: &Secret, sealed: &[u8]) -> Option<R> {
    let (nonce, content) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut content = content.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key::<R>(secret)?.open_in_place(nonce, Aad::empty(), &mut content).ok()?;
    serde_json::from_slice(opened).ok()
}

fn key<R: Row>(secret: &Secret) -> Option<LessSafeKey> {
    let derived = secret.derive("seal", R::KIND);
    UnboundKey::new(&CHACHA20_POLY1305, &derived.bytes()).ok().map(LessSafeKey::new)
}
