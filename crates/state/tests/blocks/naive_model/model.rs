//! What is to be known of DIDs, members, attestations, sites, quotas and batches to foretell an outcome.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::{SiteRecord, commitment};
use realdid_state::{Outcome, Refused, Skipped, StateKey};
use realdid_types::{
    Approve, Attest, CompromisedKey, Did, Operation, Parameters, ProposalId, Propose, RecoverDid,
    RegisterSite, Sender, SignedBatch, SignedTransaction, Site, Timestamp, UpdateDid, UpdateSite,
    WithdrawApproval,
};

use super::story::names_of;
use crate::ledger::{self, Ledger, MEMBERS, public};

/// What is to be known to foretell an outcome.
#[derive(Default)]
pub struct Model {
    pub dids: BTreeMap<Did, ModelDid>,
    members: BTreeMap<Sender, u64>,
    /// Who is for each open proposal, and when it expires.
    pub open: BTreeMap<ProposalId, (BTreeSet<Sender>, Timestamp)>,
    attested: BTreeSet<Did>,
    sites: BTreeMap<Did, (Site, Sender)>,
    spent: BTreeMap<(PublicKey, u64), u64>,
    batches: BTreeSet<(PublicKey, u64)>,
}

#[derive(Default)]
pub struct ModelDid {
    next: u64,
    keys: BTreeSet<PublicKey>,
    gone: BTreeSet<PublicKey>,
    recovery: Option<Digest>,
    pub recovered: u64,
    ended: bool,
}

impl Model {
    pub fn names_held(&self, did: Did) -> Vec<String> {
        names_of(|key| self.dids.get(&did).is_some_and(|one| one.keys.contains(key)))
    }

    pub fn live_through(
        &mut self,
        batches: &[SignedBatch],
        outcomes: &[Outcome],
        time: Timestamp,
        parameters: &Parameters,
    ) {
        self.open.retain(|_, (_, expires)| time < *expires);
        let known: BTreeSet<PublicKey> = MEMBERS.map(|name| public(&format!("{name}.node"))).into();
        let mut outcomes = outcomes.iter();
        for batch in batches {
            let (author, number) = (batch.batch.author, batch.batch.number);
            let refused = if !known.contains(&author) {
                Some(Skipped::AuthorUnknown)
            } else if !self.batches.insert((author, number)) {
                Some(Skipped::BatchRepeated)
            } else {
                None
            };
            for signed in &batch.batch.transactions {
                let outcome = *outcomes.next().expect("one for each");
                let spent = self.spent.entry((author, time.0 / parameters.quota_window)).or_default();
                let units = units(&signed.transaction.operation);
                let foretold = match refused {
                    Some(skipped) => Outcome::Skipped(skipped),
                    None if *spent + units > parameters.quota => Outcome::Skipped(Skipped::OverQuota),
                    None => {
                        *spent += units;
                        self.decide(signed, time, outcome)
                    }
                };
                assert_eq!(outcome, foretold, "{signed:?}");
            }
        }
        assert_eq!(outcomes.next(), None);
    }

    /// What becomes of a transaction. Of proposals and approvals it is the ledger that says if they are possible.
    fn decide(&mut self, signed: &SignedTransaction, time: Timestamp, outcome: Outcome) -> Outcome {
        let transaction = &signed.transaction;
        if transaction.expires <= time {
            return Outcome::Skipped(Skipped::Expired);
        }
        if transaction.expires.0 > time.0 + 600_000 {
            return Outcome::Skipped(Skipped::ExpiresTooLate);
        }
        let Sender::Did(did) = transaction.sender else {
            return self.decide_of_member(signed, time, outcome);
        };
        let exists = self.dids.contains_key(&did);
        if !exists && !matches!(transaction.operation, Operation::CreateDid(_)) {
            return Outcome::Skipped(Skipped::SenderUnknown);
        }
        let one = self.dids.entry(did).or_default();
        let outcome = match transaction.sequence.0 {
            _ if one.ended => Outcome::Skipped(Skipped::SenderDeactivated),
            number if number < one.next => Outcome::Skipped(Skipped::SequenceUsed),
            number if number > one.next => Outcome::Skipped(Skipped::SequenceAhead),
            _ if exists => one.operate(signed, time),
            _ => one.create(signed),
        };
        if !exists && outcome != Outcome::Applied {
            self.dids.remove(&did);
        }
        outcome
    }

    fn decide_of_member(&mut self, signed: &SignedTransaction, time: Timestamp, outcome: Outcome) -> Outcome {
        let (sender, number) = (&signed.transaction.sender, signed.transaction.sequence.0);
        let Sender::Organisation(name) = sender else { unreachable!("no DID") };
        let next = self.members.get(sender).copied().unwrap_or(0);
        if number != next {
            let used = number < next;
            return Outcome::Skipped(if used { Skipped::SequenceUsed } else { Skipped::SequenceAhead });
        }
        if !signed.is_signed_by(&public(name.as_str())) {
            return Outcome::Skipped(Skipped::NotAuthorised);
        }
        if let Operation::RegisterSite(RegisterSite { site }) | Operation::UpdateSite(UpdateSite { site }) =
            &signed.transaction.operation
        {
            let active = self.dids.get(&site.did).filter(|one| !one.ended);
            if active.is_some_and(|one| one.keys.is_disjoint(&signers_of(signed))) {
                return Outcome::Skipped(Skipped::NotPossessed);
            }
        }
        self.members.insert(sender.clone(), next + 1);
        self.done_by_member(signed, time, outcome).map_or_else(Outcome::Refused, |()| Outcome::Applied)
    }

    fn done_by_member(
        &mut self,
        signed: &SignedTransaction,
        time: Timestamp,
        outcome: Outcome,
    ) -> Result<(), Refused> {
        let sender = signed.transaction.sender.clone();
        let is_authority = sender == ledger::member("delta");
        match &signed.transaction.operation {
            Operation::Attest(_) if !is_authority => Err(Refused::NotInRole),
            Operation::Attest(attest) => self.attest(attest, time),
            Operation::Withdraw(withdraw) => {
                let given =
                    withdraw.dids.iter().filter(|did| is_authority && self.attested.remove(did)).count();
                if given == 0 { Err(Refused::NoChange) } else { Ok(()) }
            }
            Operation::RegisterSite(_) | Operation::UpdateSite(_) if is_authority => Err(Refused::NotInRole),
            Operation::RegisterSite(RegisterSite { site }) => self.put_site(site, sender, false),
            Operation::UpdateSite(UpdateSite { site }) => self.put_site(site, sender, true),
            Operation::WithdrawApproval(WithdrawApproval { proposal }) => self.take_back(*proposal, &sender),
            Operation::Propose(Propose { expires, .. }) => {
                if outcome == Outcome::Applied {
                    self.open.insert(ProposalId(signed.id().0), (BTreeSet::from([sender]), *expires));
                }
                as_observed(outcome)
            }
            Operation::Approve(Approve { proposal }) => self.approve(*proposal, sender, outcome),
            _ => Err(Refused::OtherSender),
        }
    }

    fn attest(&mut self, attest: &Attest, time: Timestamp) -> Result<(), Refused> {
        if attest.level < 1 || attest.level > 3 {
            return Err(Refused::AttestationLevel);
        }
        if attest.expires <= time {
            return Err(Refused::AttestationExpiry);
        }
        let active = |did: &Did| self.dids.get(did).is_some_and(|one| !one.ended);
        self.attested.extend(attest.dids.iter().copied().filter(active));
        Ok(())
    }

    fn put_site(&mut self, site: &Site, by: Sender, is_known: bool) -> Result<(), Refused> {
        if self.dids.get(&site.did).is_none_or(|one| one.ended) {
            return Err(Refused::UnknownDid);
        }
        let put = (site.clone(), by);
        match self.sites.get(&site.did) {
            Some(_) if !is_known => Err(Refused::SiteExists),
            None if is_known => Err(Refused::UnknownSite),
            Some(known) if *known == put => Err(Refused::NoChange),
            _ => {
                self.sites.insert(site.did, put);
                Ok(())
            }
        }
    }

    /// Two approvals decide.
    fn approve(&mut self, id: ProposalId, by: Sender, outcome: Outcome) -> Result<(), Refused> {
        let Some((approvals, _)) = self.open.get_mut(&id) else { return Err(Refused::UnknownProposal) };
        if approvals.contains(&by) {
            return Err(Refused::AlreadyApproved);
        }
        if outcome == Outcome::Applied {
            approvals.insert(by);
            if approvals.len() >= 2 {
                self.open.remove(&id);
            }
        }
        as_observed(outcome)
    }

    fn take_back(&mut self, id: ProposalId, by: &Sender) -> Result<(), Refused> {
        let Some((approvals, _)) = self.open.get_mut(&id) else { return Err(Refused::UnknownProposal) };
        if !approvals.remove(by) {
            return Err(Refused::NotApproved);
        }
        if approvals.is_empty() {
            self.open.remove(&id);
        }
        Ok(())
    }

    /// What the model knows is what the state holds.
    pub fn assert_agrees(&self, ledger: &Ledger) {
        let kind = |number: u8| ledger.store.values().range(vec![number]..vec![number + 1]);
        let attested: BTreeSet<Vec<u8>> = kind(13).map(|(key, _)| key[1..33].to_vec()).collect();
        let expected = self.attested.iter().map(|did| did.0.as_bytes().to_vec());
        assert_eq!(attested, expected.collect());
        assert_eq!(kind(14).count(), self.sites.len());
        for (did, (site, operator)) in &self.sites {
            let entry: SiteRecord = ledger.entry(&StateKey::Site(*did)).expect("registered");
            assert_eq!((&entry.site, &Sender::Organisation(entry.operator)), (site, operator));
        }
        for (did, one) in &self.dids {
            let record = ledger.record(*did).expect("created");
            let keys: BTreeSet<PublicKey> = record.keys.iter().map(|held| held.key.key).collect();
            let kept = if one.ended { BTreeSet::new() } else { one.keys.clone() };
            assert_eq!((record.next_sequence.0, record.deactivated, keys), (one.next, one.ended, kept));
        }
        assert_eq!(kind(8).count(), self.open.len());
    }
}

fn as_observed(outcome: Outcome) -> Result<(), Refused> {
    match outcome {
        Outcome::Applied => Ok(()),
        Outcome::Refused(code) => Err(code),
        Outcome::Skipped(code) => panic!("{code:?} where the number and the key were right"),
    }
}

impl ModelDid {
    /// Every key in these stories is for invocation, and no DID commits to a next key.
    fn operate(&mut self, signed: &SignedTransaction, time: Timestamp) -> Outcome {
        let recovers = signers_of(signed).iter().any(|key| Some(commitment(key)) == self.recovery);
        match &signed.transaction.operation {
            Operation::RecoverDid(_) | Operation::DeactivateDid(_) if !recovers => {
                Outcome::Skipped(Skipped::NotAuthorised)
            }
            Operation::RecoverDid(recover) => self.recover(recover, signed, time),
            Operation::DeactivateDid(deactivate) => {
                self.next += 1;
                let declared = self.declare(&deactivate.compromised, time);
                self.ended = declared.is_ok();
                declared.map_or_else(Outcome::Refused, |()| Outcome::Applied)
            }
            _ if self.keys.is_disjoint(&signers_of(signed)) => Outcome::Skipped(Skipped::NotAuthorised),
            Operation::UpdateDid(update) => self.update(update, signed),
            _ => {
                self.next += 1;
                Outcome::Refused(Refused::OtherSender)
            }
        }
    }

    fn declare(&self, declared: &[CompromisedKey], time: Timestamp) -> Result<(), Refused> {
        let known = |one: &CompromisedKey| self.keys.contains(&one.key) || self.gone.contains(&one.key);
        if !declared.iter().all(known) {
            Err(Refused::NoSuchKey)
        } else if declared.iter().any(|one| one.since > time) {
            Err(Refused::CompromisedLater)
        } else {
            Ok(())
        }
    }

    /// To one new key, with another recovery key to follow.
    fn recover(&mut self, recover: &RecoverDid, signed: &SignedTransaction, time: Timestamp) -> Outcome {
        let new = recover.keys[0].key;
        if !signed.is_signed_by(&new) {
            return Outcome::Skipped(Skipped::NotPossessed);
        }
        self.next += 1;
        let refused = if self.keys.contains(&new) {
            Err(Refused::KeyExists)
        } else if self.gone.contains(&new) {
            Err(Refused::KeyReplaced)
        } else if Some(recover.recovery) == self.recovery {
            Err(Refused::CommitmentKnown)
        } else {
            self.declare(&recover.compromised, time)
        };
        if let Err(refused) = refused {
            return Outcome::Refused(refused);
        }
        self.gone.append(&mut self.keys);
        self.keys.insert(new);
        self.recovery = Some(recover.recovery);
        self.recovered += 1;
        Outcome::Applied
    }

    fn update(&mut self, update: &UpdateDid, signed: &SignedTransaction) -> Outcome {
        let added: BTreeSet<PublicKey> = update.add.iter().map(|key| key.key).collect();
        let removed: BTreeSet<PublicKey> = update.remove.iter().copied().collect();
        if !added.is_subset(&signers_of(signed)) {
            return Outcome::Skipped(Skipped::NotPossessed);
        }
        self.next += 1;
        let left: BTreeSet<PublicKey> = self.keys.difference(&removed).chain(&added).copied().collect();
        let refused = if added.is_empty() && removed.is_empty() {
            Refused::NoChange
        } else if !added.is_disjoint(&self.keys) {
            Refused::KeyExists
        } else if !added.is_disjoint(&self.gone) {
            Refused::KeyReplaced
        } else if !removed.is_subset(&self.keys) {
            Refused::NoSuchKey
        } else if left.len() > 8 {
            Refused::TooManyKeys
        } else if left.is_empty() {
            Refused::NoInvocationKey
        } else {
            self.gone.extend(removed);
            self.keys = left;
            return Outcome::Applied;
        };
        Outcome::Refused(refused)
    }

    fn create(&mut self, signed: &SignedTransaction) -> Outcome {
        let Operation::CreateDid(create) = &signed.transaction.operation else {
            return Outcome::Skipped(Skipped::SenderUnknown);
        };
        self.keys = create.keys.iter().map(|key| key.key).collect();
        self.recovery = Some(create.recovery);
        self.next = 1;
        if self.keys.is_subset(&signers_of(signed)) {
            Outcome::Applied
        } else {
            Outcome::Skipped(Skipped::NotPossessed)
        }
    }
}

fn signers_of(signed: &SignedTransaction) -> BTreeSet<PublicKey> {
    signed.signatures.iter().map(|by| by.key).collect()
}

fn units(operation: &Operation) -> u64 {
    match operation {
        Operation::CreateDid(_)
        | Operation::ReportEvidence(_)
        | Operation::RegisterSite(_)
        | Operation::UpdateSite(_) => 1,
        Operation::UpdateDid(update) => 1 + update.remove.len() as u64,
        Operation::RecoverDid(recover) => 9 + recover.compromised.len() as u64,
        Operation::DeactivateDid(deactivate) => 9 + deactivate.compromised.len() as u64,
        Operation::Attest(attest) => 1 + attest.dids.len() as u64,
        Operation::Withdraw(withdraw) => 1 + withdraw.dids.len() as u64,
        Operation::Propose(_) | Operation::Approve(_) | Operation::WithdrawApproval(_) => 2,
    }
}
