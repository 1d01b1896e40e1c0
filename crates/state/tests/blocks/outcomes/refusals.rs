//! What each operation has refusals of its own for.

use realdid_crypto::Digest;
use realdid_state::{Outcome, Refused, Skipped};
use realdid_types::{
    CreateDid, DeactivateDid, Operation, RecoverDid, ReturnAddress, Sender, Site, Timestamp, UpdateDid,
};

use super::rows::Ask;
use super::world::{bound, world};
use super::{decisions, personal};

use crate::ledger::{Ledger, did_of, public, update_of};
use crate::people::{
    Asked, attest, committed, compromised, controllers, create, deactivate, did, invoking, login, person,
    recover, recovery, register_site, service, site, update, update_site, withdraw,
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
    pub(super) fn in_world(self, world: fn() -> Ledger) -> Self {
        Self { world, ..self }
    }
}

pub(super) fn refused(operation: &'static str, wrong: &'static str, code: Refused, ask: Ask) -> Case {
    Case { operation, wrong, outcome: Outcome::Refused(code), world, ask }
}

pub(super) fn skipped(operation: &'static str, wrong: &'static str, code: Skipped, ask: Ask) -> Case {
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
        decisions::cases(),
        personal::cases(),
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
