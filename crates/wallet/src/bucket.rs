//! How a wallet finds its DIDs on the ledger without naming them: it asks for all DIDs that begin alike.

use realdid_types::Did;

/// The first digits of DIDs, in hexadecimal. The fewer, the more DIDs share them, and the less a node learns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(String);

impl Bucket {
    /// That of all DIDs.
    #[must_use]
    pub const fn all() -> Self {
        Self(String::new())
    }

    /// The one that a DID is in, with one digit more; none if this is another's, or has all digits.
    #[must_use]
    pub fn narrowed(&self, did: Did) -> Option<Self> {
        let digits = did.0.to_string();
        let longer = digits.get(..self.0.len().saturating_add(1))?;
        longer.starts_with(&self.0).then(|| Self(longer.to_owned()))
    }

    /// Whether a DID is in it.
    #[must_use]
    pub fn holds(&self, did: Did) -> bool {
        did.0.to_string().starts_with(&self.0)
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}
