//! The ledger in which every row of the table is tried.

use std::sync::LazyLock;

use realdid_identity::commitment;
use realdid_state::{OpenProposals, StateKey};
use realdid_types::{
    Action, Change, CreateDid, Genesis, Operation, OrganisationName, Parameters, ProposalId, Propose,
    PutMember, Role, Roles, Rule, SetParameters, SetRule, Timestamp, UpdateDid,
};

use crate::{
    governance::leaving,
    ledger::{Ledger, genesis, genesis_of_format_1, member, organisation, public, update_of},
    people::{Asked, attest, create, deactivate, did, person, register_site, service, site, update},
};

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// `ann` had a key `ann.old`, has a service `first` and is attested; `bob` committed to `bob.2`; `gone` has ended;
/// `mall` is a site and `shop` could be one; alpha proposed that delta's validator leaves.
pub fn world() -> Ledger {
    static WORLD: LazyLock<Ledger> = LazyLock::new(|| {
        let mut ledger = populated(genesis());
        let first = UpdateDid { add_services: vec![service("first")], ..update_of(did("ann"), &[], &[]) };
        let tomorrow = ledger.now().plus(DAY);
        ledger.carry_out([
            update(first, &["ann"]),
            deactivate(did("gone"), &["gone.recovery"]),
            register_site("alpha", site(did("mall"), "Mall"), &["alpha", "mall"]),
            attest("delta", 2, tomorrow, &[did("ann")]),
        ]);
        with_proposal(ledger)
    });
    WORLD.clone()
}

/// As far as it can be so on a network of format 1.
pub fn world_of_format_1() -> Ledger {
    static WORLD: LazyLock<Ledger> = LazyLock::new(|| with_proposal(populated(genesis_of_format_1())));
    WORLD.clone()
}

fn populated(mut genesis: Genesis) -> Ledger {
    genesis.parameters.quota = 200;
    let mut ledger = Ledger::of(genesis);
    ledger.register(&["ann", "shop", "mall", "gone"]);
    ledger.carry_out([
        create(bound(), "bob"),
        update(update_of(did("ann"), &["ann.old"], &[]), &["ann", "ann.old"]),
        update(update_of(did("ann"), &[], &["ann.old"]), &["ann"]),
    ]);
    ledger
}

/// In a window of quotas that has just begun.
fn with_proposal(mut ledger: Ledger) -> Ledger {
    let window = ledger.genesis.parameters.quota_window;
    let (pause, now) = (ledger.pause, ledger.tip.time.0);
    ledger.pause = window - now % window;
    ledger.include(Vec::new());
    ledger.pause = pause;
    let leave = proposed(&ledger, "alpha", leaving("delta"));
    ledger.carry_out([leave]);
    ledger
}

/// What `bob` was made with.
pub fn bound() -> CreateDid {
    CreateDid { next_key: commitment(&public("bob.2")), ..person("bob") }
}

/// The proposal that is open.
pub fn open(ledger: &Ledger) -> ProposalId {
    let open: OpenProposals = ledger.entry(&StateKey::OpenProposals).expect("always there");
    *open.proposals.first().expect("one is open")
}

pub fn proposed_until(by: &str, change: Change, expires: Timestamp) -> Asked {
    Asked::new(member(by), Operation::Propose(Propose { change, expires }), &[by])
}

pub fn proposed(ledger: &Ledger, by: &str, change: Change) -> Asked {
    proposed_until(by, change, ledger.now().plus(30_000))
}

/// A member without roles, and its node.
pub fn newcomer(name: &str) -> PutMember {
    PutMember {
        name: organisation(name),
        key: public(name),
        roles: Roles::default(),
        add_nodes: vec![public(&format!("{name}.node"))],
        remove_nodes: Vec::new(),
    }
}

/// Alpha as it is.
pub fn alpha() -> PutMember {
    let roles = Roles { authority: false, operator: true };
    PutMember { roles, add_nodes: Vec::new(), ..newcomer("alpha") }
}

pub fn remove(name: &str) -> Change {
    let name: OrganisationName = organisation(name);
    Change::RemoveMember(realdid_types::RemoveMember { name })
}

pub fn rule(action: Action, role: Role, approvals: u32) -> Change {
    Change::SetRule(SetRule { rule: Rule { action, role, approvals } })
}

pub fn parameters(ledger: &Ledger, change: impl FnOnce(&mut Parameters)) -> Change {
    let mut parameters: Parameters = ledger.entry(&StateKey::Parameters).expect("always there");
    change(&mut parameters);
    Change::SetParameters(SetParameters { parameters })
}
