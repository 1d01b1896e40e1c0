//! A DID's holder, with keys of their own.

use realdid_client::sign;
use realdid_crypto::{Context, Digest, PublicKey, SecretKey, digest};
use realdid_identity::commitment;
use realdid_types::{
    Controllers, CreateDid, DeactivateDid, Did, DidKey, HttpsUrl, Operation, Purposes, Sender, Sequence,
    Service, ServiceKind, ServiceName, SignedTransaction, Timestamp, Transaction, UpdateDid,
};

use crate::{
    node::Node,
    solo::{START, genesis},
};

pub fn secret(name: &str) -> SecretKey {
    SecretKey::ed25519(digest(Context::Random, name.as_bytes()).as_bytes())
}

pub fn public(name: &str) -> PublicKey {
    secret(name).public_key()
}

pub fn service(name: &str, endpoint: &str) -> Service {
    Service {
        name: ServiceName::new(name).unwrap(),
        kind: ServiceKind::new("LinkedDomains").unwrap(),
        endpoint: HttpsUrl::new(endpoint).unwrap(),
    }
}

/// Whoever holds a DID with one key for everything and a recovery key, both named after them.
pub struct Citizen {
    pub did: Did,
    pub text: String,
    name: String,
    sequence: u64,
}

impl Citizen {
    /// What makes the DID.
    pub fn new(
        name: &str,
        services: Vec<Service>,
        controllers: Option<Controllers>,
    ) -> (Self, SignedTransaction) {
        let purposes = Purposes { authentication: true, invocation: true, assertion: true };
        let operation = Operation::CreateDid(CreateDid {
            keys: vec![DidKey { key: public(name), purposes }],
            recovery: commitment(&public(&format!("{name}'s recovery"))),
            next_key: Digest::ZERO,
            controllers,
            services,
        });
        let did = Did(operation.digest());
        let mut citizen =
            Self { did, text: did.to_text(&genesis().network), name: name.to_owned(), sequence: 0 };
        let signed = citizen.sign(operation, &[&secret(name)]);
        (citizen, signed)
    }

    pub fn created(node: &Node, name: &str) -> Self {
        let (citizen, signed) = Self::new(name, vec![service("site", "https://shop.example.cn/a")], None);
        node.decide(signed);
        citizen
    }

    /// Adds a service, or replaces it.
    pub fn change(&mut self, node: &Node, endpoint: &str) {
        let operation = Operation::UpdateDid(UpdateDid {
            add_services: vec![service("site", endpoint)],
            ..UpdateDid::of_keys(self.did, Vec::new(), Vec::new(), Digest::ZERO)
        });
        let signed = self.sign(operation, &[&secret(&self.name.clone())]);
        node.decide(signed);
    }

    pub fn end(&mut self, node: &Node) {
        let operation = Operation::DeactivateDid(DeactivateDid { did: self.did, compromised: Vec::new() });
        let recovery = secret(&format!("{}'s recovery", self.name));
        let signed = self.sign(operation, &[&recovery]);
        node.decide(signed);
    }

    fn sign(&mut self, operation: Operation, keys: &[&SecretKey]) -> SignedTransaction {
        let transaction = Transaction {
            genesis: genesis().digest(),
            sender: Sender::Did(self.did),
            sequence: Sequence(self.sequence),
            expires: Timestamp(START + 590_000),
            operation,
        };
        self.sequence += 1;
        sign(transaction, keys)
    }
}
