//! What members' decisions have refusals of their own for.

use realdid_crypto::Digest;
use realdid_state::Refused;
use realdid_types::{
    Action, AddValidator, Approve, Change, Evidence, Operation, ProposalId, PutMember, ReportEvidence, Role,
    WithdrawApproval,
};

use super::refusals::{Case, refused};
use super::world::{alpha, newcomer, open, parameters, proposed, proposed_until, remove, rule, world};

use crate::evidence::double_prepare;
use crate::governance::{decide, joining, leaving};
use crate::ledger::{Ledger, genesis, member, organisation, public, validator};
use crate::people::Asked;

pub(super) fn cases() -> Vec<Case> {
    [proposals(), member_changes(), rule_changes(), approvals(), evidence()].into_iter().flatten().collect()
}

fn added(ledger: &Ledger, change: impl FnOnce(&mut AddValidator)) -> Asked {
    let Change::AddValidator(mut add) = joining(ledger, "omega") else { panic!("it adds") };
    change(&mut add);
    proposed(ledger, "alpha", Change::AddValidator(add))
}

/// Where operators alone decide who validates.
fn world_of_operators() -> Ledger {
    let mut ledger = world();
    decide(&mut ledger, rule(Action::ChangeValidators, Role::Operator, 3));
    ledger
}

fn proposals() -> Vec<Case> {
    const PROPOSE: &str = "propose";
    vec![
        refused(PROPOSE, "by a member without the role", Refused::NotInRole, |ledger| {
            proposed(ledger, "delta", leaving("alpha"))
        })
        .in_world(world_of_operators),
        refused(PROPOSE, "expires now", Refused::ProposalExpiry, |ledger| {
            proposed_until("alpha", leaving("delta"), ledger.now())
        }),
        refused(PROPOSE, "expires too far ahead", Refused::ProposalExpiry, |ledger| {
            let limit = ledger.genesis.parameters.max_expiry;
            proposed_until("alpha", leaving("delta"), ledger.now().plus(limit + 1))
        }),
        refused(PROPOSE, "64 are open", Refused::TooManyProposals, |ledger| {
            proposed(ledger, "alpha", leaving("delta"))
        })
        .in_world(|| {
            let mut ledger = world();
            for number in 0..63 {
                let (by, later) = (["alpha", "beta", "gamma"][number % 3], ledger.now().plus(300_000));
                let open = proposed_until(by, leaving("delta"), later);
                ledger.carry_out([open]);
            }
            ledger.pause = 60_000;
            ledger.include(Vec::new());
            ledger.pause = 1_000;
            let more = proposed_until("beta", leaving("delta"), ledger.now().plus(300_000));
            ledger.carry_out([more]);
            ledger
        }),
        refused(PROPOSE, "a validator of no member", Refused::UnknownMember, |ledger| {
            added(ledger, |add| add.organisation = organisation("omega"))
        }),
        refused(PROPOSE, "a validator with another's key", Refused::ValidatorExists, |ledger| {
            added(ledger, |add| add.transport_key = public("beta.transport"))
        }),
        refused(PROPOSE, "a proof over an old header", Refused::HeaderNotRecent, |ledger| {
            added(ledger, |add| add.proof.height = ledger.tip.height.next())
        }),
        refused(PROPOSE, "the 201st validator", Refused::TooManyValidators, |ledger| {
            proposed(ledger, "alpha", joining(ledger, "omega"))
        })
        .in_world(|| {
            let mut genesis = genesis();
            genesis.validators = (0..200).map(|number| validator(&format!("v{number}"), "beta")).collect();
            Ledger::of(genesis)
        }),
        refused(PROPOSE, "a validator leaves that there is not", Refused::UnknownValidator, |ledger| {
            proposed(ledger, "alpha", leaving("omega"))
        }),
        refused(PROPOSE, "the last validator leaves", Refused::TooFewValidators, |ledger| {
            proposed(ledger, "alpha", leaving("alpha"))
        })
        .in_world(|| {
            let mut genesis = genesis();
            genesis.validators.truncate(1);
            Ledger::of(genesis)
        }),
    ]
}

fn put(ledger: &Ledger, put: PutMember) -> Asked {
    proposed(ledger, "alpha", Change::PutMember(put))
}

fn member_changes() -> Vec<Case> {
    const PROPOSE: &str = "propose";
    vec![
        refused(PROPOSE, "a member as it is", Refused::NoChange, |ledger| put(ledger, alpha())),
        refused(PROPOSE, "a node that is a member's", Refused::NodeExists, |ledger| {
            put(ledger, PutMember { add_nodes: vec![public("beta.node")], ..newcomer("omega") })
        }),
        refused(PROPOSE, "without a node that is not the member's", Refused::UnknownNode, |ledger| {
            put(ledger, PutMember { remove_nodes: vec![public("beta.node")], ..alpha() })
        }),
        refused(PROPOSE, "a member's 65th node", Refused::TooManyMembers, |ledger| {
            let mut nodes: Vec<_> = (0..64).map(|number| public(&format!("node.{number}"))).collect();
            nodes.sort();
            put(ledger, PutMember { add_nodes: nodes, ..alpha() })
        }),
        refused(PROPOSE, "the 1,001st member", Refused::TooManyMembers, |ledger| {
            put(ledger, newcomer("omega"))
        })
        .in_world(|| {
            let mut genesis = genesis();
            let more = (0..996).map(|number| realdid_types::Member {
                name: organisation(&format!("m{number:03}")),
                nodes: Vec::new(),
                ..genesis.members[0].clone()
            });
            genesis.members.extend(more.collect::<Vec<_>>());
            genesis.members.sort_by(|a, b| a.name.cmp(&b.name));
            Ledger::of(genesis)
        }),
        refused(PROPOSE, "a member leaves that there is not", Refused::UnknownMember, |ledger| {
            proposed(ledger, "alpha", remove("omega"))
        }),
        refused(PROPOSE, "a member leaves that runs validators", Refused::RunsValidators, |ledger| {
            proposed(ledger, "alpha", remove("delta"))
        }),
        refused(PROPOSE, "a member leaves whose approval is needed", Refused::RuleImpossible, |ledger| {
            proposed(ledger, "alpha", remove("omega"))
        })
        .in_world(|| {
            let mut ledger = world();
            decide(&mut ledger, Change::PutMember(newcomer("omega")));
            decide(&mut ledger, rule(Action::ChangeMembers, Role::Member, 5));
            ledger
        }),
        refused(PROPOSE, "the last node leaves", Refused::RuleImpossible, |ledger| {
            put(ledger, PutMember { remove_nodes: vec![public("alpha.node")], ..alpha() })
        })
        .in_world(|| {
            let mut genesis = genesis();
            genesis.members.iter_mut().filter(|member| member.key != public("alpha")).for_each(|member| {
                member.nodes.clear();
            });
            Ledger::of(genesis)
        }),
    ]
}

fn rule_changes() -> Vec<Case> {
    const PROPOSE: &str = "propose";
    let impossible = Refused::RuleImpossible;
    vec![
        refused(PROPOSE, "more approvals than members", impossible, |ledger| {
            proposed(ledger, "alpha", rule(Action::ChangePolicy, Role::Member, 5))
        }),
        refused(PROPOSE, "more approvals than authorities", impossible, |ledger| {
            proposed(ledger, "alpha", rule(Action::ChangeMembers, Role::Authority, 2))
        }),
        refused(PROPOSE, "one member alone changes the rules", impossible, |ledger| {
            proposed(ledger, "alpha", rule(Action::ChangePolicy, Role::Member, 1))
        }),
        refused(PROPOSE, "no approval at all", impossible, |ledger| {
            proposed(ledger, "alpha", rule(Action::ChangeValidators, Role::Member, 0))
        }),
        refused(PROPOSE, "two approvals of one operation", impossible, |ledger| {
            proposed(ledger, "alpha", rule(Action::Attest, Role::Member, 2))
        }),
        refused(PROPOSE, "a quota that holds no decision", impossible, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |parameters| parameters.quota = 7))
        }),
        refused(PROPOSE, "another expiry", Refused::ParameterFixed, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |parameters| parameters.max_expiry += 1))
        }),
        refused(PROPOSE, "another pace", Refused::ParameterFixed, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |parameters| parameters.max_idle += 1))
        }),
        refused(PROPOSE, "another format", Refused::ParameterFixed, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |parameters| parameters.format = 1))
        }),
        refused(PROPOSE, "a window of no length", Refused::ParameterFixed, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |parameters| parameters.quota_window = 0))
        }),
        refused(PROPOSE, "the parameters as they are", Refused::NoChange, |ledger| {
            proposed(ledger, "alpha", parameters(ledger, |_| ()))
        }),
    ]
}

fn approves(by: &str, proposal: ProposalId) -> Asked {
    Asked::new(member(by), Operation::Approve(Approve { proposal }), &[by])
}

fn takes_back(by: &str, proposal: ProposalId) -> Asked {
    Asked::new(member(by), Operation::WithdrawApproval(WithdrawApproval { proposal }), &[by])
}

fn approvals() -> Vec<Case> {
    const APPROVE: &str = "approve";
    const TAKE_BACK: &str = "withdraw_approval";
    vec![
        refused(APPROVE, "what is not open", Refused::UnknownProposal, |_| {
            approves("beta", ProposalId(Digest::ZERO))
        }),
        refused(APPROVE, "twice", Refused::AlreadyApproved, |ledger| approves("alpha", open(ledger))),
        refused(APPROVE, "without the role", Refused::NotInRole, |ledger| approves("delta", open(ledger)))
            .in_world(world_of_operators),
        refused(APPROVE, "what has become impossible", Refused::UnknownValidator, |ledger| {
            approves("beta", open(ledger))
        })
        .in_world(|| {
            let mut ledger = world();
            decide(&mut ledger, leaving("delta"));
            ledger.include(Vec::new());
            ledger
        }),
        refused(TAKE_BACK, "what is not open", Refused::UnknownProposal, |_| {
            takes_back("alpha", ProposalId(Digest::ZERO))
        }),
        refused(TAKE_BACK, "what it never gave", Refused::NotApproved, |ledger| {
            takes_back("beta", open(ledger))
        }),
    ]
}

fn reports(evidence: Evidence) -> Asked {
    let operation = Operation::ReportEvidence(ReportEvidence { evidence });
    Asked::new(member("beta"), operation, &["beta"])
}

fn evidence() -> Vec<Case> {
    const REPORT: &str = "report_evidence";
    vec![
        refused(REPORT, "of another epoch", Refused::UnknownEpoch, |ledger| {
            reports(double_prepare(ledger, 2, (1, 5)))
        }),
        refused(REPORT, "that proves nothing", Refused::EvidenceForged, |ledger| {
            let Evidence::Votes(sound) = double_prepare(ledger, 2, (0, 5)) else { panic!("two votes") };
            reports(Evidence::Votes(Box::new((sound.0.clone(), sound.0))))
        }),
        refused(REPORT, "against whom there is some", Refused::EvidenceKnown, |ledger| {
            reports(double_prepare(ledger, 2, (0, 6)))
        })
        .in_world(|| {
            let mut ledger = world();
            let known = reports(double_prepare(&ledger, 2, (0, 5)));
            ledger.carry_out([known]);
            ledger
        }),
    ]
}
