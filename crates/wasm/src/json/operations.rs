//! The operations and what they consist of.

use realdid_types::{
    AddValidator, Approve, Attest, Change, CompromisedKey, Controllers, CreateDid, DeactivateDid, DidKey,
    KeySignature, NetworkName, Operation, Parameters, ProofOfPossession, Propose, PutMember, RecoverDid,
    RegisterSite, RemoveMember, RemoveValidator, ReportEvidence, Rule, Sender, Service, SetParameters,
    SetRule, Site, UpdateDid, UpdateSite, Withdraw, WithdrawApproval,
};
use serde_json::Value;

use super::{Fields, Json, Wrong};

json! {
    CreateDid { keys, recovery, next_key, controllers, services }
    UpdateDid { did, add, remove, next_key, add_services, remove_services, controllers }
    RecoverDid { did, keys, recovery, next_key, controllers, compromised }
    DeactivateDid { did, compromised }
    DidKey { key, purposes }
    CompromisedKey { key, since }
    Controllers { dids, threshold }
    Service { name, kind, endpoint }

    Attest { level, expires, dids }
    Withdraw { dids }
    RegisterSite { site }
    UpdateSite { site }
    Site { did, name, origins, return_addresses, may_ask_real_name, closed }

    Propose { change, expires }
    Approve { proposal }
    WithdrawApproval { proposal }
    AddValidator { organisation, consensus_key, transport_key, proof }
    ProofOfPossession { height, signature }
    RemoveValidator { consensus_key }
    PutMember { name, key, roles, add_nodes, remove_nodes }
    RemoveMember { name }
    SetParameters { parameters }
    Parameters { max_idle, max_expiry, quota_window, quota, approvals, format }
    SetRule { rule }
    Rule { action, role, approvals }

    ReportEvidence { evidence }
    KeySignature { key, signature }
}

json_alternatives! {
    Operation {
        CreateDid "create",
        UpdateDid "update",
        RecoverDid "recover",
        DeactivateDid "deactivate",
        Attest "attest",
        Withdraw "withdraw",
        RegisterSite "register_site",
        UpdateSite "update_site",
        Propose "propose",
        Approve "approve",
        WithdrawApproval "withdraw_approval",
        ReportEvidence "report_evidence",
    }
}

json_alternatives! {
    Change {
        AddValidator "add_validator",
        RemoveValidator "remove_validator",
        PutMember "put_member",
        RemoveMember "remove_member",
        SetParameters "set_parameters",
        SetRule "set_rule",
    }
}

/// A DID, or a member's name: no name has a colon.
impl Json for Sender {
    fn show(&self, network: &NetworkName) -> Value {
        match self {
            Self::Did(did) => did.show(network),
            Self::Organisation(name) => name.show(network),
        }
    }

    fn read(value: &Value, network: &NetworkName) -> Result<Self, Wrong> {
        if value.as_str().is_some_and(|text| text.contains(':')) {
            Json::read(value, network).map(Self::Did)
        } else {
            Json::read(value, network).map(Self::Organisation)
        }
    }
}
