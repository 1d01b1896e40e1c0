//! Who may do what, and how many of them it takes.

use realdid_types::{Action, OrganisationName, Parameters, Role, Roles, Rule};

use crate::{MemberEntry, Members, Policy, StateKey, StateRead, block::BlockExecution, read};

/// The row of the policy for an action, as members have changed it, or as it is at the start: authorities attest,
/// operators register sites, and all members decide together by the number of approvals in the parameters.
#[must_use]
pub fn rule(state: &dyn StateRead, parameters: &Parameters, action: Action) -> Rule {
    let policy: Policy = read(state, &StateKey::Policy).unwrap_or_default();
    let changed = policy.rules.into_iter().find(|rule| rule.action == action);
    changed.unwrap_or_else(|| at_start(parameters, action))
}

const fn at_start(parameters: &Parameters, action: Action) -> Rule {
    let (role, approvals) = match action {
        Action::Attest => (Role::Authority, 1),
        Action::RegisterSites => (Role::Operator, 1),
        Action::ChangeValidators
        | Action::ChangeMembers
        | Action::ChangeParameters
        | Action::ChangePolicy => (Role::Member, parameters.approvals),
    };
    Rule { action, role, approvals }
}

/// Whether a member does it by itself, without a proposal.
const fn is_direct(action: Action) -> bool {
    matches!(action, Action::Attest | Action::RegisterSites)
}

const fn has_role(roles: Option<Roles>, role: Role) -> bool {
    match (role, roles) {
        (Role::Member, _) => true,
        (Role::Authority, Some(roles)) => roles.authority,
        (Role::Operator, Some(roles)) => roles.operator,
        (Role::Authority | Role::Operator, None) => false,
    }
}

impl BlockExecution<'_> {
    pub(crate) fn rule(&self, action: Action) -> Rule {
        rule(&self.draft, &self.parameters, action)
    }

    /// Whether this organisation is a member now, and one of this role.
    pub(crate) fn is_in_role(&self, name: &OrganisationName, role: Role) -> bool {
        let member: Option<MemberEntry> = self.draft.get(&StateKey::Member(name.clone()));
        member.is_some_and(|member| has_role(member.roles, role))
    }

    /// Whether members can still decide: each row can be met by those that there are, no member alone can change who
    /// may do what, and what they sign can be carried. Asked of a draft in which a change has been made.
    pub(crate) fn has_possible_policy(&self) -> bool {
        let members: Members = self.draft.get(&StateKey::Members).unwrap_or_default();
        self.can_carry_decisions(&members)
            && Action::ALL.iter().all(|action| self.is_possible(self.rule(*action), &members))
    }

    fn is_possible(&self, rule: Rule, members: &Members) -> bool {
        if is_direct(rule.action) {
            return rule.approvals == 1;
        }
        let able = members.names.iter().filter(|name| self.is_in_role(name, rule.role)).count() as u64;
        let alone = rule.approvals < 2 && members.names.len() > 1;
        !alone && (1..=able).contains(&u64::from(rule.approvals))
    }

    /// Whether a node is left that may author batches, and one member's quota holds a proposal and everybody's
    /// approval of it, which cost two units each.
    fn can_carry_decisions(&self, members: &Members) -> bool {
        let has_nodes = |name: &OrganisationName| {
            let member: Option<MemberEntry> = self.draft.get(&StateKey::Member(name.clone()));
            member.is_some_and(|member| !member.nodes.is_empty())
        };
        let whole_decision = (members.names.len() as u64).saturating_mul(2);
        self.parameters.quota >= whole_decision && members.names.iter().any(has_nodes)
    }
}
