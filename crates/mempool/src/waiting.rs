//! A transaction in the pool of its node.

use std::time::Duration;

use realdid_types::{SignedTransaction, TransactionId, Wire, limits::TRANSACTION_SIGNATURES_MAX};

use crate::limits::{REPACK_DELAY, REPACK_DOUBLINGS_MAX};

#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: TransactionId,
    pub(crate) signed: SignedTransaction,
    pub(crate) bytes: usize,
    /// Its time in the queue; none while a batch has it.
    pub(crate) queued: Option<Duration>,
    /// How often a block skipped it.
    skipped: u32,
}

impl Waiting {
    pub(crate) fn new(signed: SignedTransaction) -> Self {
        // with its number and length in the batch
        let bytes = signed.encoded_len().saturating_add(8);
        Self { id: signed.id(), signed, bytes, queued: None, skipped: 0 }
    }

    /// How long it rests before it is packed again.
    pub(crate) fn rest(&mut self) -> Duration {
        let doubled = 1_u32 << self.skipped.min(REPACK_DOUBLINGS_MAX);
        self.skipped = self.skipped.saturating_add(1);
        REPACK_DELAY.saturating_mul(doubled)
    }

    /// It with the signatures, too, that came when it was handed in again; none if none is new. Of more than it may have,
    /// those that came: whoever adds strangers' signatures keeps no others away.
    pub(crate) fn completed_by(&self, again: &SignedTransaction) -> Option<SignedTransaction> {
        let known = &self.signed;
        let is_new = |key| !known.is_signed_by(key);
        let missing: Vec<_> = again.signatures.iter().filter(|by| is_new(&by.key)).collect();
        if missing.is_empty() {
            return None;
        }
        let mut signatures: Vec<_> = known.signatures.iter().chain(missing).cloned().collect();
        if signatures.len() > TRANSACTION_SIGNATURES_MAX {
            return Some(again.clone());
        }
        signatures.sort_unstable();
        Some(SignedTransaction { signatures, ..again.clone() })
    }
}
