//! What can be asked of the ledger.

mod authority;
mod did;
mod governance;

pub use authority::{Attest, RegisterSite, Site, UpdateSite, Withdraw};
pub use did::{
    CompromisedKey, Controllers, CreateDid, DeactivateDid, DidKey, Purposes, RecoverDid, Service, UpdateDid,
};
pub use governance::{
    Action, AddValidator, Approve, Change, ProofOfPossession, Propose, PutMember, RemoveMember,
    RemoveValidator, Role, Roles, Rule, SetParameters, SetRule, WithdrawApproval,
};

use realdid_crypto::{Context, Digest, digest};

use crate::{Evidence, Wire, limits};

/// One change. The kinds are closed: a ledger that does not know one refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make a DID.
    CreateDid(CreateDid),
    /// Change a DID.
    UpdateDid(UpdateDid),
    /// Propose a change that members must approve.
    Propose(Propose),
    /// Approve a proposal.
    Approve(Approve),
    /// Put a validator's contradiction on record.
    ReportEvidence(ReportEvidence),
    /// Give a DID new keys.
    RecoverDid(RecoverDid),
    /// End a DID.
    DeactivateDid(DeactivateDid),
    /// Attest people.
    Attest(Attest),
    /// Take attestations back.
    Withdraw(Withdraw),
    /// Put a site on the ledger.
    RegisterSite(RegisterSite),
    /// Change a site.
    UpdateSite(UpdateSite),
    /// Take an approval back.
    WithdrawApproval(WithdrawApproval),
}

/// Two signed statements of one validator that no honest one makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportEvidence {
    /// The contradiction.
    pub evidence: Evidence,
}

impl Operation {
    /// The digest of the operation alone; of a [`CreateDid`], the DID.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(Context::Operation, &self.encode())
    }

    /// Whether only networks whose parameters name format 2 carry it out.
    #[must_use]
    pub fn is_of_format_2(&self) -> bool {
        match self {
            Self::CreateDid(create) => create.controllers.is_some() || !create.services.is_empty(),
            Self::UpdateDid(update) => {
                update.controllers.is_some()
                    || !update.add_services.is_empty()
                    || !update.remove_services.is_empty()
            }
            Self::Propose(propose) => propose.change.is_of_format_2(),
            Self::Approve(_) | Self::ReportEvidence(_) => false,
            Self::RecoverDid(_)
            | Self::DeactivateDid(_)
            | Self::Attest(_)
            | Self::Withdraw(_)
            | Self::RegisterSite(_)
            | Self::UpdateSite(_)
            | Self::WithdrawApproval(_) => true,
        }
    }
}

alternatives! {
    Operation[limits::OPERATION_BYTES_MAX] {
        1: CreateDid,
        2: UpdateDid,
        3: Propose,
        4: Approve,
        5: ReportEvidence,
        6: RecoverDid,
        7: DeactivateDid,
        8: Attest,
        9: Withdraw,
        10: RegisterSite,
        11: UpdateSite,
        12: WithdrawApproval,
    }
}

codec! { ReportEvidence { 1: evidence, } }
