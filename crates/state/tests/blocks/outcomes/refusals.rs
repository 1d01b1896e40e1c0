//! What each operation has refusals of its own for.

use realdid_crypto::Digest;
use realdid_state::{Outcome, Refused, Skipped};
use realdid_types::{
    Action, AddValidator, Approve, Change, CreateDid, DeactivateDid, Evidence, Operation, ProposalId,
    PutMember, RecoverDid, ReportEvidence, ReturnAddress, Role, Sender, Site, Timestamp, UpdateDid,
    WithdrawApproval,
};

use super::{
    rows::Ask,
    world::{alpha, bound, newcomer, open, parameters, proposed, proposed_until, remove, rule, world},
};
use crate::{
    evidence::double_prepare,
    governance::{decide, joining, leaving},
    ledger::{Ledger, did_of, genesis, member, organisation, public, update_of, validator},
    people::{
        Asked, attest, committed, compromised, controllers, create, deactivate, did, invoking, login, person,
        recover, recovery, register_site, service, site, update, update_site, withdraw,
    },
};

/// Something that is asked for and not done.
pub struct Case {
    pub operation: &'static str,
    /// What is wrong with it.
    pub wrong: &'static str,
    pub outcome: Outcome,
    pub world: fn() -> Ledger,
    pub ask: Ask,
}

impl Case {
    fn in_world(self, world: fn() -> Ledger) -> Self {
        Self { world, ..self }
    }
}

fn refused(operation: &'static str, wrong: &'static str, code: Refused, ask: Ask) -> Case {
    Case { operation, wrong, outcome: Outcome::Refused(code), world, ask }
}

fn skipped(operation: &'static str, wrong: &'static str, code: Skipped, ask: Ask) -> Case {
    Case { operation, wrong, outcome: Outcome::Skipped(code), world, ask }
}

pub fn cases() -> Vec<Case> {
    [
        creates(),
        updates(),
        recoveries(),
        deactivations(),
        attestations(),
        sites(),
        proposals(),
        member_changes(),
        rule_changes(),
        approvals(),
        evidence(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn creates() -> Vec<Case> {
    const CREATE: &str = "create";
    let invalid = Skipped::InvalidCreate;
    vec![
        skipped(CREATE, "the next key is one of its keys", invalid, |_| {
            create(CreateDid { next_key: committed("cid"), ..person("cid") }, "cid")
        }),
        skipped(CREATE, "the recovery key is one of its keys", invalid, |_| {
            create(CreateDid { recovery: committed("cid.login"), ..person("cid") }, "cid")
        }),
        skipped(CREATE, "the recovery key is to be the next key", invalid, |_| {
            create(CreateDid { next_key: committed("cid.recovery"), ..person("cid") }, "cid")
        }),
        skipped(CREATE, "in the name of another operation", Skipped::SenderUnknown, |_| Asked {
            sender: Sender::Did(did("eve")),
            ..create(person("cid"), "cid")
        }),
    ]
}

fn changed(change: impl FnOnce(&mut UpdateDid)) -> Asked {
    let mut operation = update_of(did("ann"), &[], &[]);
    change(&mut operation);
    update(operation, &["ann", "ann.2", "ann.old"])
}

fn bobs(add: &[&str], next_key: Digest) -> Asked {
    let operation = UpdateDid { next_key, ..update_of(did_of(&bound()), add, &[]) };
    update(operation, &["bob", "bob.2", "eve"])
}

fn updates() -> Vec<Case> {
    const UPDATE: &str = "update";
    vec![
        refused(UPDATE, "of another DID", Refused::OtherSender, |_| {
            let sender = Sender::Did(did("ann"));
            Asked { sender, ..update(update_of(did("shop"), &["ann.2"], &[]), &["ann", "ann.2"]) }
        }),
        skipped(UPDATE, "of a DID that has ended", Skipped::SenderDeactivated, |_| {
            update(update_of(did("gone"), &["ann.2"], &[]), &["gone", "gone.recovery", "ann.2"])
        }),
        refused(UPDATE, "nothing changes", Refused::NoChange, |_| changed(|_| ())),
        refused(UPDATE, "nothing but what is there", Refused::NoChange, |_| {
            changed(|operation| operation.add_services = vec![service("first")])
        }),
        refused(UPDATE, "adds a key that is there", Refused::KeyExists, |_| {
            changed(|operation| operation.add = invoking(&["ann"]))
        }),
        refused(UPDATE, "adds a key that was replaced", Refused::KeyReplaced, |_| {
            changed(|operation| operation.add = invoking(&["ann.old"]))
        }),
        refused(UPDATE, "removes a key that is not there", Refused::NoSuchKey, |_| {
            changed(|operation| operation.remove = vec![public("eve")])
        }),
        refused(UPDATE, "leaves nine keys", Refused::TooManyKeys, |_| {
            let names: Vec<String> = (0..7).map(|number| format!("more.{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let operation = UpdateDid { add: login(&names), ..update_of(did("ann"), &[], &[]) };
            update(operation, &[names, vec!["ann"]].concat())
        }),
        refused(UPDATE, "leaves no invocation key", Refused::NoInvocationKey, |_| {
            changed(|operation| operation.remove = vec![public("ann")])
        }),
        refused(UPDATE, "the next key is one of its keys", Refused::CommitmentKnown, |_| {
            changed(|operation| operation.next_key = committed("ann.login"))
        }),
        refused(UPDATE, "the recovery key is to be the next key", Refused::CommitmentKnown, |_| {
            changed(|operation| operation.next_key = committed("ann.recovery"))
        }),
        refused(UPDATE, "the recovery key becomes a key of its own", Refused::CommitmentKnown, |_| {
            let operation = update_of(did("ann"), &["ann.recovery"], &[]);
            update(operation, &["ann", "ann.recovery"])
        }),
        refused(UPDATE, "another key than the one committed to", Refused::NotCommitted, |_| {
            bobs(&["eve"], committed("bob.2"))
        }),
        refused(UPDATE, "drops the commitment", Refused::NotCommitted, |_| bobs(&[], Digest::ZERO)),
        skipped(UPDATE, "an invocation key names controllers", Skipped::NotAuthorised, |_| {
            changed(|operation| operation.controllers = Some(controllers(&[did("shop")], 1)))
        }),
        refused(UPDATE, "controls itself", Refused::OwnController, |_| {
            let operation = update_of(did_of(&controlled()), &[], &[]);
            let own = controllers(&[did_of(&controlled()), did("ann")], 1);
            update(UpdateDid { controllers: Some(own), ..operation }, &["ann"])
        })
        .in_world(|| {
            let mut ledger = world();
            ledger.carry_out([create(controlled(), "cid")]);
            ledger
        }),
        refused(UPDATE, "removes a service that is not there", Refused::NoSuchService, |_| {
            changed(|operation| operation.remove_services = vec![service("second").name])
        }),
        refused(UPDATE, "leaves nine services", Refused::TooManyServices, |_| {
            let add_services = (0..8).map(|number| service(&format!("more-{number}"))).collect();
            changed(|operation| operation.add_services = add_services)
        }),
    ]
}

/// Cid's, which ann controls.
fn controlled() -> CreateDid {
    CreateDid { controllers: Some(controllers(&[did("ann")], 1)), ..person("cid") }
}

fn recovered(change: impl FnOnce(&mut RecoverDid)) -> Asked {
    let mut operation = recovery(did("ann"), "ann.2");
    change(&mut operation);
    recover(operation, &["ann.recovery", "ann.2", "ann", "ann.old", "ann.login"])
}

fn recoveries() -> Vec<Case> {
    const RECOVER: &str = "recover";
    vec![
        refused(RECOVER, "of another DID", Refused::OtherSender, |_| {
            let sender = Sender::Did(did("ann"));
            Asked { sender, ..recover(recovery(did("shop"), "ann.2"), &["ann.recovery", "ann.2"]) }
        }),
        skipped(RECOVER, "of a DID that has ended", Skipped::SenderDeactivated, |_| {
            recover(recovery(did("gone"), "ann.2"), &["gone.recovery", "ann.2"])
        }),
        refused(RECOVER, "brings no invocation key", Refused::NoInvocationKey, |_| {
            recovered(|operation| operation.keys = login(&["ann.2"]))
        }),
        refused(RECOVER, "brings a key that is there", Refused::KeyExists, |_| {
            recovered(|operation| operation.keys = invoking(&["ann"]))
        }),
        refused(RECOVER, "brings a key that was replaced", Refused::KeyReplaced, |_| {
            recovered(|operation| operation.keys = invoking(&["ann.old"]))
        }),
        refused(RECOVER, "keeps the recovery key", Refused::CommitmentKnown, |_| {
            recovered(|operation| operation.recovery = committed("ann.recovery"))
        }),
        refused(RECOVER, "the recovery key becomes a key of its own", Refused::CommitmentKnown, |_| {
            recovered(|operation| operation.keys = invoking(&["ann.recovery"]))
        }),
        refused(RECOVER, "a new key recovers the next time", Refused::CommitmentKnown, |_| {
            recovered(|operation| operation.recovery = committed("ann.2"))
        }),
        refused(RECOVER, "the next key is a new one", Refused::CommitmentKnown, |_| {
            recovered(|operation| operation.next_key = committed("ann.2"))
        }),
        refused(RECOVER, "the next key is the next recovery key", Refused::CommitmentKnown, |_| {
            recovered(|operation| operation.next_key = committed("ann.2.recovery"))
        }),
        refused(RECOVER, "controls itself", Refused::OwnController, |_| {
            recovered(|operation| operation.controllers = Some(controllers(&[did("ann")], 1)))
        }),
        refused(RECOVER, "declares a key that it never had", Refused::NoSuchKey, |ledger| {
            let now = ledger.now();
            recovered(|operation| operation.compromised = vec![compromised("eve", now)])
        }),
        refused(RECOVER, "declares what is to come", Refused::CompromisedLater, |ledger| {
            let later = ledger.now().plus(1);
            recovered(|operation| operation.compromised = vec![compromised("ann", later)])
        }),
    ]
}

fn declaring(key: &str, since: Timestamp) -> Asked {
    let operation = DeactivateDid { did: did("ann"), compromised: vec![compromised(key, since)] };
    Asked::new(Sender::Did(did("ann")), Operation::DeactivateDid(operation), &["ann.recovery"])
}

fn deactivations() -> Vec<Case> {
    const DEACTIVATE: &str = "deactivate";
    vec![
        refused(DEACTIVATE, "of another DID", Refused::OtherSender, |_| Asked {
            sender: Sender::Did(did("ann")),
            ..deactivate(did("shop"), &["ann.recovery"])
        }),
        skipped(DEACTIVATE, "of a DID that has ended", Skipped::SenderDeactivated, |_| {
            deactivate(did("gone"), &["gone.recovery"])
        }),
        refused(DEACTIVATE, "declares a key that it never had", Refused::NoSuchKey, |ledger| {
            declaring("eve", ledger.now())
        }),
        refused(DEACTIVATE, "declares what is to come", Refused::CompromisedLater, |ledger| {
            declaring("ann", ledger.now().plus(1))
        }),
    ]
}

fn attestations() -> Vec<Case> {
    const ATTEST: &str = "attest";
    const FIVE_YEARS: u64 = realdid_types::limits::ATTESTATION_MILLISECONDS_MAX;
    vec![
        refused(ATTEST, "by a member that is no authority", Refused::NotInRole, |ledger| {
            attest("alpha", 2, ledger.now().plus(1), &[did("ann")])
        }),
        refused(ATTEST, "level 0", Refused::AttestationLevel, |ledger| {
            attest("delta", 0, ledger.now().plus(1), &[did("ann")])
        }),
        refused(ATTEST, "level 4", Refused::AttestationLevel, |ledger| {
            attest("delta", 4, ledger.now().plus(1), &[did("ann")])
        }),
        refused(ATTEST, "expires now", Refused::AttestationExpiry, |ledger| {
            attest("delta", 2, ledger.now(), &[did("ann")])
        }),
        refused(ATTEST, "expires in more than five years", Refused::AttestationExpiry, |ledger| {
            attest("delta", 2, ledger.now().plus(FIVE_YEARS + 1), &[did("ann")])
        }),
        refused("withdraw", "what was never attested", Refused::NoChange, |_| {
            withdraw("delta", &[did("shop")])
        }),
        refused("withdraw", "what another authority attested", Refused::NoChange, |_| {
            withdraw("alpha", &[did("ann")])
        }),
    ]
}

fn astray(site: Site) -> Site {
    let foreign = ReturnAddress::new("https://shop.cn.evil.cn/back").expect("an address");
    Site { return_addresses: vec![foreign], ..site }
}

fn sites() -> Vec<Case> {
    const REGISTER: &str = "register_site";
    const UPDATE: &str = "update_site";
    vec![
        refused(REGISTER, "by a member that is no operator", Refused::NotInRole, |_| {
            register_site("delta", site(did("shop"), "Shop"), &["delta", "shop"])
        }),
        refused(REGISTER, "of a DID that there is not", Refused::UnknownDid, |_| {
            register_site("alpha", site(did("eve"), "Eve"), &["alpha", "eve"])
        }),
        refused(REGISTER, "of a DID that has ended", Refused::UnknownDid, |_| {
            register_site("alpha", site(did("gone"), "Gone"), &["alpha", "gone"])
        }),
        refused(REGISTER, "of a site that is there", Refused::SiteExists, |_| {
            register_site("alpha", site(did("mall"), "Mall"), &["alpha", "mall"])
        }),
        refused(REGISTER, "returns to another's pages", Refused::ForeignReturnAddress, |_| {
            register_site("alpha", astray(site(did("shop"), "Shop")), &["alpha", "shop"])
        }),
        refused(UPDATE, "by a member that is no operator", Refused::NotInRole, |_| {
            update_site("delta", site(did("mall"), "Big Mall"), &["delta", "mall"])
        }),
        refused(UPDATE, "of a DID that has ended", Refused::UnknownDid, |_| {
            update_site("alpha", site(did("gone"), "Gone"), &["alpha", "gone"])
        }),
        refused(UPDATE, "of a DID that is no site", Refused::UnknownSite, |_| {
            update_site("alpha", site(did("shop"), "Shop"), &["alpha", "shop"])
        }),
        refused(UPDATE, "nothing changes", Refused::NoChange, |_| {
            update_site("alpha", site(did("mall"), "Mall"), &["alpha", "mall"])
        }),
        refused(UPDATE, "returns to another's pages", Refused::ForeignReturnAddress, |_| {
            update_site("alpha", astray(site(did("mall"), "Mall")), &["alpha", "mall"])
        }),
    ]
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
