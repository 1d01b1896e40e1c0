//! Transactions and batches that are good enough for pools, which check no signatures.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use realdid_crypto::{Context, Digest, PublicKey, Signature, digest};
use realdid_mempool::{BatchPool, Refusal, Senders, TransactionPool};
use realdid_types::{
    Approve, Batch, Did, GenesisDigest, KeySignature, Operation, ProposalId, Sender, Sequence, SignedBatch,
    SignedTransaction, Timestamp, Transaction, TransactionId,
};

pub const GENESIS: GenesisDigest = GenesisDigest(Digest::ZERO);
/// Transactions may expire this far ahead.
pub const MAX_EXPIRY: u64 = 60_000;
/// The time of the newest final block.
pub const BLOCK_TIME: Timestamp = Timestamp(1_000_000);

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub fn key(number: u32) -> PublicKey {
    PublicKey::ed25519(*digest(Context::Random, &number.to_le_bytes()).as_bytes())
}

/// A validator; they are in the order of their numbers.
pub fn peer(number: u8) -> PublicKey {
    PublicKey::ed25519([number; 32])
}

pub fn sender(number: u32) -> Sender {
    Sender::Did(Did(digest(Context::Random, &number.to_be_bytes())))
}

/// The sender's transaction of this number, with one signature.
pub fn transaction(from: u32, sequence: u64) -> SignedTransaction {
    with_signatures(from, sequence, 1)
}

pub fn with_signatures(from: u32, sequence: u64, signatures: u32) -> SignedTransaction {
    signed_by(from, sequence, &(0..signatures).collect::<Vec<_>>())
}

/// With signatures of the keys of these numbers.
pub fn signed_by(from: u32, sequence: u64, keys: &[u32]) -> SignedTransaction {
    let transaction = Transaction {
        genesis: GENESIS,
        sender: sender(from),
        sequence: Sequence(sequence),
        expires: BLOCK_TIME.plus(MAX_EXPIRY),
        operation: Operation::Approve(Approve { proposal: ProposalId::ZERO }),
    };
    let mut keys: Vec<PublicKey> = keys.iter().copied().map(key).collect();
    keys.sort_unstable();
    let signature = Signature::ed25519([7; 64]);
    let signatures = keys.into_iter().map(|key| KeySignature { key, signature }).collect();
    SignedTransaction { transaction, signatures }
}

/// The batch is held and durable.
pub fn store(pool: &mut BatchPool, batch: Arc<SignedBatch>) {
    let digest = batch.batch.digest();
    pool.hold(batch);
    pool.on_durable(&digest);
}

/// A final state: the next number of each sender, 0 for those that it does not name.
#[derive(Default)]
pub struct State(pub BTreeMap<Sender, Sequence>);

impl State {
    pub fn next(from: u32, sequence: u64) -> Self {
        Self(BTreeMap::from([(sender(from), Sequence(sequence))]))
    }
}

impl Senders for State {
    fn next_sequence(&self, sender: &Sender) -> Sequence {
        self.0.get(sender).copied().unwrap_or_default()
    }
}

pub fn pool() -> TransactionPool {
    TransactionPool::new(GENESIS, MAX_EXPIRY)
}

/// Hands a transaction in on an untouched state.
pub fn submit(
    pool: &mut TransactionPool,
    signed: &SignedTransaction,
    now: Duration,
) -> Result<TransactionId, Refusal> {
    pool.insert(signed.clone(), &State::default(), BLOCK_TIME, now)
}

/// A batch of this author with one transaction.
pub fn batch(author: u32, number: u64) -> Arc<SignedBatch> {
    let batch = Batch { author: key(author), number, transactions: vec![transaction(author, number)] };
    Arc::new(SignedBatch { batch, signature: Signature::ed25519([7; 64]) })
}

/// Another batch of this author with the same number.
pub fn twin(author: u32, number: u64) -> Arc<SignedBatch> {
    let mut twin = (*batch(author, number)).clone();
    twin.batch.transactions.push(transaction(author, number + 1));
    Arc::new(twin)
}
