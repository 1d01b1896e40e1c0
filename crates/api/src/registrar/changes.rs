//! An update in the making: its operations are done one after the other on a copy of the record, and what then differs is
//! asked of the ledger.

use std::collections::BTreeMap;

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::{DidRecord, document::to_multibase};
use realdid_types::{Did, DidKey, NetworkName, Purposes, Service, ServiceName, UpdateDid};

use super::{
    failure::Failure,
    input::{self, Keys},
    request::{Document, Secret},
};

pub(crate) struct Draft<'a> {
    did: Did,
    text: String,
    network: &'a NetworkName,
    record: &'a DidRecord,
    keys: Keys,
    services: BTreeMap<ServiceName, Service>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(did: Did, record: &'a DidRecord, network: &'a NetworkName) -> Self {
        Self {
            did,
            text: did.to_text(network),
            network,
            record,
            keys: record.keys.iter().map(|held| (held.key.key, held.key.purposes)).collect(),
            services: record.services.iter().map(|service| (service.name.clone(), service.clone())).collect(),
        }
    }

    /// The DID.
    pub(crate) fn did(&self) -> &str {
        &self.text
    }

    /// Refuses other controllers than there are.
    ///
    /// # Errors
    /// Says who can change them.
    pub(crate) fn check_controllers(&self, document: &Document) -> Result<(), Failure> {
        let wanted = input::controllers(document, Some(&self.text), self.network)?;
        let present = self.record.controllers.as_ref().map_or(&[][..], |controllers| &controllers.dids);
        if document.controller.is_some() && wanted != present {
            return Err(Failure::invalid(
                "controllers change only if they sign for it themselves, which this registrar cannot ask them for: \
                 build the transaction and hand it in at /v1/transactions",
            ));
        }
        Ok(())
    }

    /// Has what a document has, and nothing else.
    ///
    /// # Errors
    /// If the ledger cannot hold it.
    pub(crate) fn set(&mut self, document: &Document, secret: &Secret) -> Result<(), Failure> {
        self.keys.clear();
        self.services.clear();
        self.add(document, secret)
    }

    /// Has what a document has beside what is there.
    ///
    /// # Errors
    /// If the ledger cannot hold it.
    pub(crate) fn add(&mut self, document: &Document, secret: &Secret) -> Result<(), Failure> {
        for (key, purposes) in input::keys(document, secret, Some(&self.text))? {
            if self.purposes(&key).is_some_and(|present| present != purposes) {
                let key = to_multibase(&key);
                let detail =
                    format!("what the key {key} is for cannot change: add another key, and remove this one");
                return Err(Failure::invalid(detail));
            }
            self.keys.insert(key, purposes);
        }
        let services = input::services(document, Some(&self.text))?;
        self.services.extend(services.into_iter().map(|service| (service.name.clone(), service)));
        Ok(())
    }

    /// What a key that is held, or was added before, is for.
    fn purposes(&self, key: &PublicKey) -> Option<Purposes> {
        let held = self.record.keys.iter().find(|held| held.key.key == *key);
        held.map(|held| held.key.purposes).or_else(|| self.keys.get(key).copied())
    }

    /// Has no more what a document names.
    ///
    /// # Errors
    /// If it is not there.
    pub(crate) fn remove(&mut self, document: &Document) -> Result<(), Failure> {
        for key in input::named_keys(document, Some(&self.text))? {
            if self.keys.remove(&key).is_none() {
                return Err(Failure::invalid(format!("{} has no key {}", self.text, to_multibase(&key))));
            }
        }
        for input in &document.service {
            let name = input::service_name(input, Some(&self.text))?;
            if self.services.remove(&name).is_none() {
                return Err(Failure::invalid(format!("{} has no service {name}", self.text)));
            }
        }
        Ok(())
    }

    /// What makes the record so.
    pub(crate) fn finish(self, next_key: Digest) -> UpdateDid {
        let Self { did, record, keys, services, .. } = self;
        let goes = |key: &PublicKey| !keys.contains_key(key);
        let remove = record.keys.iter().map(|held| held.key.key).filter(goes).collect();
        let is_new = |(key, _): &(&PublicKey, &Purposes)| !record.holds(key);
        let add = keys.iter().filter(is_new).map(|(key, purposes)| DidKey { key: *key, purposes: *purposes });
        let goes = |name: &&ServiceName| !services.contains_key(*name);
        let remove_services =
            record.services.iter().map(|service| &service.name).filter(goes).cloned().collect();
        let add_services = services.values().filter(|service| !record.services.contains(service));
        UpdateDid {
            add_services: add_services.cloned().collect(),
            remove_services,
            ..UpdateDid::of_keys(did, add.collect(), remove, next_key)
        }
    }
}
