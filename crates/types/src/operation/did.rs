//! Operations on DIDs: what their holders ask for.

use realdid_crypto::{Digest, PublicKey};

use crate::{DecodeError, Did, HttpsUrl, ServiceKind, ServiceName, Timestamp, limits, wire::Ordered};

/// What a key may be used for; at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purposes {
    /// Logging in.
    pub authentication: bool,
    /// Changing the record.
    pub invocation: bool,
    /// Signing statements.
    pub assertion: bool,
}

/// A key of a DID with its purposes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DidKey {
    /// The key.
    pub key: PublicKey,
    /// What it is for.
    pub purposes: Purposes,
}

/// DIDs that may act for another one when enough of them sign. None at all: nobody may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controllers {
    /// At most 8, ascending.
    pub dids: Vec<Did>,
    /// How many of them must sign: 1 to all, and 0 if there are none.
    pub threshold: u32,
}

/// Where a DID's holder can be reached; for organisations, sites and issuers, not for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name in the record; what a DID URL's fragment says.
    pub name: ServiceName,
    /// What it is, such as `LinkedDomains`.
    pub kind: ServiceKind,
    /// Where it is.
    pub endpoint: HttpsUrl,
}

/// A key, and since when nothing that it signed counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompromisedKey {
    /// One that the DID has or had.
    pub key: PublicKey,
    /// The first moment of doubt.
    pub since: Timestamp,
}

/// Makes a DID whose identifier is the digest of this operation. Signed by every key in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDid {
    /// 1 to 8, ascending by key; at least one for invocation.
    pub keys: Vec<DidKey>,
    /// Digest of a recovery key that nobody has seen.
    pub recovery: Digest,
    /// Digest of the only key that may be rotated in next; zero for none.
    pub next_key: Digest,
    /// Who else may act for it; none for a person.
    pub controllers: Option<Controllers>,
    /// At most 8, ascending by name; none for a person.
    pub services: Vec<Service>,
}

/// Changes the sender's DID. Signed by an invocation key, or by the controllers' threshold, and by every added key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateDid {
    /// The DID.
    pub did: Did,
    /// Ascending by key.
    pub add: Vec<DidKey>,
    /// Ascending.
    pub remove: Vec<PublicKey>,
    /// As in [`CreateDid`]; replaces the former commitment.
    pub next_key: Digest,
    /// Ascending by name; one that is there already is replaced.
    pub add_services: Vec<Service>,
    /// Ascending.
    pub remove_services: Vec<ServiceName>,
    /// Replaces the controllers, if they sign for it themselves.
    pub controllers: Option<Controllers>,
}

/// Gives a DID new keys when the old ones are lost or stolen; its services go. Signed by the recovery key and by every
/// new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoverDid {
    /// The DID.
    pub did: Did,
    /// Instead of all that it had; as in [`CreateDid`].
    pub keys: Vec<DidKey>,
    /// Digest of another recovery key.
    pub recovery: Digest,
    /// As in [`CreateDid`].
    pub next_key: Digest,
    /// Instead of those that it had.
    pub controllers: Option<Controllers>,
    /// At most 8, ascending by key. The other keys are merely replaced.
    pub compromised: Vec<CompromisedKey>,
}

/// Ends a DID for good. Signed by the recovery key, or by the controllers' threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeactivateDid {
    /// The DID.
    pub did: Did,
    /// As in [`RecoverDid`].
    pub compromised: Vec<CompromisedKey>,
}

impl CreateDid {
    /// A person's DID: keys and nothing else.
    #[must_use]
    pub const fn of_keys(keys: Vec<DidKey>, recovery: Digest, next_key: Digest) -> Self {
        Self { keys, recovery, next_key, controllers: None, services: Vec::new() }
    }

    fn check(&self) -> Result<(), DecodeError> {
        if self.keys.is_empty() { Err(DecodeError::Missing(1)) } else { Ok(()) }
    }
}

impl UpdateDid {
    /// A change of keys alone.
    #[must_use]
    pub const fn of_keys(did: Did, add: Vec<DidKey>, remove: Vec<PublicKey>, next_key: Digest) -> Self {
        Self {
            did,
            add,
            remove,
            next_key,
            add_services: Vec::new(),
            remove_services: Vec::new(),
            controllers: None,
        }
    }
}

impl RecoverDid {
    fn check(&self) -> Result<(), DecodeError> {
        if self.keys.is_empty() { Err(DecodeError::Missing(2)) } else { Ok(()) }
    }
}

impl DidKey {
    fn check(&self) -> Result<(), DecodeError> {
        let Purposes { authentication, invocation, assertion } = self.purposes;
        if authentication || invocation || assertion { Ok(()) } else { Err(DecodeError::NoPurpose) }
    }
}

impl Controllers {
    fn check(&self) -> Result<(), DecodeError> {
        let none = self.dids.is_empty();
        let enough = usize::try_from(self.threshold).is_ok_and(|needed| needed <= self.dids.len());
        if enough && (self.threshold == 0) == none { Ok(()) } else { Err(DecodeError::Threshold) }
    }
}

/// No two entries of a list are for one key.
impl Ordered for DidKey {
    fn precedes(&self, next: &Self) -> bool {
        self.key < next.key
    }
}

/// No two entries of a list are for one key.
impl Ordered for CompromisedKey {
    fn precedes(&self, next: &Self) -> bool {
        self.key < next.key
    }
}

/// No two services have one name.
impl Ordered for Service {
    fn precedes(&self, next: &Self) -> bool {
        self.name < next.name
    }
}

codec! { Purposes { 1: authentication, 2: invocation, 3: assertion, } }
codec! { #[checked] DidKey { 1: key, 2: purposes, } }
codec! { #[checked] Controllers { 1: dids ascending to limits::CONTROLLERS_MAX, 2: threshold, } }
codec! { Service { 1: name, 2: kind, 3: endpoint, } }
codec! { CompromisedKey { 1: key, 2: since, } }
codec! {
    #[checked]
    CreateDid {
        1: keys ascending to limits::DID_KEYS_MAX,
        2: recovery,
        3: next_key,
        4: controllers,
        5: services ascending to limits::SERVICES_MAX,
    }
}
codec! {
    UpdateDid {
        1: did,
        2: add ascending to limits::DID_KEYS_MAX,
        3: remove ascending to limits::DID_KEYS_MAX,
        4: next_key,
        5: add_services ascending to limits::SERVICES_MAX,
        6: remove_services ascending to limits::SERVICES_MAX,
        7: controllers,
    }
}
codec! {
    #[checked]
    RecoverDid {
        1: did,
        2: keys ascending to limits::DID_KEYS_MAX,
        3: recovery,
        4: next_key,
        5: controllers,
        6: compromised ascending to limits::DID_KEYS_MAX,
    }
}
codec! { DeactivateDid { 1: did, 2: compromised ascending to limits::DID_KEYS_MAX, } }
