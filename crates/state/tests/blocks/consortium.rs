//! Random consortia beside a naive model of who is for what: nothing takes effect with fewer approvals than the policy
//! says, and whatever members decide, they can still decide.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use realdid_crypto::PublicKey;
use realdid_state::{MemberEntry, Members, OpenProposals, Outcome, Policy, Refused, Skipped, StateKey};
use realdid_types::{
    Action, Approve, Change, Operation, OrganisationName, Parameters, ProposalId, Propose, PutMember, Role,
    Roles, Rule, Sender, SignedBatch, SignedTransaction, Timestamp, TransactionId, WithdrawApproval,
};

use crate::governance::{joining, leaving};
use crate::ledger::{Ledger, MEMBERS, genesis, member, organisation, public, validator};
use crate::outcomes::world::{newcomer, parameters, remove, rule};
use crate::people::Asked;

const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
/// Two for each name.
const NODES: usize = 2 * NAMES.len();
const VALIDATORS: [&str; 7] = ["alpha", "beta", "gamma", "delta", "joiner0", "joiner1", "joiner2"];
const ROLES: [Role; 3] = [Role::Member, Role::Authority, Role::Operator];
const QUOTAS: [u64; 5] = [1, 7, 12, 60, 10_000];

fn node(number: usize) -> String {
    let kind = if number < NAMES.len() { "node" } else { "spare" };
    format!("{}.{kind}", NAMES[number % NAMES.len()])
}

/// What a member would have changed, by places in the lists above.
#[derive(Clone, Debug)]
enum Wish {
    Put { who: usize, other_key: bool, roles: u8, nodes: Vec<usize> },
    Remove(usize),
    Rule(usize, usize, u32),
    Parameters(u32, usize),
    Join(usize),
    Leave(usize),
}

#[derive(Clone, Debug)]
enum Step {
    /// A member proposes, and others approve at once.
    Campaign(usize, Wish, Vec<usize>),
    Approve(usize, usize),
    TakeBack(usize, usize),
    Wait(u64),
    /// A transaction that was sent before comes again.
    Again(usize),
    /// A node sends a batch, whether it may or not.
    Batch(usize),
    /// A batch that was sent before comes again.
    BatchAgain(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let who = || 0..NAMES.len();
    let put = (who(), any::<bool>(), 0..4_u8, prop::collection::vec(0..NODES, 0..4));
    prop_oneof![
        4 => put.prop_map(|(who, other_key, roles, nodes)| Wish::Put { who, other_key, roles, nodes }),
        3 => who().prop_map(Wish::Remove),
        3 => (0..6_usize, 0..3_usize, 0..6_u32).prop_map(|(action, role, count)| Wish::Rule(action, role, count)),
        2 => (0..6_u32, 0..QUOTAS.len()).prop_map(|(approvals, quota)| Wish::Parameters(approvals, quota)),
        1 => (4..7_usize).prop_map(Wish::Join),
        2 => (0..7_usize).prop_map(Wish::Leave),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..NAMES.len();
    prop_oneof![
        8 => (who(), wish(), prop::collection::vec(who(), 0..6))
            .prop_map(|(by, wish, others)| Step::Campaign(by, wish, others)),
        4 => (who(), 0..4_usize).prop_map(|(by, back)| Step::Approve(by, back)),
        2 => (who(), 0..4_usize).prop_map(|(by, back)| Step::TakeBack(by, back)),
        1 => prop_oneof![Just(1_000_u64), Just(20_000), Just(121_000)].prop_map(Step::Wait),
        2 => (0..1_000_usize).prop_map(Step::Again),
        1 => (0..NODES).prop_map(Step::Batch),
        1 => (0..1_000_usize).prop_map(Step::BatchAgain),
    ]
}

/// A member as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ModelMember {
    key: PublicKey,
    roles: Roles,
    nodes: BTreeSet<PublicKey>,
}

/// All that members decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Governed {
    members: BTreeMap<OrganisationName, ModelMember>,
    rules: BTreeMap<Action, Rule>,
    parameters: Parameters,
    validators: BTreeSet<PublicKey>,
}

impl Governed {
    /// As the state has it.
    fn of(ledger: &Ledger) -> Self {
        let names: Members = ledger.entry(&StateKey::Members).expect("always there");
        let entry = |name: OrganisationName| {
            let entry: MemberEntry = ledger.entry(&StateKey::Member(name.clone())).expect("listed");
            let (roles, nodes) = (entry.roles.unwrap_or_default(), entry.nodes.into_iter().collect());
            (name, ModelMember { key: entry.key, roles, nodes })
        };
        let policy: Policy = ledger.entry(&StateKey::Policy).unwrap_or_default();
        Self {
            members: names.names.into_iter().map(entry).collect(),
            rules: policy.rules.into_iter().map(|rule| (rule.action, rule)).collect(),
            parameters: ledger.entry(&StateKey::Parameters).expect("always there"),
            validators: ledger.sets().next.iter().map(|validator| validator.consensus_key).collect(),
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::PutMember(put) => {
                let known = self.members.get(&put.name).map(|known| known.nodes.clone());
                let mut nodes = known.unwrap_or_default();
                nodes.retain(|node| !put.remove_nodes.contains(node));
                nodes.extend(&put.add_nodes);
                self.members.insert(put.name.clone(), ModelMember { key: put.key, roles: put.roles, nodes });
            }
            Change::RemoveMember(gone) => {
                self.members.remove(&gone.name);
            }
            Change::SetRule(set) => {
                self.rules.insert(set.rule.action, set.rule);
            }
            Change::SetParameters(set) => self.parameters = set.parameters.clone(),
            Change::AddValidator(add) => {
                self.validators.insert(add.consensus_key);
            }
            Change::RemoveValidator(gone) => {
                self.validators.remove(&gone.consensus_key);
            }
        }
    }

    /// Who decides on what, and how many of them it takes.
    fn rule(&self, action: Action) -> (Role, u32) {
        self.rules
            .get(&action)
            .map_or((Role::Member, self.parameters.approvals), |rule| (rule.role, rule.approvals))
    }

    fn is_in(&self, name: &OrganisationName, role: Role) -> bool {
        self.members.get(name).is_some_and(|member| match role {
            Role::Member => true,
            Role::Authority => member.roles.authority,
            Role::Operator => member.roles.operator,
        })
    }

    fn decides(&self, name: &OrganisationName, action: Action) -> bool {
        self.is_in(name, self.rule(action).0)
    }

    fn nodes(&self) -> BTreeSet<PublicKey> {
        self.members.values().flat_map(|member| member.nodes.clone()).collect()
    }

    /// The name of the key that signs for a member, or would if it were one.
    fn key_of(&self, name: &str) -> String {
        let other = format!("{name}.b");
        let known = self.members.get(&organisation(name));
        if known.is_some_and(|known| known.key == public(&other)) { other } else { name.to_owned() }
    }
}

#[derive(Clone, Debug)]
struct ModelProposal {
    id: ProposalId,
    change: Change,
    expires: Timestamp,
    approvals: BTreeSet<OrganisationName>,
}

/// A ledger, what it should say, and what was sent.
struct Consortium {
    ledger: Ledger,
    governed: Governed,
    open: Vec<ModelProposal>,
    proposed: Vec<ProposalId>,
    sent: Vec<SignedTransaction>,
    decided: BTreeSet<TransactionId>,
    batches: Vec<SignedBatch>,
    seen: BTreeMap<String, usize>,
}

impl Consortium {
    /// Alpha runs all validators, so that the others may leave; two are authorities, three operators.
    fn new() -> Self {
        let mut genesis = genesis();
        genesis.validators = MEMBERS.iter().map(|name| validator(name, "alpha")).collect();
        let beta = genesis.members.iter_mut().find(|member| member.name == organisation("beta"));
        beta.expect("a member").roles = Some(Roles { authority: true, operator: true });
        let ledger = Ledger::of(genesis);
        let governed = Governed::of(&ledger);
        Self {
            ledger,
            governed,
            open: Vec::new(),
            proposed: Vec::new(),
            sent: Vec::new(),
            decided: BTreeSet::new(),
            batches: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    fn note(&mut self, what: impl ToString) {
        *self.seen.entry(what.to_string()).or_default() += 1;
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Campaign(by, wish, others) => {
                let change = self.change(&wish);
                let expires = self.ledger.now().plus(120_000);
                let sent = self.send(by, Operation::Propose(Propose { change, expires }));
                let proposal = ProposalId(sent.id().0);
                if self.open.iter().any(|open| open.id == proposal) {
                    self.proposed.push(proposal);
                }
                for other in others {
                    if self.open.iter().any(|open| open.id == proposal) {
                        self.send(other, Operation::Approve(Approve { proposal }));
                    }
                }
            }
            Step::Approve(by, back) => {
                if let Some(proposal) = self.recent(back) {
                    self.send(by, Operation::Approve(Approve { proposal }));
                }
            }
            Step::TakeBack(by, back) => {
                if let Some(proposal) = self.recent(back) {
                    self.send(by, Operation::WithdrawApproval(WithdrawApproval { proposal }));
                }
            }
            Step::Wait(time) => self.wait(time),
            Step::Again(place) => {
                if !self.sent.is_empty() {
                    let again = self.sent[place % self.sent.len()].clone();
                    self.submit(again);
                }
            }
            Step::Batch(number) => self.batch(number),
            Step::BatchAgain(place) => self.batch_again(place),
        }
    }

    fn recent(&self, back: usize) -> Option<ProposalId> {
        self.proposed.len().checked_sub(back + 1).map(|place| self.proposed[place])
    }

    fn change(&self, wish: &Wish) -> Change {
        match wish {
            Wish::Put { who, other_key, roles, nodes } => {
                let name = NAMES[*who];
                let held = self.governed.members.get(&organisation(name)).map(|known| known.nodes.clone());
                let named: BTreeSet<PublicKey> = nodes.iter().map(|number| public(&node(*number))).collect();
                let (remove_nodes, add_nodes) =
                    named.into_iter().partition(|node| held.as_ref().is_some_and(|held| held.contains(node)));
                Change::PutMember(PutMember {
                    key: if *other_key { public(&format!("{name}.b")) } else { public(name) },
                    roles: Roles { authority: roles & 1 == 1, operator: roles & 2 == 2 },
                    add_nodes,
                    remove_nodes,
                    ..newcomer(name)
                })
            }
            Wish::Remove(who) => remove(NAMES[*who]),
            Wish::Rule(action, role, approvals) => rule(Action::ALL[*action], ROLES[*role], *approvals),
            Wish::Parameters(approvals, quota) => parameters(&self.ledger, |parameters| {
                parameters.approvals = *approvals;
                parameters.quota = QUOTAS[*quota];
            }),
            Wish::Join(place) => joining(&self.ledger, VALIDATORS[*place]),
            Wish::Leave(place) => leaving(VALIDATORS[*place]),
        }
    }

    /// By one who is a member now, nearly always, and with its key.
    fn send(&mut self, by: usize, operation: Operation) -> SignedTransaction {
        let height = self.ledger.tip.height.0;
        let members: Vec<&OrganisationName> = self.governed.members.keys().collect();
        let name = if height.is_multiple_of(13) { NAMES[by] } else { members[by % members.len()].as_str() }
            .to_owned();
        let key = if height.is_multiple_of(17) { format!("{name}.b") } else { self.governed.key_of(&name) };
        let signed = Asked::new(member(&name), operation, &[&key]).sign(&self.ledger);
        self.sent.push(signed.clone());
        self.submit(signed.clone());
        signed
    }

    /// A node of somebody's, another one now and then.
    fn carrier(&self) -> String {
        let nodes = self.governed.nodes();
        let able: Vec<String> = (0..NODES).map(node).filter(|name| nodes.contains(&public(name))).collect();
        assert!(!able.is_empty(), "nobody can author a batch");
        able[self.ledger.tip.height.0 as usize / 8 % able.len()].clone()
    }

    /// Includes a transaction, and compares all that members decide on with the model.
    fn submit(&mut self, signed: SignedTransaction) {
        let carrier = self.carrier();
        let batch = self.ledger.batch_of(&carrier, vec![signed.clone()]);
        let [outcome] = self.run(vec![batch])[..] else { panic!("one transaction") };
        if outcome.is_decided() {
            assert!(self.decided.insert(signed.id()), "{signed:?} was decided twice");
        }
        let Sender::Organisation(by) = &signed.transaction.sender else { panic!("members alone send") };
        self.heed(by, &signed, outcome);
        self.compare();
        if outcome == Outcome::Skipped(Skipped::OverQuota) {
            self.wait(60_000);
        }
    }

    fn run(&mut self, batches: Vec<SignedBatch>) -> Vec<Outcome> {
        let now = self.ledger.now();
        self.open.retain(|proposal| now < proposal.expires);
        self.batches.extend(batches.clone());
        let (_, outcomes) = self.ledger.run(batches);
        outcomes.iter().for_each(|outcome| self.note(format!("{outcome:?}")));
        outcomes
    }

    fn wait(&mut self, time: u64) {
        self.ledger.pause = time;
        self.run(Vec::new());
        self.ledger.pause = 1_000;
        self.compare();
    }

    fn compare(&self) {
        assert_eq!(Governed::of(&self.ledger), self.governed);
        let open: OpenProposals = self.ledger.entry(&StateKey::OpenProposals).expect("always there");
        let expected: BTreeSet<ProposalId> = self.open.iter().map(|proposal| proposal.id).collect();
        assert_eq!(open.proposals.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    /// What the model learns from a transaction; whether changes are possible is the ledger's word.
    fn heed(&mut self, by: &OrganisationName, signed: &SignedTransaction, outcome: Outcome) {
        if let Outcome::Skipped(_) = outcome {
            return;
        }
        let known = &self.governed.members[by];
        assert!(signed.is_signed_by(&known.key), "decided without the member's key");
        let done = outcome == Outcome::Applied;
        match &signed.transaction.operation {
            Operation::Propose(Propose { change, expires }) if done => {
                let (id, change) = (ProposalId(signed.id().0), change.clone());
                self.open.push(ModelProposal { id, change, expires: *expires, approvals: BTreeSet::new() });
                self.approved(id, by);
            }
            Operation::Propose(Propose { change, .. }) => {
                let not_in_role = outcome == Outcome::Refused(Refused::NotInRole);
                assert_eq!(not_in_role, !self.governed.decides(by, change.action()));
            }
            Operation::Approve(Approve { proposal }) if done => self.approved(*proposal, by),
            Operation::Approve(Approve { proposal }) => self.not_approved(*proposal, by, outcome),
            Operation::WithdrawApproval(WithdrawApproval { proposal }) => {
                self.taken_back(*proposal, by, outcome);
            }
            other => panic!("nobody sends {other:?}"),
        }
    }

    /// Counts, by hand, who is for it and may decide on it now.
    fn approved(&mut self, id: ProposalId, by: &OrganisationName) {
        let place = self.open.iter().position(|proposal| proposal.id == id).expect("only what is open");
        let action = self.open[place].change.action();
        assert!(self.governed.decides(by, action), "{by} does not decide on {action:?}");
        assert!(self.open[place].approvals.insert(by.clone()), "{by} approved twice");
        let approvals = &self.open[place].approvals;
        let counting = approvals.iter().filter(|name| self.governed.decides(name, action)).count();
        *self.seen.entry("stale".to_owned()).or_default() += approvals.len() - counting;
        if counting as u32 >= self.governed.rule(action).1 {
            let change = self.open.remove(place).change;
            self.governed.change(&change);
            self.note(change.name());
            assert_members_can_decide(&self.ledger, &self.governed, &self.carrier());
        }
    }

    fn not_approved(&self, id: ProposalId, by: &OrganisationName, outcome: Outcome) {
        let proposal = self.open.iter().find(|proposal| proposal.id == id);
        let Some(proposal) = proposal else {
            assert_eq!(outcome, Outcome::Refused(Refused::UnknownProposal));
            return;
        };
        if !self.governed.decides(by, proposal.change.action()) {
            assert_eq!(outcome, Outcome::Refused(Refused::NotInRole));
        } else if proposal.approvals.contains(by) {
            assert_eq!(outcome, Outcome::Refused(Refused::AlreadyApproved));
        }
    }

    fn taken_back(&mut self, id: ProposalId, by: &OrganisationName, outcome: Outcome) {
        let Some(place) = self.open.iter().position(|proposal| proposal.id == id) else {
            assert_eq!(outcome, Outcome::Refused(Refused::UnknownProposal));
            return;
        };
        let expected = if self.open[place].approvals.remove(by) {
            Outcome::Applied
        } else {
            Outcome::Refused(Refused::NotApproved)
        };
        assert_eq!(outcome, expected);
        if self.open[place].approvals.is_empty() {
            self.open.remove(place);
        }
    }

    /// A removed node's batches are nobody's.
    fn batch(&mut self, number: usize) {
        let create = self.ledger.create(&[&format!("person.{}", self.ledger.tip.height)]);
        let batch = self.ledger.batch_of(&node(number), vec![create]);
        let may = self.governed.nodes().contains(&batch.batch.author);
        let outcomes = self.run(vec![batch]);
        let unknown = Outcome::Skipped(Skipped::AuthorUnknown);
        assert!(if may { outcomes[0] != unknown } else { outcomes[0] == unknown }, "{outcomes:?}");
    }

    /// However often its author left and came back.
    fn batch_again(&mut self, place: usize) {
        let Some(place) = place.checked_rem(self.batches.len()) else { return };
        let batch = self.batches[place].clone();
        let counted = self.governed.nodes().contains(&batch.batch.author);
        let outcomes = self.run(vec![batch.clone()]);
        self.batches.pop();
        let repeated = Outcome::Skipped(Skipped::BatchRepeated);
        let unknown = Outcome::Skipped(Skipped::AuthorUnknown);
        // it may have been nobody's when it came first
        if counted && outcomes != [repeated] {
            let Sender::Organisation(by) = &batch.batch.transactions[0].transaction.sender else { return };
            let signed = &batch.batch.transactions[0];
            assert!(!outcomes[0].is_decided() || self.decided.insert(signed.id()), "decided twice");
            self.heed(by, signed, outcomes[0]);
        } else {
            assert!(counted || outcomes == [unknown], "{outcomes:?}");
        }
        self.compare();
    }
}

/// In a copy of the ledger, where everything open has expired and a new window of quotas has begun: those whom the
/// policy names change it, through any one node.
fn assert_members_can_decide(ledger: &Ledger, governed: &Governed, carrier: &str) {
    let mut ledger = ledger.clone();
    ledger.pause = 10 * 60_000;
    let (_, approvals) = governed.rule(Action::ChangePolicy);
    let able: Vec<&OrganisationName> =
        governed.members.keys().filter(|name| governed.decides(name, Action::ChangePolicy)).collect();
    assert!(approvals >= 2 && able.len() >= approvals as usize, "{able:?} are fewer than {approvals}");
    let change = rule(Action::ChangePolicy, Role::Member, governed.members.len() as u32);
    let expires = ledger.now().plus(60_000);
    let ask = |name: &OrganisationName, operation| {
        let key = governed.key_of(name.as_str());
        Asked::new(member(name.as_str()), operation, &[&key]).sign(&ledger)
    };
    let proposal = ask(able[0], Operation::Propose(Propose { change: change.clone(), expires }));
    let operation = Operation::Approve(Approve { proposal: ProposalId(proposal.id().0) });
    let others = able[1..approvals as usize].iter().map(|name| ask(name, operation.clone()));
    let transactions: Vec<SignedTransaction> = [proposal.clone()].into_iter().chain(others).collect();

    let batch = ledger.batch_of(carrier, transactions);
    let (_, outcomes) = ledger.run(vec![batch]);

    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?} under {governed:?}");
    let mut expected = governed.clone();
    expected.change(&change);
    assert_eq!(Governed::of(&ledger).rules, expected.rules);
}

#[test]
fn nothing_takes_effect_with_too_few_approvals_and_nobody_is_ever_locked_out() {
    let config = Config { failure_persistence: None, ..Config::with_cases(120) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let seen: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let outcome = runner.run(&prop::collection::vec(step(), 20..70), |steps| {
        let mut consortium = Consortium::new();
        steps.into_iter().for_each(|step| consortium.step(step));
        for (what, count) in consortium.seen {
            *seen.borrow_mut().entry(what).or_default() += count;
        }
        Ok(())
    });
    outcome.expect("holds for every consortium");

    // it would prove little if nothing happened
    let seen = seen.into_inner();
    let changes =
        ["put_member", "remove_member", "set_parameters", "set_rule", "add_validator", "remove_validator"];
    for what in changes.into_iter().chain([
        "stale",
        "Refused(NotInRole)",
        "Refused(RuleImpossible)",
        "Refused(RunsValidators)",
        "Refused(NodeExists)",
        "Refused(UnknownMember)",
        "Refused(UnknownProposal)",
        "Refused(NotApproved)",
        "Skipped(AuthorUnknown)",
        "Skipped(BatchRepeated)",
        "Skipped(SequenceUsed)",
        "Skipped(SenderUnknown)",
        "Skipped(NotAuthorised)",
        "Skipped(OverQuota)",
    ]) {
        assert!(seen.get(what).is_some_and(|count| *count >= 2), "too little of {what}: {seen:#?}");
    }
}
