//! The consortium: members, and what they are deciding on.

use axum::{Json, extract::State};
use realdid_state::{MemberEntry, Members, OpenProposals, ProposalEntry, StateKey, StateRead, read, rule};
use realdid_types::{Action, Change, OrganisationName, Parameters, ProposalId, Roles};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Ports;

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    name: String,
    /// Signs its proposals and approvals.
    key: String,
    /// `authority` if it attests people, `operator` if it registers sites.
    roles: Vec<&'static str>,
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
        Some(MemberView {
            name: name.to_string(),
            key: entry.key.to_string(),
            roles: role_names(entry.roles.unwrap_or_default()),
            next_sequence: entry.next_sequence.0,
        })
    };
    Json(names(&ports, &*ports.store).iter().filter_map(view).collect())
}

/// Those that a state lists; on a network of format 1, which has no list, nobody joins or leaves.
pub(crate) fn names(ports: &Ports, state: &dyn StateRead) -> Vec<OrganisationName> {
    let listed: Option<Members> = read(state, &StateKey::Members);
    let at_start = || ports.store.genesis().members.iter().map(|member| member.name.clone()).collect();
    listed.map_or_else(at_start, |members| members.names)
}

fn role_names(roles: Roles) -> Vec<&'static str> {
    let named = [(roles.authority, "authority"), (roles.operator, "operator")];
    named.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RuleView {
    /// What it is about.
    action: &'static str,
    /// `member`, `authority` or `operator`.
    role: &'static str,
    /// How many members of that role must agree; 1 for what each does by itself.
    approvals: u32,
}

/// Who may do what, and how many of them it takes.
#[utoipa::path(
    get,
    path = "/v1/policy",
    tag = "consortium",
    responses((status = OK, body = Vec<RuleView>))
)]
pub(crate) async fn policy(State(ports): State<Ports>) -> Json<Vec<RuleView>> {
    let parameters = parameters(&ports);
    let view = |action: &Action| {
        let rule = rule(&*ports.store, &parameters, *action);
        RuleView { action: rule.action.name(), role: rule.role.name(), approvals: rule.approvals }
    };
    Json(Action::ALL.iter().map(view).collect())
}

fn parameters(ports: &Ports) -> Parameters {
    let store: &dyn StateRead = &*ports.store;
    read(store, &StateKey::Parameters).unwrap_or_else(|| ports.store.genesis().parameters.clone())
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalView {
    id: String,
    /// `add_validator`, `remove_validator`, `put_member`, `remove_member`, `set_parameters` or `set_rule`.
    change: &'static str,
    /// What would change, in words.
    text: String,
    /// The validator's that would join or leave.
    consensus_key: Option<String>,
    /// The member that it is about.
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
    let parameters = parameters(&ports);
    let view = |id: &ProposalId| {
        let entry: ProposalEntry = read(&*ports.store, &StateKey::Proposal(*id))?;
        Some(ProposalView {
            id: id.to_string(),
            change: entry.change.name(),
            text: entry.change.to_string(),
            consensus_key: validator_of(&entry.change),
            organisation: member_of(&entry.change),
            expires: entry.expires.0,
            approvals: entry.approvals.iter().map(ToString::to_string).collect(),
            needed: rule(&*ports.store, &parameters, entry.change.action()).approvals,
        })
    };
    Json(open.proposals.iter().filter_map(view).collect())
}

fn validator_of(change: &Change) -> Option<String> {
    match change {
        Change::AddValidator(add) => Some(add.consensus_key.to_string()),
        Change::RemoveValidator(remove) => Some(remove.consensus_key.to_string()),
        _ => None,
    }
}

fn member_of(change: &Change) -> Option<String> {
    match change {
        Change::AddValidator(add) => Some(add.organisation.to_string()),
        Change::PutMember(put) => Some(put.name.to_string()),
        Change::RemoveMember(remove) => Some(remove.name.to_string()),
        _ => None,
    }
}
