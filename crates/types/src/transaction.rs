//! Transactions: an operation with its sender, sequence number and expiry.

use realdid_crypto::{Context, PublicKey, Signature, digest};

use crate::{
    DecodeError, GenesisDigest, Operation, Sender, Sequence, Timestamp, TransactionId, Wire, limits,
    wire::Ordered,
};

/// One change asked for, once, on one network, until a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The network that it is meant for.
    pub genesis: GenesisDigest,
    /// On whose sequence it counts.
    pub sender: Sender,
    /// The sender's next number.
    pub sequence: Sequence,
    /// The block time from which on it is void.
    pub expires: Timestamp,
    /// What is asked for.
    pub operation: Operation,
}

/// A signature with the key that made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeySignature {
    /// The key.
    pub key: PublicKey,
    /// Over the transaction's identifier.
    pub signature: Signature,
}

/// A transaction with the signatures of the keys that stand for it, ascending by key, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// 1 to 16.
    pub signatures: Vec<KeySignature>,
}

impl Transaction {
    /// Names the transaction; what its signatures are over.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        TransactionId(digest(Context::Transaction, &self.encode()))
    }
}

impl SignedTransaction {
    /// Names the transaction, whoever signed it.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        self.transaction.id()
    }

    /// Whether this key is among the signers.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signatures.iter().any(|signature| signature.key == *key)
    }

    fn check(&self) -> Result<(), DecodeError> {
        if self.signatures.is_empty() { Err(DecodeError::Missing(2)) } else { Ok(()) }
    }
}

/// No key signs twice.
impl Ordered for KeySignature {
    fn precedes(&self, next: &Self) -> bool {
        self.key < next.key
    }
}

codec! {
    #[versioned]
    Transaction[limits::TRANSACTION_BYTES_MAX] {
        2: genesis,
        3: sender,
        4: sequence,
        5: expires,
        6: operation,
    }
}
codec! { KeySignature { 1: key, 2: signature, } }
codec! {
    #[checked]
    SignedTransaction[limits::TRANSACTION_BYTES_MAX] {
        1: transaction,
        2: signatures ascending to limits::TRANSACTION_SIGNATURES_MAX,
    }
}
