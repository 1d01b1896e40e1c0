//! What leaves for the ledger, exactly once.
//!
//! A transaction is kept here before it is sent, in the step that takes its DIDs out of the queue. It carries the member's next
//! number, so however often it is sent, the ledger decides it once; and no other is made before the ledger has proven what
//! became of it. So whenever the process is killed, what is kept says what to do next: send the same bytes again, and look.

use realdid_crypto::Digest;
use realdid_types::{Did, Operation, SignedTransaction, Timestamp};

use super::{
    Change, Vault, VaultError,
    rows::{DidRow, OutboxRow, QueueRow, State},
};
use crate::{
    Draws,
    audit::Event,
    batching::{Batch, Parameters, Waiting},
};

/// What a batch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It attests.
    Attest,
    /// It takes attestations back.
    Withdraw,
}

/// What the ledger proved of a DID after a transaction was decided or became void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is attested until then.
    Attested(Timestamp),
    /// Nothing attests it.
    Unattested,
    /// It has ended.
    Ended,
}

impl Kind {
    const fn parameters(self, parameters: &Parameters) -> Parameters {
        match self {
            Self::Attest => *parameters,
            Self::Withdraw => parameters.of_withdrawals(),
        }
    }
}

impl Vault {
    /// The batch of a kind that leaves now, if one does.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn next_batch(
        &self,
        kind: Kind,
        now: Timestamp,
        parameters: &Parameters,
    ) -> Result<Option<Batch>, VaultError> {
        let rows = self.rows::<QueueRow>()?;
        let of_kind = rows.into_iter().filter(|row| row.is_withdrawal == (kind == Kind::Withdraw));
        let queue: Vec<Waiting> = of_kind.map(Waiting::from).collect();
        Ok(kind.parameters(parameters).batch(&queue, now))
    }

    /// Keeps the transaction of a batch, which may be sent from then on. What stays of the batch gets another time. False, and
    /// nothing is kept, if what leaves waits no more as it did when the batch was drawn: somebody gave it up meanwhile.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep(
        &self,
        signed: &SignedTransaction,
        batch: &Batch,
        now: Timestamp,
        parameters: &Parameters,
        draws: &mut Draws,
    ) -> Result<bool, VaultError> {
        let withdraws = matches!(signed.transaction.operation, Operation::Withdraw(_));
        self.change(|change| {
            for did in &batch.leaving {
                let row = change.get::<QueueRow>(&self.did_id(*did))?;
                if row.is_none_or(|row| row.is_withdrawal != withdraws) {
                    return Ok(false);
                }
            }
            for did in &batch.leaving {
                change.remove::<QueueRow>(&self.did_id(*did))?;
            }
            for waiting in &batch.staying {
                let key = self.did_id(waiting.did);
                let waits = change.get::<QueueRow>(&key)?.is_some();
                if let Some(mut row) = change.get::<DidRow>(&key)?.filter(|_| waits) {
                    row.from = parameters.random_time(now, &[now], draws);
                    change.queue(&row)?;
                }
            }
            change.put(&Digest::ZERO, &OutboxRow { signed: signed.clone() })?;
            change.events.push(Event::new("sent").with(signed.id(), batch.leaving.len()));
            Ok(true)
        })
    }

    /// The transaction whose outcome is not proven yet.
    ///
    /// # Errors
    /// If the vault cannot be read.
    pub fn outbox(&self) -> Result<Option<SignedTransaction>, VaultError> {
        Ok(self.read::<OutboxRow>(&Digest::ZERO)?.map(|row| row.signed))
    }

    /// Writes down what became of the transaction in the outbox, which is empty then. What it did not bring about waits again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn settle(&self, outcomes: &[(Did, Outcome)]) -> Result<(), VaultError> {
        self.change(|change| {
            let Some(OutboxRow { signed }) = change.get(&Digest::ZERO)? else { return Ok(()) };
            let mut done: usize = 0;
            for (did, outcome) in outcomes {
                let Some(row) = change.get::<DidRow>(&self.did_id(*did))? else { continue };
                done = done.saturating_add(usize::from(change.settle_one(row, &signed, *outcome)?));
            }
            change.remove::<OutboxRow>(&Digest::ZERO)?;
            change.events.push(Event::new("settled").with(signed.id(), done));
            Ok(())
        })
    }
}

impl Change<'_> {
    /// Whether it is done with.
    fn settle_one(
        &self,
        row: DidRow,
        signed: &SignedTransaction,
        outcome: Outcome,
    ) -> Result<bool, VaultError> {
        let key = self.vault.did_id(row.did);
        let settled = match (&signed.transaction.operation, outcome) {
            (_, Outcome::Ended) => DidRow { state: State::Ended, ..row },
            (Operation::Attest(attest), Outcome::Attested(expires)) if expires >= attest.expires => {
                DidRow { state: State::Attested, expires, ..row }
            }
            (Operation::Withdraw(_), Outcome::Unattested) => DidRow { state: State::Withdrawn, ..row },
            (_, Outcome::Attested(_) | Outcome::Unattested) => {
                self.queue(&row)?;
                return Ok(false);
            }
        };
        self.put(&key, &settled)?;
        Ok(true)
    }
}
