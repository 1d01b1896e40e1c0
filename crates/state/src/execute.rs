//! Executing a block.

use std::{collections::BTreeMap, sync::Arc};

use realdid_crypto::{PublicKey, Verifier};
use realdid_identity::{DidRecord, Moment, create};
use realdid_merkle::{Page, PageId};
use realdid_types::{
    GenesisDigest, Header, Operation, OrganisationName, Parameters, Sender, Sequence, SignedBatch,
    SignedTransaction, StateRoot, ValidatorSet,
};

use crate::{
    BlockReceipts, MemberEntry, Outcome, QuotaEntry, Receipt, RecentHeader, Refused, Skipped, StateKey,
    StateRead, ValidatorSets, keys, operations, overlay::Draft,
};

/// What executing a block makes of the state before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The root after it.
    pub root: StateRoot,
    /// What became of its transactions, in order.
    pub receipts: Vec<Receipt>,
    /// The validators of the next epoch; those of this one while nothing changes.
    pub next_validators: Arc<ValidatorSet>,
    /// Values to write, by their keys' bytes; none where one goes.
    pub values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Pages of the tree to write; none where one goes.
    pub pages: BTreeMap<PageId, Option<Page>>,
}

/// What a block is executed with besides the state.
pub struct Inputs<'a> {
    /// The network.
    pub genesis: GenesisDigest,
    /// The block's header; its root and sets were compared with the state before.
    pub header: &'a Header,
    /// Its batches in order, each with all its signatures verified.
    pub batches: &'a [&'a SignedBatch],
    /// Checks proofs of possession and evidence.
    pub verifier: &'a dyn Verifier,
}

impl Execution {
    pub(crate) fn seal(
        before: &dyn StateRead,
        values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
        receipts: Vec<Receipt>,
        next_validators: ValidatorSet,
    ) -> Self {
        let changes = values
            .iter()
            .map(|(key, value)| (keys::hashed(key), value.as_deref().map(keys::value_digest)))
            .collect();
        let update = realdid_merkle::update(before, &changes);
        Self {
            root: StateRoot(update.root),
            receipts,
            next_validators: Arc::new(next_validators),
            values,
            pages: update.pages,
        }
    }
}

/// Executes a block on the state after its parent.
///
/// A closing block changes nothing and is not to be executed.
///
/// # Panics
/// If the state lacks what genesis wrote.
#[must_use]
pub fn execute(inputs: &Inputs<'_>, before: &dyn StateRead) -> Execution {
    let mut block = BlockExecution::begin(inputs, before);
    let receipts: Vec<Receipt> = inputs.batches.iter().flat_map(|batch| block.run_batch(batch)).collect();
    block.finish(before, receipts)
}

/// A block on its way through the state.
pub(crate) struct BlockExecution<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) draft: Draft<'a>,
    pub(crate) parameters: Parameters,
    pub(crate) sets: ValidatorSets,
}

impl<'a> BlockExecution<'a> {
    fn begin(inputs: &'a Inputs<'a>, before: &'a dyn StateRead) -> Self {
        let mut draft = Draft::new(before);
        let (Some(parameters), Some(mut sets)) = (
            draft.get::<Parameters>(&StateKey::Parameters),
            draft.get::<ValidatorSets>(&StateKey::ValidatorSets),
        ) else {
            panic!("the state was not made from a genesis")
        };
        if inputs.header.at.epoch > sets.epoch {
            sets =
                ValidatorSets { epoch: inputs.header.at.epoch, current: sets.next.clone(), next: sets.next };
            draft.put(&StateKey::ValidatorSets, &sets);
        }
        let parent = inputs.header.height.previous();
        let slot = StateKey::RecentHeader((parent.0 % 256) as u8);
        draft.put(&slot, &RecentHeader { height: parent, block: inputs.header.parent });
        let mut block = Self { inputs, draft, parameters, sets };
        operations::approve::sweep_expired(&mut block);
        block
    }

    fn finish(mut self, before: &dyn StateRead, receipts: Vec<Receipt>) -> Execution {
        let digest =
            BlockReceipts { height: self.inputs.header.height, receipts: Receipt::digest_all(&receipts) };
        self.draft.put(&StateKey::Receipts, &digest);
        Execution::seal(before, self.draft.written, receipts, self.sets.next)
    }

    pub(crate) fn now(&self) -> Moment {
        Moment { height: self.inputs.header.height, time: self.inputs.header.time }
    }

    fn run_batch(&mut self, batch: &SignedBatch) -> Vec<Receipt> {
        let author = self.organisation_of(&batch.batch.author);
        let transactions = &batch.batch.transactions;
        transactions
            .iter()
            .map(|signed| Receipt { transaction: signed.id(), outcome: self.run(author.as_ref(), signed) })
            .collect()
    }

    fn organisation_of(&self, author: &PublicKey) -> Option<OrganisationName> {
        let name = self.draft.value(&StateKey::Node(*author).to_bytes())?;
        OrganisationName::new(std::str::from_utf8(&name).ok()?).ok()
    }

    fn run(&mut self, author: Option<&OrganisationName>, signed: &SignedTransaction) -> Outcome {
        let Some(author) = author else { return Outcome::Skipped(Skipped::AuthorUnknown) };
        if !self.charge(author, operations::cost(&signed.transaction.operation)) {
            return Outcome::Skipped(Skipped::OverQuota);
        }
        if let Err(skipped) = self.check_time(signed) {
            return Outcome::Skipped(skipped);
        }
        let outcome = match &signed.transaction.sender {
            Sender::Did(_) => self.run_for_did(signed),
            Sender::Organisation(name) => self.run_for_member(name, signed),
        };
        outcome.unwrap_or_else(Outcome::Skipped)
    }

    /// Charges an organisation for an inclusion, whatever becomes of it.
    fn charge(&mut self, author: &OrganisationName, units: u64) -> bool {
        let key = StateKey::Quota(author.clone());
        let window = self.inputs.header.time.0 / self.parameters.quota_window.max(1);
        let known = self.draft.get::<QuotaEntry>(&key).filter(|entry| entry.window == window);
        let spent = known.map_or(0, |entry| entry.spent).saturating_add(units);
        let within = spent <= self.parameters.quota;
        if within {
            self.draft.put(&key, &QuotaEntry { window, spent });
        }
        within
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

    fn run_for_did(&mut self, signed: &SignedTransaction) -> Result<Outcome, Skipped> {
        let Sender::Did(did) = signed.transaction.sender else { return Err(Skipped::SenderUnknown) };
        let key = StateKey::Record(did);
        let Some(record) = self.draft.get::<DidRecord>(&key) else { return self.run_create(signed) };
        check_sequence(signed, record.next_sequence)?;
        if !signed.signatures.iter().any(|by| record.may_invoke(&by.key)) {
            return Err(Skipped::NotAuthorised);
        }
        let record = DidRecord { next_sequence: record.next_sequence.next(), ..record };
        self.draft.put(&key, &record);
        Ok(match &signed.transaction.operation {
            Operation::UpdateDid(operation) => {
                outcome(operations::update(self, operation, did, record, signed))
            }
            _ => Outcome::Refused(Refused::OtherSender),
        })
    }

    /// Nothing is known of the sender: only the operation that makes it can count.
    fn run_create(&mut self, signed: &SignedTransaction) -> Result<Outcome, Skipped> {
        let Operation::CreateDid(operation) = &signed.transaction.operation else {
            return Err(Skipped::SenderUnknown);
        };
        let did = realdid_types::Did(signed.transaction.operation.digest());
        if signed.transaction.sender != Sender::Did(did) {
            return Err(Skipped::SenderUnknown);
        }
        check_sequence(signed, Sequence(0))?;
        create::check(operation, signed).map_err(|_| Skipped::InvalidCreate)?;
        let record = create::apply(operation, self.now());
        self.draft.put(&StateKey::Record(did), &record);
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
        self.draft.put(&key, &MemberEntry { next_sequence: member.next_sequence.next(), ..member });
        Ok(outcome(match &signed.transaction.operation {
            Operation::Propose(operation) => operations::propose::run(self, name, operation, signed.id()),
            Operation::Approve(operation) => operations::approve::run(self, name, operation),
            Operation::ReportEvidence(operation) => operations::evidence::run(self, operation),
            Operation::CreateDid(_) | Operation::UpdateDid(_) => Err(Refused::OtherSender),
        }))
    }
}

fn check_sequence(signed: &SignedTransaction, next: Sequence) -> Result<(), Skipped> {
    match signed.transaction.sequence.cmp(&next) {
        std::cmp::Ordering::Less => Err(Skipped::SequenceUsed),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Skipped::SequenceAhead),
    }
}

fn outcome(result: Result<(), Refused>) -> Outcome {
    result.map_or_else(Outcome::Refused, |()| Outcome::Applied)
}
