//! The consortium: members, and what they are deciding on.

use axum::{Json, extract::State};
use realdid_state::{MemberEntry, OpenProposals, ProposalEntry, StateKey, read};
use realdid_types::{Change, OrganisationName, ProposalId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Ports;

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    name: String,
    /// Signs its proposals and approvals.
    key: String,
    /// The number that its next transaction must have.
    next_sequence: u64,
}

/// The organisations of the consortium.
#[utoipa::path(
    get,
    path = "/v1/members",
    tag = "consortium",
    responses((status = OK, body = Vec<MemberView>))
)]
pub(crate) async fn list(State(ports): State<Ports>) -> Json<Vec<MemberView>> {
    let view = |name: &OrganisationName| {
        let entry: MemberEntry = read(&*ports.store, &StateKey::Member(name.clone()))?;
        let next_sequence = entry.next_sequence.0;
        Some(MemberView { name: name.to_string(), key: entry.key.to_string(), next_sequence })
    };
    let names = ports.store.genesis().members.iter().map(|member| &member.name);
    Json(names.filter_map(view).collect())
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalView {
    id: String,
    /// `add_validator` or `remove_validator`.
    change: &'static str,
    consensus_key: String,
    organisation: Option<String>,
    /// Block time from which on it is void, in milliseconds since 1970.
    expires: u64,
    /// The members that approved.
    approvals: Vec<String>,
    /// How many must.
    needed: u32,
}

/// What the members are deciding on.
#[utoipa::path(
    get,
    path = "/v1/proposals",
    tag = "consortium",
    responses((status = OK, body = Vec<ProposalView>))
)]
pub(crate) async fn proposals(State(ports): State<Ports>) -> Json<Vec<ProposalView>> {
    let open: OpenProposals = read(&*ports.store, &StateKey::OpenProposals).unwrap_or_default();
    let needed = ports.store.genesis().parameters.approvals;
    let view = |id: &ProposalId| {
        let entry: ProposalEntry = read(&*ports.store, &StateKey::Proposal(*id))?;
        let (change, consensus_key, organisation) = match &entry.change {
            Change::AddValidator(add) => {
                ("add_validator", add.consensus_key, Some(add.organisation.to_string()))
            }
            Change::RemoveValidator(remove) => ("remove_validator", remove.consensus_key, None),
        };
        Some(ProposalView {
            id: id.to_string(),
            change,
            consensus_key: consensus_key.to_string(),
            organisation,
            expires: entry.expires.0,
            approvals: entry.approvals.iter().map(ToString::to_string).collect(),
            needed,
        })
    };
    Json(open.proposals.iter().filter_map(view).collect())
}
