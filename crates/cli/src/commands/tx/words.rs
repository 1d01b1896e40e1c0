//! A transaction in words, for whoever is to sign it. Everything is read off the bytes that are signed.

use realdid_crypto::Digest;
use realdid_types::{
    Change, CompromisedKey, Controllers, Did, DidKey, NetworkName, Operation, Purposes, Sender, Service,
    Site, Transaction,
};

use crate::{commands::time, output::row};

/// Who reads it: DIDs have the network's name in them if it is known.
pub(super) struct Reader<'a> {
    /// Known by the genesis, whose digest is in the transaction.
    pub(super) network: Option<&'a NetworkName>,
}

impl Reader<'_> {
    /// A transaction, a line for each thing that it says.
    pub(super) fn rows(&self, transaction: &Transaction) -> Vec<Vec<String>> {
        let network = match self.network {
            Some(name) => format!("{name}, genesis {}", transaction.genesis),
            None => format!("genesis {}; `realdid genesis hash` says which that is", transaction.genesis),
        };
        let sender = match &transaction.sender {
            Sender::Did(did) => self.did(did),
            Sender::Organisation(name) => format!("the member {name}"),
        };
        let mut rows = vec![
            row(["transaction", &transaction.id().to_string()]),
            row(["network", &network]),
            row(["sender", &format!("{sender}, its number {}", transaction.sequence)]),
            row(["valid until", &time::text(transaction.expires)]),
        ];
        let lines = self.operation(&transaction.operation);
        let line = |(place, line): (usize, &String)| row([if place == 0 { "asks to" } else { "" }, line]);
        rows.extend(lines.iter().enumerate().map(line));
        rows
    }

    fn did(&self, did: &Did) -> String {
        match self.network {
            Some(network) => did.to_text(network),
            None => format!("the DID …:{}", Sender::Did(*did)),
        }
    }

    fn operation(&self, operation: &Operation) -> Vec<String> {
        match operation {
            Operation::CreateDid(create) => {
                let mut lines = vec![format!("make {}", self.did(&Did(operation.digest())))];
                lines.extend(create.keys.iter().map(|key| key_line("with", key)));
                lines.push(format!("with the recovery commitment {}", create.recovery));
                lines.extend(next_line(create.next_key));
                lines.extend(self.controllers(create.controllers.as_ref()));
                lines.extend(create.services.iter().map(|service| service_line("with", service)));
                lines
            }
            Operation::UpdateDid(update) => {
                let mut lines = vec![format!("change {}", self.did(&update.did))];
                lines.extend(update.add.iter().map(|key| key_line("add", key)));
                lines.extend(update.remove.iter().map(|key| format!("remove the key {key} for ever")));
                lines.push(next_line(update.next_key).unwrap_or_else(any_may_come));
                lines.extend(update.add_services.iter().map(|service| service_line("add", service)));
                let removed = update.remove_services.iter();
                lines.extend(removed.map(|name| format!("remove the service {name}")));
                lines.extend(self.controllers(update.controllers.as_ref()));
                lines
            }
            Operation::RecoverDid(recover) => {
                let mut lines =
                    vec![format!("recover {}: all its keys and services go", self.did(&recover.did))];
                lines.extend(recover.keys.iter().map(|key| key_line("give it", key)));
                lines.push(format!("give it the recovery commitment {}", recover.recovery));
                lines.push(next_line(recover.next_key).unwrap_or_else(any_may_come));
                let nobody = Controllers::default();
                lines.extend(self.controllers(Some(recover.controllers.as_ref().unwrap_or(&nobody))));
                lines.extend(recover.compromised.iter().map(compromised_line));
                lines
            }
            Operation::DeactivateDid(end) => {
                let mut lines = vec![format!("END {} FOR GOOD", self.did(&end.did))];
                lines.extend(end.compromised.iter().map(compromised_line));
                lines
            }
            Operation::Propose(propose) => {
                let mut lines = vec![format!("propose, and approve: {}", propose.change)];
                lines.push(format!("open until {}", time::text(propose.expires)));
                lines.extend(details(&propose.change));
                lines
            }
            Operation::Approve(approve) => vec![
                format!("approve the proposal {}", approve.proposal),
                format!(
                    "which `realdid proposals show {}` shows on a machine with a network",
                    approve.proposal
                ),
            ],
            Operation::WithdrawApproval(withdraw) => {
                vec![format!("take back the approval of the proposal {}", withdraw.proposal)]
            }
            Operation::ReportEvidence(report) => {
                let (epoch, index) = report.evidence.accused();
                vec![format!("report that validator {index} of epoch {epoch} contradicted itself")]
            }
            Operation::Attest(attest) => {
                let until = time::text(attest.expires);
                let mut lines = vec![format!(
                    "attest at level {} of 3, until {until}, that real people stand behind {} DIDs:",
                    attest.level,
                    attest.dids.len()
                )];
                lines.extend(attest.dids.iter().map(|did| self.did(did)));
                lines
            }
            Operation::Withdraw(withdraw) => {
                let mut lines = vec![format!("take back its attestations of {} DIDs:", withdraw.dids.len())];
                lines.extend(withdraw.dids.iter().map(|did| self.did(did)));
                lines
            }
            Operation::RegisterSite(register) => self.site("register", &register.site),
            Operation::UpdateSite(update) => self.site("say anew what is", &update.site),
        }
    }

    fn controllers(&self, controllers: Option<&Controllers>) -> Vec<String> {
        let Some(controllers) = controllers else { return Vec::new() };
        if controllers.dids.is_empty() {
            return vec!["nobody else may act for it".to_owned()];
        }
        let heading = format!("{} of these together may act for it:", controllers.threshold);
        std::iter::once(heading).chain(controllers.dids.iter().map(|did| self.did(did))).collect()
    }

    fn site(&self, verb: &str, site: &Site) -> Vec<String> {
        let mut lines = vec![format!("{verb} the site {:?} of {}", site.name.as_str(), self.did(&site.did))];
        lines.extend(site.origins.iter().map(|origin| format!("its pages are at {origin}")));
        lines.extend(site.return_addresses.iter().map(|address| format!("responses may go to {address}")));
        let may = if site.may_ask_real_name { "may" } else { "may not" };
        lines.push(format!("it {may} ask whether somebody is a real person"));
        lines.extend(site.closed.then(|| "it is closed: nobody logs in any more".to_owned()));
        lines
    }
}

fn key_line(verb: &str, key: &DidKey) -> String {
    format!("{verb} the key {} for {}", key.key, purposes(key.purposes))
}

fn purposes(purposes: Purposes) -> String {
    let named = [
        (purposes.authentication, "logging in"),
        (purposes.invocation, "changing the DID"),
        (purposes.assertion, "statements"),
    ];
    named.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn next_line(next_key: Digest) -> Option<String> {
    (next_key != Digest::ZERO).then(|| format!("only the key with the commitment {next_key} may come next"))
}

fn any_may_come() -> String {
    "any key may come next: the DID is committed to none afterwards".to_owned()
}

fn service_line(verb: &str, service: &Service) -> String {
    format!("{verb} the service {}, {}, at {}", service.name, service.kind, service.endpoint)
}

fn compromised_line(one: &CompromisedKey) -> String {
    format!("nothing that the key {} signed from {} on counts", one.key, time::text(one.since))
}

/// What the one sentence of a change leaves out.
pub(crate) fn details(change: &Change) -> Vec<String> {
    match change {
        Change::AddValidator(add) => {
            vec![format!("its key on the validators' plane is {}", add.transport_key)]
        }
        Change::PutMember(put) => {
            let added = put.add_nodes.iter().map(|node| format!("its node {node} may author batches"));
            let removed = put.remove_nodes.iter().map(|node| format!("its node {node} may not any more"));
            added.chain(removed).collect()
        }
        _ => Vec::new(),
    }
}
