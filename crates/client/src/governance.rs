//! What members decide together.

use realdid_crypto::SecretKey;
use realdid_types::{
    Approve, Attest, BlockDigest, Change, Did, Evidence, GenesisDigest, Height, Operation, OrganisationName,
    ProofOfPossession, ProposalId, RegisterSite, ReportEvidence, Sender, Sequence, SignedTransaction, Site,
    Timestamp, UpdateSite, Withdraw, WithdrawApproval,
};

use crate::{Draft, sign};

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
        let signed = sign(self.draft().propose(change), &[self.key]);
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

    /// Takes its own approval back, as long as the proposal is open.
    #[must_use]
    pub fn withdraw_approval(&self, proposal: ProposalId) -> SignedTransaction {
        self.act(Operation::WithdrawApproval(WithdrawApproval { proposal }))
    }

    /// Attests DIDs: `level` is 1 low, 2 substantial or 3 high; at most 1,000 of them, in any order.
    #[must_use]
    pub fn attest(
        &self,
        level: u32,
        expires: Timestamp,
        dids: impl IntoIterator<Item = Did>,
    ) -> SignedTransaction {
        self.act(Operation::Attest(Attest { level, expires, dids: in_order(dids) }))
    }

    /// Takes its own attestations of DIDs back; at most 1,000 of them, in any order.
    #[must_use]
    pub fn withdraw(&self, dids: impl IntoIterator<Item = Did>) -> SignedTransaction {
        self.act(Operation::Withdraw(Withdraw { dids: in_order(dids) }))
    }

    /// Puts a site on the ledger; `site_key` is one by which the site's DID may be changed.
    #[must_use]
    pub fn register_site(&self, site: Site, site_key: &SecretKey) -> SignedTransaction {
        let transaction = self.draft().asking(Operation::RegisterSite(RegisterSite { site }));
        sign(transaction, &[self.key, site_key])
    }

    /// Replaces what the ledger says of a site; `site_key` as in [`Member::register_site`].
    #[must_use]
    pub fn update_site(&self, site: Site, site_key: &SecretKey) -> SignedTransaction {
        let transaction = self.draft().asking(Operation::UpdateSite(UpdateSite { site }));
        sign(transaction, &[self.key, site_key])
    }

    fn act(&self, operation: Operation) -> SignedTransaction {
        sign(self.draft().asking(operation), &[self.key])
    }

    fn draft(&self) -> Draft {
        Draft {
            genesis: self.genesis,
            sender: Sender::Organisation(self.name.clone()),
            sequence: self.sequence,
            expires: self.expires,
        }
    }
}

/// DIDs in the order in which they must stand, which tells nobody in which order they came.
#[must_use]
pub fn in_order(dids: impl IntoIterator<Item = Did>) -> Vec<Did> {
    let mut dids: Vec<Did> = dids.into_iter().collect();
    dids.sort_unstable();
    dids.dedup();
    dids
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
