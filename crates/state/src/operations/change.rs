//! What members can decide on: whether it is possible now, and what it does.

use realdid_types::{Action, Change, Rule, ValidatorSet};

use super::{
    member_change::{self, Membership},
    parameter_change, validator_change,
};
use crate::{Policy, Refused, StateKey, block::BlockExecution};

/// What an approved proposal does.
pub(super) enum Effect {
    /// The next validators are these.
    Validators(Box<ValidatorSet>),
    /// A member changes, joins or leaves.
    Member(Box<Membership>),
    /// The parameters are these.
    Parameters(realdid_types::Parameters),
    /// The policy is this.
    Policy(Policy),
}

pub(super) fn check(block: &BlockExecution<'_>, change: &Change) -> Result<Effect, Refused> {
    let effect = match change {
        Change::AddValidator(add) => Effect::Validators(Box::new(validator_change::joined(block, add)?)),
        Change::RemoveValidator(remove) => {
            Effect::Validators(Box::new(validator_change::left(block, remove)?))
        }
        Change::PutMember(put) => Effect::Member(Box::new(member_change::put(block, put)?)),
        Change::RemoveMember(remove) => Effect::Member(Box::new(member_change::removed(block, remove)?)),
        Change::SetParameters(set) => Effect::Parameters(parameter_change::check(block, &set.parameters)?),
        Change::SetRule(set) => Effect::Policy(changed_policy(block, set.rule)),
    };
    if change.action() == Action::ChangeValidators || leaves_policy_possible(block, &effect) {
        Ok(effect)
    } else {
        Err(Refused::RuleImpossible)
    }
}

fn changed_policy(block: &BlockExecution<'_>, rule: Rule) -> Policy {
    let mut policy: Policy = block.draft.get(&StateKey::Policy).unwrap_or_default();
    policy.rules.retain(|other| other.action != rule.action);
    policy.rules.push(rule);
    policy.rules.sort_unstable_by_key(|rule| rule.action);
    policy
}

/// Tries the effect on a copy.
fn leaves_policy_possible(block: &BlockExecution<'_>, effect: &Effect) -> bool {
    let mut trial = block.copied();
    apply_to(&mut trial, effect);
    trial.has_possible_policy()
}

pub(super) fn apply(block: &mut BlockExecution<'_>, effect: Effect) {
    apply_to(block, &effect);
}

fn apply_to(block: &mut BlockExecution<'_>, effect: &Effect) {
    match effect {
        Effect::Validators(set) => {
            block.sets.next = (**set).clone();
            block.draft.put(&StateKey::ValidatorSets, &block.sets);
        }
        Effect::Member(membership) => member_change::apply(block, membership),
        Effect::Parameters(parameters) => {
            block.parameters = parameters.clone();
            block.draft.put(&StateKey::Parameters, parameters);
        }
        Effect::Policy(policy) => block.draft.put(&StateKey::Policy, policy),
    }
}
