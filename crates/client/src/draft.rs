//! Everything that can be asked of the ledger, as transactions that are still to be signed.

use realdid_crypto::PublicKey;
use realdid_types::{
    Change, CreateDid, DeactivateDid, Did, GenesisDigest, Operation, Propose, RecoverDid, RegisterSite,
    Sender, Sequence, Site, Timestamp, Transaction, UpdateDid, UpdateSite,
};

/// All of a transaction but what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The network.
    pub genesis: GenesisDigest,
    /// Who asks.
    pub sender: Sender,
    /// The sender's next number.
    pub sequence: Sequence,
    /// The block time from which on it is void.
    pub expires: Timestamp,
}

impl Draft {
    /// The transaction that asks for this.
    #[must_use]
    pub fn asking(self, operation: Operation) -> Transaction {
        let Self { genesis, sender, sequence, expires } = self;
        Transaction { genesis, sender, sequence, expires, operation }
    }

    /// The transaction that makes a DID, and that DID.
    #[must_use]
    pub fn create(genesis: GenesisDigest, create: CreateDid, expires: Timestamp) -> (Did, Transaction) {
        let operation = Operation::CreateDid(create);
        let did = Did(operation.digest());
        let draft = Self { genesis, sender: Sender::Did(did), sequence: Sequence(0), expires };
        (did, draft.asking(operation))
    }

    /// The transaction by which a member proposes a change, open as long as the transaction itself.
    #[must_use]
    pub fn propose(self, change: Change) -> Transaction {
        let expires = self.expires;
        self.asking(Operation::Propose(Propose { change, expires }))
    }
}

/// The keys that an operation itself names as signers; whom else it takes, only the ledger knows.
#[must_use]
pub fn named_signers(operation: &Operation) -> Vec<PublicKey> {
    let named = match operation {
        Operation::CreateDid(CreateDid { keys, .. }) | Operation::RecoverDid(RecoverDid { keys, .. }) => keys,
        Operation::UpdateDid(UpdateDid { add, .. }) => add,
        _ => return Vec::new(),
    };
    named.iter().map(|key| key.key).collect()
}

/// The DID that an operation is about, where it is about one.
#[must_use]
pub fn subject(operation: &Operation) -> Option<Did> {
    match operation {
        Operation::UpdateDid(UpdateDid { did, .. })
        | Operation::RecoverDid(RecoverDid { did, .. })
        | Operation::DeactivateDid(DeactivateDid { did, .. })
        | Operation::RegisterSite(RegisterSite { site: Site { did, .. } })
        | Operation::UpdateSite(UpdateSite { site: Site { did, .. } }) => Some(*did),
        Operation::CreateDid(_) => Some(Did(operation.digest())),
        _ => None,
    }
}
