//! Why an operation is refused. Codes are part of the state and never change their meaning.

/// Why an operation on a DID is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Refusal {
    /// Nobody could change the record any more.
    #[error("no key would be left that may change the record")]
    NoInvocationKey,
    /// A key stands there already.
    #[error("a key to add is already in the record")]
    KeyExists,
    /// A key does not stand there.
    #[error("a key to remove is not in the record")]
    NoSuchKey,
    /// The record would have more keys than it may.
    #[error("the record would have more than eight keys")]
    TooManyKeys,
    /// A new key did not sign.
    #[error("a new key did not prove its possession")]
    NoPossession,
    /// The record committed to another key.
    #[error("the new invocation key is not the one committed to")]
    NotCommitted,
    /// Nothing would change.
    #[error("the update changes nothing")]
    NoChange,
}
