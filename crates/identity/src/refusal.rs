//! Why an operation is refused.

/// Why an operation on a DID is refused, whoever signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Refusal {
    /// Nobody could change the record any more.
    #[error("no key would be left that may change the record")]
    NoInvocationKey,
    /// A key stands there already.
    #[error("a key to add is already in the record")]
    KeyExists,
    /// A replaced key never returns: the time for which it was valid would have to change.
    #[error("a key to add was replaced before")]
    KeyReplaced,
    /// A key does not stand there.
    #[error("a key to remove is not in the record")]
    NoSuchKey,
    /// The record would have more keys than it may.
    #[error("the record would have more than eight keys")]
    TooManyKeys,
    /// The record committed to another key.
    #[error("only the committed key may come next, and only it may bring another commitment")]
    NotCommitted,
    /// Nobody could ever rotate to a key that is known already.
    #[error("a commitment is to a key that is known, or two of them are to one key")]
    CommitmentKnown,
    /// The update is for another DID than its sender.
    #[error("the operation is for another did")]
    OtherDid,
    /// Nothing would change.
    #[error("the update changes nothing")]
    NoChange,
    /// A service to remove does not stand there.
    #[error("a service to remove is not in the record")]
    NoSuchService,
    /// The record would have more services than it may.
    #[error("the record would have more than eight services")]
    TooManyServices,
    /// Something of a person stands in a text; the ledger keeps it for ever.
    #[error("a text holds what looks like an identity-card number, a mobile number or an e-mail address")]
    PersonalData,
    /// A DID cannot be its own controller.
    #[error("a did cannot control itself")]
    OwnController,
    /// Nobody knows what will be compromised.
    #[error("a key is declared compromised from a time on that is still to come")]
    CompromisedLater,
    /// There are three levels.
    #[error("the level of an attestation is 1, 2 or 3")]
    AttestationLevel,
    /// An attestation is given for a time.
    #[error("the attestation's expiry is past or more than five years ahead")]
    AttestationExpiry,
    /// Responses go to a site's own pages.
    #[error("a return address is not under one of the site's origins")]
    ForeignReturnAddress,
}
