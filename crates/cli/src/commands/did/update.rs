//! `realdid did update`: the keys, services and controllers of a DID.

use anyhow::ensure;
use realdid_crypto::{Digest, PublicKey};
use realdid_identity::{
    DidRecord, commitment,
    update::{check, check_recovery},
};
use realdid_types::{
    Controllers, Did, DidKey, NetworkName, Operation, Purposes, Service, ServiceName, UpdateDid,
};

use super::{
    change::{Change, carry_out},
    more::{ControllersWanted, in_order, service},
};
use crate::{
    commands::{key::Key, means::Means},
    output::Format,
};

/// What is to change.
#[derive(clap::Args)]
pub(crate) struct Update {
    /// The DID
    did: String,
    /// A key that may change the DID, or keys of as many of its controllers as must sign
    #[arg(long, value_name = "KEY", required = true)]
    key: Vec<String>,
    /// Add this key; a file that is missing is made
    #[arg(long, value_name = "KEY")]
    add: Vec<String>,
    /// What added keys are for
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Purpose::Authentication, Purpose::Invocation, Purpose::Assertion])]
    purposes: Vec<Purpose>,
    /// Remove this key, for ever: its file, or 64 hexadecimal digits
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// Put this key in the place of the one that signs; `realdid did rotate` does so for the same purposes
    #[arg(long, value_name = "KEY")]
    replace_by: Option<String>,
    /// Commit to this key: until it is added, no other key that may change the DID can be
    #[arg(long, value_name = "KEY")]
    next: Option<String>,
    /// Add this service, or put it in the place of the one with its name; for organisations and sites, not for people
    #[arg(long, value_name = "NAME,KIND,URL", value_parser = service)]
    service: Vec<Service>,
    /// Remove the service of this name
    #[arg(long, value_name = "NAME", value_parser = service_name)]
    remove_service: Vec<ServiceName>,
    #[command(flatten)]
    controllers: ControllersWanted,
    /// Nobody may act for the DID any more but its own keys; its controllers sign for that themselves
    #[arg(long, conflicts_with = "controller")]
    no_controllers: bool,
    /// Go on although afterwards none of the keys named here may change the DID
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    means: Means,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Purpose {
    /// Logging in
    Authentication,
    /// Changing the DID
    Invocation,
    /// Signing statements
    Assertion,
}

fn service_name(text: &str) -> Result<ServiceName, String> {
    ServiceName::new(text).map_err(|error| error.to_string())
}

/// What the command line asks for, read.
struct Wanted {
    added: Vec<PublicKey>,
    removed: Vec<PublicKey>,
    next: Option<PublicKey>,
    purposes: Purposes,
    services: Vec<Service>,
    controllers: Option<Controllers>,
}

pub(crate) async fn run(update: &Update, format: Format) -> anyhow::Result<()> {
    ensure!(
        update.asks_for_something(),
        "nothing is to change: name --add, --remove, --replace-by, --next, --service, --remove-service, --controller or \
         --no-controllers"
    );
    let mut node = update.means.node().await?;
    let network = node.genesis().network.clone();
    // files are made only once there is a DID that they are for
    super::change::present(&mut node, Did::from_text(&update.did, &network)?).await?;
    let plan = |did, record: &DidRecord| update.change(did, record, &network);
    carry_out(&mut node, &update.did, &update.means.delivery, plan, format).await
}

impl Update {
    fn asks_for_something(&self) -> bool {
        !self.add.is_empty()
            || !self.remove.is_empty()
            || self.replace_by.is_some()
            || self.next.is_some()
            || !self.service.is_empty()
            || !self.remove_service.is_empty()
            || !self.controllers.controller.is_empty()
            || self.no_controllers
    }

    /// What is left to change in a record, and who signs for it; none if it is as it should be.
    fn change(&self, did: Did, record: &DidRecord, network: &NetworkName) -> anyhow::Result<Option<Change>> {
        let signers: Vec<Key> =
            self.key.iter().map(|text| Key::named(text)).collect::<anyhow::Result<_>>()?;
        let added = self.added()?;
        let wanted = self.wanted(&signers, &added, network)?;
        let Some(operation) = wanted.operation(did, record, &self.remove_service)? else { return Ok(None) };
        self.check(&operation, record, (&signers, &wanted))?;
        let is_new = |key: &Key| operation.add.iter().any(|added| added.key == key.public());
        let keys = added.into_iter().filter(is_new).chain(signers).collect();
        Ok(Some(Change { operation: Operation::UpdateDid(operation), keys }))
    }

    fn added(&self) -> anyhow::Result<Vec<Key>> {
        let named = self.add.iter().chain(&self.replace_by);
        let mut added: Vec<Key> = named.map(|text| Key::named_or_new(text)).collect::<anyhow::Result<_>>()?;
        added.sort_unstable_by_key(Key::public);
        added.dedup_by_key(|key| key.public());
        Ok(added)
    }

    fn wanted(&self, signers: &[Key], added: &[Key], network: &NetworkName) -> anyhow::Result<Wanted> {
        let public = |text: &String| Key::named(text).map(|key| key.public());
        let mut removed: Vec<PublicKey> = self.remove.iter().map(public).collect::<anyhow::Result<_>>()?;
        if self.replace_by.is_some() {
            ensure!(signers.len() == 1, "--replace-by takes the place of one key: name a single --key");
            removed.extend(signers.iter().map(Key::public));
        }
        removed.sort_unstable();
        removed.dedup();
        let has = |purpose| self.purposes.contains(&purpose);
        let nobody = self.no_controllers.then(Controllers::default);
        Ok(Wanted {
            added: added.iter().map(Key::public).collect(),
            removed,
            next: self.next.as_deref().map(Key::named_or_new).transpose()?.map(|key| key.public()),
            purposes: Purposes {
                authentication: has(Purpose::Authentication),
                invocation: has(Purpose::Invocation),
                assertion: has(Purpose::Assertion),
            },
            services: in_order(&self.service)?,
            controllers: self.controllers.read(network)?.or(nobody),
        })
    }

    /// Refuses what the ledger would refuse, and what whoever asks for it may regret.
    fn check(
        &self,
        operation: &UpdateDid,
        record: &DidRecord,
        (signers, wanted): (&[Key], &Wanted),
    ) -> anyhow::Result<()> {
        let invokes = signers.iter().any(|key| record.may_invoke(&key.public()));
        ensure!(
            operation.controllers.is_none() || record.controllers.is_some(),
            "{} has no controllers, and only controllers can say who controls a DID: name them when it is made, or with \
             `realdid did recover`",
            self.did
        );
        ensure!(
            invokes || record.controllers.is_some(),
            "the key in {} may not change {}: sign with one that has capabilityInvocation in `realdid did resolve`",
            self.key.join(", "),
            self.did
        );
        check(operation, operation.did, record, &|_| false)?;
        check_recovery(operation, record)?;
        let removes_signer = signers.iter().any(|key| operation.remove.contains(&key.public()));
        let adds_one = operation.add.iter().any(|added| added.purposes.invocation);
        let named = wanted.added.iter().any(|key| record.may_invoke(key));
        ensure!(
            !removes_signer || adds_one || named || self.yes,
            "afterwards only {} may change {}, and no file with such a key is named here: if you hold one, repeat this with \
             --yes; if not, you would lock yourself out for ever",
            others(operation, record),
            self.did
        );
        Ok(())
    }
}

impl Wanted {
    fn operation(
        &self,
        did: Did,
        record: &DidRecord,
        remove_services: &[ServiceName],
    ) -> anyhow::Result<Option<UpdateDid>> {
        let add = self.missing_keys(record)?;
        let remove: Vec<PublicKey> = self.removed.iter().filter(|key| record.holds(key)).copied().collect();
        let fulfils = add.iter().any(|added| commitment(&added.key) == record.next_key);
        let next_key = match self.next {
            Some(next) => commitment(&next),
            None if fulfils => Digest::ZERO,
            None => record.next_key,
        };
        let is_new = |service: &&Service| !record.services.contains(service);
        let is_there = |name: &&ServiceName| record.services.iter().any(|service| service.name == **name);
        let mut remove_services: Vec<ServiceName> =
            remove_services.iter().filter(is_there).cloned().collect();
        remove_services.sort();
        remove_services.dedup();
        let present = record.controllers.clone().unwrap_or_default();
        let operation = UpdateDid {
            did,
            add,
            remove,
            next_key,
            add_services: self.services.iter().filter(is_new).cloned().collect(),
            remove_services,
            controllers: self.controllers.clone().filter(|wanted| *wanted != present),
        };
        let nothing = UpdateDid::of_keys(did, Vec::new(), Vec::new(), record.next_key);
        Ok((operation != nothing).then_some(operation))
    }

    fn missing_keys(&self, record: &DidRecord) -> anyhow::Result<Vec<DidKey>> {
        let mut missing = Vec::new();
        for key in &self.added {
            match record.keys.iter().find(|held| held.key.key == *key) {
                None => missing.push(DidKey { key: *key, purposes: self.purposes }),
                Some(held) => ensure!(
                    held.key.purposes == self.purposes,
                    "{key} is there for other purposes, which cannot be changed: remove it and add another key"
                ),
            }
        }
        Ok(missing)
    }
}

fn others(operation: &UpdateDid, record: &DidRecord) -> String {
    let keys = record.keys.iter().map(|held| &held.key);
    let left = keys.filter(|key| key.purposes.invocation && !operation.remove.contains(&key.key));
    left.map(|key| key.key.to_string()).collect::<Vec<_>>().join(", ")
}
