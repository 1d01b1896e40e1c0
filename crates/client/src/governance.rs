//! What members decide together.

use realdid_crypto::SecretKey;
use realdid_types::{
    Approve, BlockDigest, Change, Evidence, GenesisDigest, Height, Operation, OrganisationName,
    ProofOfPossession, ProposalId, Propose, ReportEvidence, Sender, Sequence, SignedTransaction, Timestamp,
    Transaction,
};

use crate::sign;

/// A member that acts: its name and key, the network, its next number, and until when.
pub struct Member<'a> {
    /// The network.
    pub genesis: GenesisDigest,
    /// Its name.
    pub name: OrganisationName,
    /// Its key.
    pub key: &'a SecretKey,
    /// Its next number.
    pub sequence: Sequence,
    /// The block time from which on what it signs is void.
    pub expires: Timestamp,
}

impl Member<'_> {
    /// Proposes a change; that is its own approval too. The proposal is named by the transaction.
    #[must_use]
    pub fn propose(&self, change: Change) -> (ProposalId, SignedTransaction) {
        let signed = self.act(Operation::Propose(Propose { change, expires: self.expires }));
        (ProposalId(signed.id().0), signed)
    }

    /// Approves a proposal.
    #[must_use]
    pub fn approve(&self, proposal: ProposalId) -> SignedTransaction {
        self.act(Operation::Approve(Approve { proposal }))
    }

    /// Puts it on record that a validator contradicted itself.
    #[must_use]
    pub fn report(&self, evidence: Evidence) -> SignedTransaction {
        self.act(Operation::ReportEvidence(ReportEvidence { evidence }))
    }

    fn act(&self, operation: Operation) -> SignedTransaction {
        let transaction = Transaction {
            genesis: self.genesis,
            sender: Sender::Organisation(self.name.clone()),
            sequence: self.sequence,
            expires: self.expires,
            operation,
        };
        sign(transaction, &[self.key])
    }
}

/// A joining validator's proof that it holds its consensus key: a signature over one of the newest 256 headers.
#[must_use]
pub fn possession(
    genesis: GenesisDigest,
    key: &SecretKey,
    height: Height,
    header: BlockDigest,
) -> ProofOfPossession {
    let message = ProofOfPossession::signing_digest(genesis, header);
    ProofOfPossession { height, signature: key.sign(message.as_bytes()) }
}
