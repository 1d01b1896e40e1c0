//! A block on its way through the state: batch by batch, transaction by transaction.

use std::cmp::Ordering;

use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, Moment, Signers, create, recover, update};
use realdid_types::{
    Did, Operation, OrganisationName, Parameters, Sender, Sequence, SignedBatch, SignedTransaction,
};

use crate::{
    BlockReceipts, Execution, Inputs, MemberEntry, NodeEntry, Outcome, QuotaEntry, Receipt, RecentHeader,
    Refused, Skipped, StateKey, StateRead, ValidatorSets, entries::RECENT_HEADERS, execute, operations,
    overlay::Draft, store::read_always,
};

/// The state as the block has changed it so far.
pub(crate) struct BlockExecution<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) draft: Draft<'a>,
    pub(crate) parameters: Parameters,
    pub(crate) sets: ValidatorSets,
}

impl<'a> BlockExecution<'a> {
    pub(crate) fn begin(inputs: &'a Inputs<'a>, before: &'a dyn StateRead) -> Self {
        let draft = Draft::new(before);
        let parameters = read_always(before, &StateKey::Parameters);
        let mut block = Self { inputs, draft, parameters, sets: execute::validator_sets(before) };
        block.enter_epoch();
        block.remember_parent();
        operations::approve::sweep_expired(&mut block);
        block
    }

    /// A copy in which something can be tried.
    pub(crate) fn copied(&self) -> Self {
        Self {
            inputs: self.inputs,
            draft: self.draft.clone(),
            parameters: self.parameters.clone(),
            sets: self.sets.clone(),
        }
    }

    /// The first block of an epoch is executed under its own validators.
    fn enter_epoch(&mut self) {
        let epoch = self.inputs.header.at.epoch;
        if epoch > self.sets.epoch {
            let next = self.sets.next.clone();
            self.sets = ValidatorSets { epoch, current: next.clone(), next };
            self.draft.put(&StateKey::ValidatorSets, &self.sets);
        }
    }

    fn remember_parent(&mut self) {
        let header = self.inputs.header;
        let height = header.height.previous();
        let slot = StateKey::RecentHeader((height.0 % RECENT_HEADERS) as u8);
        self.draft.put(&slot, &RecentHeader { height, block: header.parent });
    }

    pub(crate) fn finish(mut self, before: &dyn StateRead, receipts: Vec<Receipt>) -> Execution {
        let digest =
            BlockReceipts { height: self.inputs.header.height, receipts: Receipt::digest_all(&receipts) };
        self.draft.put(&StateKey::Receipts, &digest);
        Execution::seal(before, self.draft, receipts, self.sets)
    }

    pub(crate) fn now(&self) -> Moment {
        Moment { height: self.inputs.header.height, time: self.inputs.header.time }
    }

    pub(crate) fn run_batch(&mut self, signed: &SignedBatch) -> Vec<Receipt> {
        let batch = &signed.batch;
        let answers = self.admit(&batch.author, batch.number);
        let outcomes = batch.transactions.iter().map(|signed| Receipt {
            transaction: signed.id(),
            outcome: match &answers {
                Ok(organisation) => self.run(organisation, signed).unwrap_or_else(Outcome::Skipped),
                Err(skipped) => Outcome::Skipped(*skipped),
            },
        });
        outcomes.collect()
    }

    /// Who answers for a batch, once.
    fn admit(&mut self, author: &PublicKey, number: u64) -> Result<OrganisationName, Skipped> {
        let key = StateKey::Node(*author);
        let mut node: NodeEntry = self.draft.get(&key).ok_or(Skipped::AuthorUnknown)?;
        if !node.numbers.take(number) {
            return Err(Skipped::BatchRepeated);
        }
        self.draft.put(&key, &node);
        Ok(node.organisation)
    }

    fn run(
        &mut self,
        organisation: &OrganisationName,
        signed: &SignedTransaction,
    ) -> Result<Outcome, Skipped> {
        self.charge(organisation, operations::cost(&signed.transaction.operation))?;
        self.check_time(signed)?;
        match &signed.transaction.sender {
            Sender::Did(did) => self.run_for_did(*did, signed),
            Sender::Organisation(name) => self.run_for_member(name, signed),
        }
    }

    /// Charges an organisation for an inclusion, whatever becomes of it.
    fn charge(&mut self, organisation: &OrganisationName, units: u64) -> Result<(), Skipped> {
        let key = StateKey::Quota(organisation.clone());
        let window = self.inputs.header.time.0.checked_div(self.parameters.quota_window).unwrap_or(0);
        let known = self.draft.get::<QuotaEntry>(&key).filter(|entry| entry.window == window);
        let spent = known.map_or(0, |entry| entry.spent).saturating_add(units);
        if spent > self.parameters.quota {
            return Err(Skipped::OverQuota);
        }
        self.draft.put(&key, &QuotaEntry { window, spent });
        Ok(())
    }

    fn check_time(&self, signed: &SignedTransaction) -> Result<(), Skipped> {
        let (now, expires) = (self.inputs.header.time, signed.transaction.expires);
        if expires <= now {
            Err(Skipped::Expired)
        } else if expires > now.plus(self.parameters.max_expiry) {
            Err(Skipped::ExpiresTooLate)
        } else {
            Ok(())
        }
    }

    fn run_for_did(&mut self, did: Did, signed: &SignedTransaction) -> Result<Outcome, Skipped> {
        let key = StateKey::Record(did);
        let Some(record) = self.draft.get::<DidRecord>(&key) else { return self.run_create(did, signed) };
        if record.deactivated {
            return Err(Skipped::SenderDeactivated);
        }
        check_sequence(signed, record.next_sequence)?;
        self.check_signers(&record, signed)?;
        let record = DidRecord { next_sequence: record.next_sequence.next(), ..record };
        self.draft.put(&key, &record);
        if let Err(refused) = self.check_format(signed) {
            return Ok(Outcome::Refused(refused));
        }
        Ok(outcome(match &signed.transaction.operation {
            Operation::UpdateDid(operation) => operations::update::run(self, did, &record, operation),
            Operation::RecoverDid(operation) => operations::recover::run(self, did, &record, operation),
            Operation::DeactivateDid(operation) => operations::deactivate::run(self, did, &record, operation),
            _ => Err(Refused::OtherSender),
        }))
    }

    /// Whether those signed whom a DID's operation takes, and every key that it brings.
    fn check_signers(&self, record: &DidRecord, signed: &SignedTransaction) -> Result<(), Skipped> {
        let signers = Signers::of(record, signed, &|did| self.draft.get(&StateKey::Record(did)));
        let (authorised, possessed) = match &signed.transaction.operation {
            Operation::UpdateDid(operation) => {
                (update::is_authorised(operation, signers), update::is_possessed(operation, signed))
            }
            Operation::RecoverDid(operation) => {
                (recover::is_authorised(signers), recover::is_possessed(operation, signed))
            }
            Operation::DeactivateDid(_) => (realdid_identity::deactivate::is_authorised(signers), true),
            _ => (signers.invocation, true),
        };
        match (authorised, possessed) {
            (false, _) => Err(Skipped::NotAuthorised),
            (true, false) => Err(Skipped::NotPossessed),
            (true, true) => Ok(()),
        }
    }

    fn check_format(&self, signed: &SignedTransaction) -> Result<(), Refused> {
        if self.parameters.format < 2 && signed.transaction.operation.is_of_format_2() {
            return Err(Refused::FormatNotValid);
        }
        Ok(())
    }

    /// Nothing is known of the sender: only the operation that makes it can count. Where that one cannot, there is
    /// no number to use up.
    fn run_create(&mut self, did: Did, signed: &SignedTransaction) -> Result<Outcome, Skipped> {
        let Operation::CreateDid(operation) = &signed.transaction.operation else {
            return Err(Skipped::SenderUnknown);
        };
        if did != Did(signed.transaction.operation.digest()) {
            return Err(Skipped::SenderUnknown);
        }
        check_sequence(signed, Sequence(0))?;
        if !create::is_authorised(operation, signed) {
            return Err(Skipped::NotPossessed);
        }
        if self.check_format(signed).is_err() {
            return Err(Skipped::InvalidCreate);
        }
        operations::create::run(self, did, operation)?;
        Ok(Outcome::Applied)
    }

    fn run_for_member(
        &mut self,
        name: &OrganisationName,
        signed: &SignedTransaction,
    ) -> Result<Outcome, Skipped> {
        let key = StateKey::Member(name.clone());
        let member = self.draft.get::<MemberEntry>(&key).ok_or(Skipped::SenderUnknown)?;
        check_sequence(signed, member.next_sequence)?;
        if !signed.is_signed_by(&member.key) {
            return Err(Skipped::NotAuthorised);
        }
        operations::site::check_signers(self, signed)?;
        self.draft.put(&key, &MemberEntry { next_sequence: member.next_sequence.next(), ..member });
        if let Err(refused) = self.check_format(signed) {
            return Ok(Outcome::Refused(refused));
        }
        Ok(outcome(match &signed.transaction.operation {
            Operation::Propose(operation) => operations::propose::run(self, name, operation, signed.id()),
            Operation::Approve(operation) => operations::approve::run(self, name, operation),
            Operation::ReportEvidence(operation) => operations::evidence::run(self, operation),
            Operation::WithdrawApproval(operation) => {
                operations::withdraw_approval::run(self, name, operation)
            }
            Operation::Attest(operation) => operations::attest::run(self, name, operation),
            Operation::Withdraw(operation) => operations::withdraw::run(self, name, operation),
            Operation::RegisterSite(operation) => operations::site::register(self, name, &operation.site),
            Operation::UpdateSite(operation) => operations::site::update(self, name, &operation.site),
            Operation::CreateDid(_)
            | Operation::UpdateDid(_)
            | Operation::RecoverDid(_)
            | Operation::DeactivateDid(_) => Err(Refused::OtherSender),
        }))
    }
}

fn check_sequence(signed: &SignedTransaction, next: Sequence) -> Result<(), Skipped> {
    match signed.transaction.sequence.cmp(&next) {
        Ordering::Less => Err(Skipped::SequenceUsed),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(Skipped::SequenceAhead),
    }
}

fn outcome(result: Result<(), Refused>) -> Outcome {
    result.map_or_else(Outcome::Refused, |()| Outcome::Applied)
}
