//! The columns that all operations have, for each operation.

use realdid_state::{Outcome, Refused, Skipped};
use realdid_types::{
    Approve, Change, CompromisedKey, CreateDid, DeactivateDid, Did, DidKey, Operation, Origin, PutMember,
    RecoverDid, ReportEvidence, Sender, Site, Timestamp, UpdateDid, WithdrawApproval,
};

use super::world::{newcomer, open, proposed};
use crate::{
    evidence::double_prepare,
    governance::joining,
    ledger::{Ledger, member, public, update_of},
    people::{
        Asked, attest, create, deactivate, did, invoking, login, person, recover, recovery, register_site,
        service, site, update, update_site, withdraw,
    },
};

/// Asks for something in a ledger.
pub type Ask = fn(&Ledger) -> Asked;

/// An operation, what spoils it, and what becomes of it then.
pub struct Row {
    pub operation: &'static str,
    /// One that is applied.
    pub sound: Ask,
    /// That one, signed by a stranger.
    pub by_stranger: Outcome,
    /// That one, by keys of its sender that are for something else.
    pub other_purpose: (Ask, Outcome),
    /// That one, without a proof that a key is held that it brings or speaks for.
    pub not_possessed: Option<(Ask, Outcome)>,
    /// That one, when it has been applied.
    pub again: Outcome,
    /// One, as new as can be, on a network of format 1.
    pub on_format_1: (Ask, Outcome),
    /// One with a list that is longer than allowed by one.
    pub overfull: Option<Ask>,
}

const fn skipped(code: Skipped) -> Outcome {
    Outcome::Skipped(code)
}

const fn refused(code: Refused) -> Outcome {
    Outcome::Refused(code)
}

const NOT_AUTHORISED: Outcome = skipped(Skipped::NotAuthorised);
const NOT_POSSESSED: Outcome = skipped(Skipped::NotPossessed);
const USED: Outcome = skipped(Skipped::SequenceUsed);
const FORMAT: Outcome = refused(Refused::FormatNotValid);

/// Nine keys, where eight are allowed.
fn nine() -> Vec<DidKey> {
    let names: Vec<String> = (0..9).map(|number| format!("nine.{number}")).collect();
    invoking(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn many_dids() -> Vec<Did> {
    let of = |number: u16| {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        Did(realdid_crypto::Digest::from_bytes(bytes))
    };
    (0..1_001).map(of).collect()
}

fn crowded(site: Site) -> Site {
    let origin = |number| Origin::new(&format!("https://{number}.cn")).expect("an origin");
    Site { origins: (1..=9).map(origin).collect(), ..site }
}

fn creates(operation: CreateDid) -> Asked {
    create(operation, "cid")
}

fn tomorrow(ledger: &Ledger) -> Timestamp {
    ledger.now().plus(24 * 60 * 60 * 1_000)
}

fn shop() -> Site {
    site(did("shop"), "Shop")
}

fn renamed_mall() -> Site {
    site(did("mall"), "Big Mall")
}

pub fn rows() -> Vec<Row> {
    vec![
        Row {
            operation: "create",
            sound: |_| creates(person("cid")),
            by_stranger: NOT_POSSESSED,
            other_purpose: (
                |_| creates(CreateDid { keys: login(&["cid", "cid.login"]), ..person("cid") }),
                skipped(Skipped::InvalidCreate),
            ),
            not_possessed: Some((|_| creates(person("cid")).by(&["cid"]), NOT_POSSESSED)),
            again: USED,
            on_format_1: (
                |_| creates(CreateDid { services: vec![service("first")], ..person("cid") }),
                skipped(Skipped::InvalidCreate),
            ),
            overfull: Some(|_| creates(CreateDid { keys: nine(), ..person("cid") })),
        },
        Row {
            operation: "update",
            sound: |_| update(update_of(did("ann"), &["ann.2"], &["ann"]), &["ann", "ann.2"]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (
                |_| update(update_of(did("ann"), &["ann.2"], &["ann"]), &["ann.login", "ann.2"]),
                NOT_AUTHORISED,
            ),
            not_possessed: Some((
                |_| update(update_of(did("ann"), &["ann.2"], &["ann"]), &["ann"]),
                NOT_POSSESSED,
            )),
            again: USED,
            on_format_1: (
                |_| {
                    let add_services = vec![service("first")];
                    update(UpdateDid { add_services, ..update_of(did("ann"), &[], &[]) }, &["ann"])
                },
                FORMAT,
            ),
            overfull: Some(|_| {
                update(UpdateDid { add: nine(), ..update_of(did("ann"), &[], &[]) }, &["ann"])
            }),
        },
        Row {
            operation: "recover",
            sound: |_| recover(recovery(did("ann"), "ann.2"), &["ann.recovery", "ann.2"]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (
                |_| recover(recovery(did("ann"), "ann.2"), &["ann", "ann.login", "ann.2"]),
                NOT_AUTHORISED,
            ),
            not_possessed: Some((
                |_| recover(recovery(did("ann"), "ann.2"), &["ann.recovery"]),
                NOT_POSSESSED,
            )),
            again: USED,
            on_format_1: (|_| recover(recovery(did("ann"), "ann.2"), &["ann.recovery", "ann.2"]), FORMAT),
            overfull: Some(|_| {
                recover(RecoverDid { keys: nine(), ..recovery(did("ann"), "ann.2") }, &["ann.recovery"])
            }),
        },
        Row {
            operation: "deactivate",
            sound: |_| deactivate(did("ann"), &["ann.recovery"]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|_| deactivate(did("ann"), &["ann", "ann.login"]), NOT_AUTHORISED),
            not_possessed: None,
            again: skipped(Skipped::SenderDeactivated),
            on_format_1: (|_| deactivate(did("ann"), &["ann.recovery"]), FORMAT),
            overfull: Some(|ledger| {
                let declared =
                    nine().into_iter().map(|key| CompromisedKey { since: ledger.now(), key: key.key });
                let operation = DeactivateDid { did: did("ann"), compromised: declared.collect() };
                let sender = Sender::Did(did("ann"));
                Asked::new(sender, Operation::DeactivateDid(operation), &["ann.recovery"])
            }),
        },
        Row {
            operation: "attest",
            sound: |ledger| attest("delta", 2, tomorrow(ledger), &[did("ann"), did("shop")]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (
                |ledger| attest("delta", 2, tomorrow(ledger), &[did("ann")]).by(&["delta.node"]),
                NOT_AUTHORISED,
            ),
            not_possessed: None,
            again: USED,
            on_format_1: (|ledger| attest("delta", 2, tomorrow(ledger), &[did("ann")]), FORMAT),
            overfull: Some(|ledger| attest("delta", 2, tomorrow(ledger), &many_dids())),
        },
        Row {
            operation: "withdraw",
            sound: |_| withdraw("delta", &[did("ann"), did("shop")]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|_| withdraw("delta", &[did("ann")]).by(&["delta.node"]), NOT_AUTHORISED),
            not_possessed: None,
            again: USED,
            on_format_1: (|_| withdraw("delta", &[did("ann")]), FORMAT),
            overfull: Some(|_| withdraw("delta", &many_dids())),
        },
        Row {
            operation: "register_site",
            sound: |_| register_site("alpha", shop(), &["alpha", "shop"]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|_| register_site("alpha", shop(), &["alpha", "shop.login"]), NOT_POSSESSED),
            not_possessed: Some((|_| register_site("alpha", shop(), &["alpha"]), NOT_POSSESSED)),
            again: USED,
            on_format_1: (|_| register_site("alpha", shop(), &["alpha", "shop"]), FORMAT),
            overfull: Some(|_| register_site("alpha", crowded(shop()), &["alpha", "shop"])),
        },
        Row {
            operation: "update_site",
            sound: |_| update_site("beta", renamed_mall(), &["beta", "mall"]),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|_| update_site("beta", renamed_mall(), &["beta", "mall.login"]), NOT_POSSESSED),
            not_possessed: Some((|_| update_site("beta", renamed_mall(), &["beta"]), NOT_POSSESSED)),
            again: USED,
            on_format_1: (|_| update_site("beta", renamed_mall(), &["beta", "mall"]), FORMAT),
            overfull: Some(|_| update_site("beta", crowded(renamed_mall()), &["beta", "mall"])),
        },
        Row {
            operation: "propose",
            sound: |ledger| proposed(ledger, "beta", Change::PutMember(newcomer("omega"))),
            by_stranger: NOT_AUTHORISED,
            other_purpose: (
                |ledger| proposed(ledger, "beta", Change::PutMember(newcomer("omega"))).by(&["beta.node"]),
                NOT_AUTHORISED,
            ),
            not_possessed: Some((
                |ledger| {
                    let Change::AddValidator(mut add) = joining(ledger, "omega") else { panic!("it adds") };
                    add.proof.signature = realdid_crypto::Signature::ed25519([7; 64]);
                    proposed(ledger, "beta", Change::AddValidator(add))
                },
                refused(Refused::PossessionForged),
            )),
            again: USED,
            on_format_1: (|ledger| proposed(ledger, "beta", Change::PutMember(newcomer("omega"))), FORMAT),
            overfull: Some(|ledger| {
                let mut nodes: Vec<_> = (0..65).map(|number| public(&format!("node.{number}"))).collect();
                nodes.sort();
                let put = PutMember { add_nodes: nodes, ..newcomer("omega") };
                proposed(ledger, "beta", Change::PutMember(put))
            }),
        },
        Row {
            operation: "approve",
            sound: approves,
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|ledger| approves(ledger).by(&["beta.node"]), NOT_AUTHORISED),
            not_possessed: None,
            again: USED,
            on_format_1: (approves, Outcome::Applied),
            overfull: None,
        },
        Row {
            operation: "withdraw_approval",
            sound: takes_back,
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|ledger| takes_back(ledger).by(&["alpha.node"]), NOT_AUTHORISED),
            not_possessed: None,
            again: USED,
            on_format_1: (takes_back, FORMAT),
            overfull: None,
        },
        Row {
            operation: "report_evidence",
            sound: reports,
            by_stranger: NOT_AUTHORISED,
            other_purpose: (|ledger| reports(ledger).by(&["beta.consensus"]), NOT_AUTHORISED),
            not_possessed: None,
            again: USED,
            on_format_1: (reports, Outcome::Applied),
            overfull: None,
        },
    ]
}

fn approves(ledger: &Ledger) -> Asked {
    let operation = Operation::Approve(Approve { proposal: open(ledger) });
    Asked::new(member("beta"), operation, &["beta"])
}

fn takes_back(ledger: &Ledger) -> Asked {
    let operation = Operation::WithdrawApproval(WithdrawApproval { proposal: open(ledger) });
    Asked::new(member("alpha"), operation, &["alpha"])
}

fn reports(ledger: &Ledger) -> Asked {
    let operation = ReportEvidence { evidence: double_prepare(ledger, 2, (0, 5)) };
    Asked::new(member("beta"), Operation::ReportEvidence(operation), &["beta"])
}
