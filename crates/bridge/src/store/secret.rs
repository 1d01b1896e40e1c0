//! What the bridge hands out and does not keep.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

use super::Row;
use crate::randomness::draw;

/// 32 random bytes that only whoever got them can show again.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret([u8; 32]);

/// Names a row, and says nothing of the secret that it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowId(pub(super) [u8; 32]);

impl Secret {
    /// A new one.
    pub(crate) fn draw() -> Self {
        Self(draw())
    }

    /// One that came as bytes.
    pub(crate) const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// One that somebody shows.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As it is handed out.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Its bytes.
    pub(crate) const fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Another secret that follows from this one and a name, and from which nobody comes back to this one.
    pub(crate) fn derive(&self, purpose: &str, name: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(name.as_bytes());
        let mut derived = [0; 32];
        derived.copy_from_slice(context.sign().as_ref());
        Self(derived)
    }

    /// The row of a kind that is this secret's.
    pub(crate) fn row<R: Row>(&self) -> RowId {
        RowId(self.derive("row", R::KIND).0)
    }
}
