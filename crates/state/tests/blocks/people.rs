//! People and organisations with DIDs, and what they ask for, by names: `ann` has the invocation key `ann`, the login
//! key `ann.login` and the recovery key `ann.recovery`, and rotates to `ann.2`, `ann.3` and so on.

use realdid_crypto::Digest;
use realdid_identity::commitment;
use realdid_types::{
    Attest, CompromisedKey, Controllers, CreateDid, DeactivateDid, Did, DidKey, HttpsUrl, Operation, Origin,
    RecoverDid, RegisterSite, ReturnAddress, Sender, Service, ServiceKind, ServiceName, SignedTransaction,
    Site, SiteName, Timestamp, UpdateDid, UpdateSite, Withdraw,
};

use crate::ledger::{Ledger, did_key, did_of, public};

/// What somebody asks of the ledger, not numbered yet.
#[derive(Clone)]
pub struct Asked {
    pub sender: Sender,
    pub operation: Operation,
    pub signers: Vec<String>,
}

impl Asked {
    pub fn new(sender: Sender, operation: Operation, signers: &[&str]) -> Self {
        Self { sender, operation, signers: signers.iter().map(|name| (*name).to_owned()).collect() }
    }

    pub fn by(self, signers: &[&str]) -> Self {
        Self::new(self.sender, self.operation, signers)
    }

    /// The sender's next transaction.
    pub fn sign(&self, ledger: &Ledger) -> SignedTransaction {
        let signers: Vec<&str> = self.signers.iter().map(String::as_str).collect();
        ledger.sign(self.sender.clone(), self.operation.clone(), &signers)
    }
}

pub fn committed(name: &str) -> Digest {
    commitment(&public(name))
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

pub fn invoking(names: &[&str]) -> Vec<DidKey> {
    sorted(names.iter().map(|name| did_key(name, true)).collect())
}

pub fn login(names: &[&str]) -> Vec<DidKey> {
    sorted(names.iter().map(|name| did_key(name, false)).collect())
}

pub fn person(name: &str) -> CreateDid {
    let keys = [invoking(&[name]), login(&[&format!("{name}.login")])].concat();
    CreateDid::of_keys(sorted(keys), committed(&format!("{name}.recovery")), Digest::ZERO)
}

pub fn did(name: &str) -> Did {
    did_of(&person(name))
}

/// A `create` signed by all its keys; `name` has those of [`person`].
pub fn create(operation: CreateDid, name: &str) -> Asked {
    let login = format!("{name}.login");
    Asked::new(Sender::Did(did_of(&operation)), Operation::CreateDid(operation), &[name, &login])
}

pub fn update(operation: UpdateDid, signers: &[&str]) -> Asked {
    Asked::new(Sender::Did(operation.did), Operation::UpdateDid(operation), signers)
}

/// A recovery to the invocation key `to`, signed by the recovery key; the next one is `<to>.recovery`.
pub fn recovery(did: Did, to: &str) -> RecoverDid {
    RecoverDid {
        did,
        keys: invoking(&[to]),
        recovery: committed(&format!("{to}.recovery")),
        next_key: Digest::ZERO,
        controllers: None,
        compromised: Vec::new(),
    }
}

pub fn recover(operation: RecoverDid, signers: &[&str]) -> Asked {
    Asked::new(Sender::Did(operation.did), Operation::RecoverDid(operation), signers)
}

pub fn deactivate(did: Did, signers: &[&str]) -> Asked {
    let operation = DeactivateDid { did, compromised: Vec::new() };
    Asked::new(Sender::Did(did), Operation::DeactivateDid(operation), signers)
}

pub fn compromised(key: &str, since: Timestamp) -> CompromisedKey {
    CompromisedKey { key: public(key), since }
}

pub fn controllers(dids: &[Did], threshold: u32) -> Controllers {
    Controllers { dids: sorted(dids.to_vec()), threshold }
}

pub fn service(name: &str) -> Service {
    Service {
        name: ServiceName::new(name).expect("a name"),
        kind: ServiceKind::new("LinkedDomains").expect("a kind"),
        endpoint: HttpsUrl::new("https://example.cn/").expect("an address"),
    }
}

pub fn attest(by: &str, level: u32, expires: Timestamp, dids: &[Did]) -> Asked {
    let operation = Attest { level, expires, dids: sorted(dids.to_vec()) };
    Asked::new(crate::ledger::member(by), Operation::Attest(operation), &[by])
}

pub fn withdraw(by: &str, dids: &[Did]) -> Asked {
    let operation = Withdraw { dids: sorted(dids.to_vec()) };
    Asked::new(crate::ledger::member(by), Operation::Withdraw(operation), &[by])
}

pub fn site(did: Did, name: &str) -> Site {
    Site {
        did,
        name: SiteName::new(name).expect("a name"),
        origins: vec![Origin::new("https://shop.cn").expect("an origin")],
        return_addresses: vec![ReturnAddress::new("https://shop.cn/back").expect("an address")],
        may_ask_real_name: true,
        closed: false,
    }
}

pub fn register_site(by: &str, site: Site, signers: &[&str]) -> Asked {
    Asked::new(crate::ledger::member(by), Operation::RegisterSite(RegisterSite { site }), signers)
}

pub fn update_site(by: &str, site: Site, signers: &[&str]) -> Asked {
    Asked::new(crate::ledger::member(by), Operation::UpdateSite(UpdateSite { site }), signers)
}

impl Ledger {
    /// Makes the DIDs of people of these names.
    pub fn register(&mut self, names: &[&str]) {
        let creates = names.iter().map(|name| create(person(name), name).sign(self)).collect();
        self.apply(creates);
    }

    /// Carries out what must be applied, one block each.
    pub fn carry_out(&mut self, asked: impl IntoIterator<Item = Asked>) {
        for one in asked {
            let signed = one.sign(self);
            self.apply(vec![signed]);
        }
    }
}
