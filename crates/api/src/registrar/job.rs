//! What is under way, carried by the client: the registrar keeps nothing between two requests.
//!
//! A job's name holds the transaction that waits for signatures, or for its block. It needs no protection: what counts
//! is signed by the client, and whoever changes it changes what the signatures are for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_types::{Did, GenesisDigest, Operation, Sender, Transaction, Wire, limits};

use super::{Kind, failure::Failure};

/// How far an operation has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// It waits for signatures.
    Sign(Transaction),
    /// It is signed and handed in.
    Wait(Transaction),
}

impl Job {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        let (stage, transaction) = match self {
            Self::Sign(transaction) => ("sign", transaction),
            Self::Wait(transaction) => ("wait", transaction),
        };
        format!("{stage}.{}", URL_SAFE_NO_PAD.encode(transaction.encode()))
    }

    /// The job of a name, if it is of this kind of operation, on this network.
    ///
    /// # Errors
    /// If it is not.
    pub(crate) fn read(name: &str, kind: Kind, genesis: GenesisDigest) -> Result<Self, Failure> {
        let invalid = || {
            let description = "the jobId is none that this registrar gave for this operation: send back the whole of \
                               it, or begin again without one";
            Failure::named("invalidJob", description)
        };
        let (stage, encoded) = name.split_once('.').ok_or_else(invalid)?;
        if encoded.len() > limits::TRANSACTION_BYTES_MAX.saturating_mul(2) {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| invalid())?;
        let transaction = Transaction::decode(&bytes).map_err(|_| invalid())?;
        if transaction.genesis != genesis
            || kind_of(&transaction.operation) != Some(kind)
            || did_of(&transaction).is_none()
        {
            return Err(invalid());
        }
        match stage {
            "sign" => Ok(Self::Sign(transaction)),
            "wait" => Ok(Self::Wait(transaction)),
            _ => Err(invalid()),
        }
    }
}

/// The DID whose transaction it is.
pub(crate) fn did_of(transaction: &Transaction) -> Option<Did> {
    match transaction.sender {
        Sender::Did(did) => Some(did),
        Sender::Organisation(_) => None,
    }
}

fn kind_of(operation: &Operation) -> Option<Kind> {
    match operation {
        Operation::CreateDid(_) => Some(Kind::Create),
        Operation::UpdateDid(_) => Some(Kind::Update),
        Operation::DeactivateDid(_) => Some(Kind::Deactivate),
        _ => None,
    }
}
