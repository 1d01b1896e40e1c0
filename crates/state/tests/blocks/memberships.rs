//! What becomes of approvals, numbers, keys and nodes as members come, change and go.

use realdid_state::{Outcome, Refused, Skipped};
use realdid_types::{
    Action, Approve, Change, Operation, ProposalId, Propose, PutMember, Role, Roles, SignedTransaction,
    WithdrawApproval,
};

use crate::governance::leaving;
use crate::ledger::{Ledger, member, public};
use crate::outcomes::world::{newcomer, remove, rule};
use crate::people::Asked;

fn proposed(ledger: &mut Ledger, by: &str, change: Change) -> ProposalId {
    let signed = crate::governance::propose(ledger, by, change);
    ledger.apply(vec![signed.clone()]);
    ProposalId(signed.id().0)
}

fn approves(ledger: &Ledger, by: &str, proposal: ProposalId) -> SignedTransaction {
    Asked::new(member(by), Operation::Approve(Approve { proposal }), &[by]).sign(ledger)
}

fn decide(ledger: &mut Ledger, change: Change) {
    crate::governance::decide(ledger, change);
}

fn without_role(name: &str) -> Change {
    Change::PutMember(PutMember { roles: Roles::default(), add_nodes: Vec::new(), ..newcomer(name) })
}

/// Otherwise whoever kept what it once signed could sign for it again.
#[test]
fn a_member_that_comes_back_goes_on_where_it_was() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    let old = crate::governance::propose(&ledger, "omega", leaving("delta"));
    ledger.apply(vec![old.clone()]);
    let kept = crate::governance::propose(&ledger, "omega", leaving("gamma"));
    decide(&mut ledger, remove("omega"));
    ledger.assert_skipped(old.clone(), Skipped::SenderUnknown);
    ledger.assert_skipped(kept.clone(), Skipped::SenderUnknown);

    decide(&mut ledger, Change::PutMember(newcomer("omega")));

    ledger.assert_skipped(old, Skipped::SequenceUsed);
    assert_eq!(ledger.next_sequence(&member("omega")).0, 1);
    // what it signed and never sent is its own word still, until it expires
    ledger.apply(vec![kept]);
}

/// Nor do its nodes' batches count a second time, and meanwhile they are nobody's.
#[test]
fn a_node_that_comes_back_has_used_its_numbers() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    let create = ledger.create(&["ann"]);
    let old = ledger.batch("omega", vec![create]);
    assert_eq!(ledger.run(vec![old.clone()]).1, [Outcome::Applied]);
    decide(&mut ledger, remove("omega"));

    let late = ledger.create(&["bob"]);
    let late = ledger.batch("omega", vec![late]);
    let outcomes = ledger.run(vec![old.clone(), late]).1;
    assert_eq!(outcomes, [Outcome::Skipped(Skipped::AuthorUnknown); 2]);

    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    assert_eq!(ledger.run(vec![old]).1, [Outcome::Skipped(Skipped::BatchRepeated)]);
    let anew = ledger.create(&["bob"]);
    let anew = ledger.batch("omega", vec![anew]);
    assert_eq!(ledger.run(vec![anew]).1, [Outcome::Applied]);
}

/// Nor as another member's.
#[test]
fn a_node_that_goes_to_another_member_has_used_its_numbers() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    let create = ledger.create(&["ann"]);
    let old = ledger.batch("omega", vec![create]);
    ledger.run(vec![old.clone()]);
    let spare = public("omega.node");
    let without = PutMember { add_nodes: Vec::new(), remove_nodes: vec![spare], ..newcomer("omega") };
    decide(&mut ledger, Change::PutMember(without));
    let with = PutMember { add_nodes: vec![spare], ..crate::outcomes::world::alpha() };
    decide(&mut ledger, Change::PutMember(with));

    assert_eq!(ledger.run(vec![old]).1, [Outcome::Skipped(Skipped::BatchRepeated)]);
}

#[test]
fn an_approval_counts_only_if_its_member_still_decides() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, rule(Action::ChangeValidators, Role::Operator, 2));
    let proposal = proposed(&mut ledger, "alpha", leaving("delta"));
    decide(&mut ledger, rule(Action::ChangeValidators, Role::Operator, 3));
    let second = approves(&ledger, "beta", proposal);
    ledger.apply(vec![second]);
    let with_delta = PutMember {
        roles: Roles { authority: true, operator: true },
        add_nodes: Vec::new(),
        ..newcomer("delta")
    };
    decide(&mut ledger, Change::PutMember(with_delta));
    decide(&mut ledger, without_role("beta"));
    let third = approves(&ledger, "gamma", proposal);
    ledger.apply(vec![third]);
    assert_eq!(ledger.sets().next.len(), 4, "beta does not count any more");

    let fourth = approves(&ledger, "delta", proposal);
    ledger.apply(vec![fourth]);
    assert_eq!(ledger.sets().next.len(), 3);
}

#[test]
fn a_member_that_left_does_not_count() {
    let mut ledger = Ledger::new();
    decide(&mut ledger, Change::PutMember(newcomer("omega")));
    let proposal = proposed(&mut ledger, "omega", leaving("delta"));
    decide(&mut ledger, remove("omega"));
    for by in ["alpha", "beta"] {
        let signed = approves(&ledger, by, proposal);
        ledger.apply(vec![signed]);
    }
    assert_eq!(ledger.sets().next.len(), 4);

    let third = approves(&ledger, "gamma", proposal);
    ledger.apply(vec![third]);
    assert_eq!(ledger.sets().next.len(), 3);
}

#[test]
fn an_approval_that_was_taken_back_does_not_count() {
    let mut ledger = Ledger::new();
    let proposal = proposed(&mut ledger, "alpha", leaving("delta"));
    let yes = approves(&ledger, "beta", proposal);
    ledger.apply(vec![yes]);
    let operation = Operation::WithdrawApproval(WithdrawApproval { proposal });
    ledger.carry_out([Asked::new(member("beta"), operation.clone(), &["beta"])]);
    let third = approves(&ledger, "gamma", proposal);
    ledger.apply(vec![third]);
    assert_eq!(ledger.sets().next.len(), 4);

    let again = approves(&ledger, "beta", proposal);
    ledger.apply(vec![again]);
    assert_eq!(ledger.sets().next.len(), 3);
}

#[test]
fn a_proposal_that_nobody_is_for_any_more_is_closed() {
    let mut ledger = Ledger::new();
    let proposal = proposed(&mut ledger, "alpha", leaving("delta"));
    let operation = Operation::WithdrawApproval(WithdrawApproval { proposal });
    ledger.carry_out([Asked::new(member("alpha"), operation, &["alpha"])]);

    let late = approves(&ledger, "beta", proposal);
    ledger.assert_refused(late, Refused::UnknownProposal);
}

#[test]
fn a_members_new_key_signs_and_its_old_one_does_not() {
    let mut ledger = Ledger::new();
    let put = PutMember { key: public("alpha.2"), ..crate::outcomes::world::alpha() };
    decide(&mut ledger, Change::PutMember(put));

    let old = crate::governance::propose(&ledger, "alpha", leaving("delta"));
    ledger.assert_skipped(old, Skipped::NotAuthorised);
    let change = Propose { change: leaving("delta"), expires: ledger.now().plus(30_000) };
    ledger.carry_out([Asked::new(member("alpha"), Operation::Propose(change), &["alpha.2"])]);
}

/// Attesting is for authorities as the policy and the roles are now; what they gave, they may always take back.
#[test]
fn a_role_that_is_lost_gives_nothing_any_more_and_takes_back_what_it_gave() {
    let mut ledger = Ledger::new();
    ledger.register(&["ann"]);
    let (ann, tomorrow) = (crate::people::did("ann"), ledger.now().plus(86_400_000));
    ledger.carry_out([crate::people::attest("delta", 2, tomorrow, &[ann])]);
    decide(&mut ledger, without_role("delta"));

    let late = crate::people::attest("delta", 2, tomorrow, &[ann]).sign(&ledger);
    ledger.assert_refused(late, Refused::NotInRole);
    ledger.carry_out([crate::people::withdraw("delta", &[ann])]);
    assert_eq!(ledger.store.values().range(vec![13]..vec![14]).count(), 0);
}
