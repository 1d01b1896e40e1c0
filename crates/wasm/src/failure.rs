//! Why a request is not answered.

use realdid_client::Untrusted;
use realdid_crypto::PublicKey;
use realdid_identity::Refusal;
use realdid_login::{LoginError, Unacceptable};
use realdid_state::{Refused, Skipped};
use realdid_types::{DecodeError, GenesisDigest, InvalidDid, limits};
use serde_json::{Value, json};

use crate::json::Wrong;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The caller did not write what the function takes.
    #[error("this is no request of this interface")]
    Request,
    /// Nothing is trusted yet.
    #[error("a genesis comes first")]
    NoGenesis,
    /// No DID of this network.
    #[error(transparent)]
    Did(#[from] InvalidDid),
    /// What a node says is not believed.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// What is asked for is no transaction.
    #[error("{0}")]
    Draft(Wrong),
    /// Bytes that are none of ours.
    #[error("these are not the bytes of a transaction: {0}")]
    Bytes(DecodeError),
    /// A number that would be shown as another.
    #[error("it holds a number beyond 2^53 - 1, which JavaScript cannot show as it is: do not sign it")]
    Inexact,
    /// Made for another network.
    #[error("the transaction is meant for the network {0}")]
    OtherNetwork(GenesisDigest),
    /// No key.
    #[error("an Ed25519 key or seed has 32 bytes")]
    Key,
    /// A signature that does not hold.
    #[error("this is no signature of the key {0} under this transaction")]
    Signature(PublicKey),
    /// The site does not accept the login.
    #[error(transparent)]
    Login(LoginError),
    /// The wallet must not answer.
    #[error(transparent)]
    Unacceptable(#[from] Unacceptable),
    /// More signatures than a transaction may have.
    #[error("a transaction has at most {} signatures", limits::TRANSACTION_SIGNATURES_MAX)]
    TooManySignatures,
    /// The ledger would not count it.
    #[error("{0}")]
    Skipped(Skipped),
    /// The ledger would refuse it.
    #[error("{0}")]
    Refused(Refused),
}

impl Failure {
    fn code(&self) -> String {
        let code = match self {
            Self::Request => "request_invalid",
            Self::NoGenesis => "no_genesis",
            Self::Did(_) => "did_invalid",
            Self::Untrusted(why) => why.code(),
            Self::Draft(wrong) => wrong.code,
            Self::Bytes(_) | Self::Inexact => "malformed",
            Self::OtherNetwork(_) => "other_network",
            Self::Key => "key_invalid",
            Self::Signature(_) => "signature_invalid",
            Self::Login(why) => why.code(),
            Self::Unacceptable(why) => why.code(),
            Self::TooManySignatures => "too_many_signatures",
            Self::Skipped(why) => return why.name(),
            Self::Refused(why) => return why.name(),
        };
        code.to_owned()
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code(), "message": self.to_string() });
        if let (Self::Untrusted(Untrusted::OtherEpoch { found, .. }), Some(fields)) =
            (self, error.as_object_mut())
        {
            fields.insert("epoch".to_owned(), found.0.into());
        }
        json!({ "error": error })
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        Self::Draft(wrong)
    }
}

impl From<LoginError> for Failure {
    fn from(why: LoginError) -> Self {
        match why {
            // a caller asks for the epochs between, whatever is being checked
            LoginError::Untrusted(why) => Self::Untrusted(why),
            other => Self::Login(other),
        }
    }
}

impl From<Skipped> for Failure {
    fn from(why: Skipped) -> Self {
        Self::Skipped(why)
    }
}

impl From<Refused> for Failure {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

impl From<Refusal> for Failure {
    fn from(why: Refusal) -> Self {
        Self::Refused(why.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = include_str!("../../../js/src/error.d.ts");

    #[test]
    fn every_code_of_the_ledger_is_declared_for_typescript() {
        let refused = Refused::ALL.iter().map(|why| why.name());
        for code in refused.chain(Skipped::ALL.iter().map(|why| why.name())) {
            assert!(DECLARED.contains(&format!("| '{code}'")), "{code}");
        }
    }
}
