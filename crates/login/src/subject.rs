//! What a site calls a person.

use std::fmt;

use realdid_crypto::{Context, Digest, Hasher};
use realdid_types::Did;

/// Names a person to one site: the same at every login, and nothing that another site knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(pub Digest);

/// What a site calls the holder of a DID. It needs no secret and no memory, so that whoever verifies logins for a site
/// comes to the same; and it is not the DID, which a site need not pass on to its other systems.
#[must_use]
pub fn subject(site: Did, did: Did) -> Subject {
    Subject(Hasher::new(Context::Subject).update(site.0.as_bytes()).update(did.0.as_bytes()).finish())
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
