//! Why a request is not answered.

use realdid_client::Untrusted;
use realdid_types::InvalidDid;
use serde_json::{Value, json};

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
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Self::Request => "request_invalid",
            Self::NoGenesis => "no_genesis",
            Self::Did(_) => "did_invalid",
            Self::Untrusted(why) => why.code(),
        }
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
