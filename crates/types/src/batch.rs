//! Batches: what a member's node answers for.

use realdid_crypto::{Context, Digest, Hasher, PublicKey, Signature, Signed, Verifier, digest};

use crate::{BatchDigest, DecodeError, GenesisDigest, SignedTransaction, Wire, limits};

/// Transactions that one member's node verified, numbered and sends out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The key of the member's node that made it, registered in the state.
    pub author: PublicKey,
    /// Rises by one with every batch of this author, from 0.
    pub number: u64,
    /// 1 to 1,000.
    pub transactions: Vec<SignedTransaction>,
}

/// A batch with its author's signature over [`Batch::signing_digest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBatch {
    /// The batch.
    pub batch: Batch,
    /// By the author.
    pub signature: Signature,
}

/// How a block names a batch: enough to count and to charge it without fetching it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchReference {
    /// Which batch.
    pub digest: BatchDigest,
    /// Whose.
    pub author: PublicKey,
    /// Encoded length of the signed batch in bytes.
    pub bytes: u32,
    /// How many transactions it holds.
    pub transactions: u32,
}

impl Batch {
    /// Names the batch.
    #[must_use]
    pub fn digest(&self) -> BatchDigest {
        BatchDigest(digest(Context::Batch, &self.encode()))
    }

    /// What the author signs.
    #[must_use]
    pub fn signing_digest(&self, genesis: GenesisDigest) -> Digest {
        Hasher::new(Context::BatchAuthor)
            .update(genesis.0.as_bytes())
            .update(self.digest().0.as_bytes())
            .finish()
    }

    fn check(&self) -> Result<(), DecodeError> {
        if self.transactions.is_empty() { Err(DecodeError::Missing(4)) } else { Ok(()) }
    }
}

impl SignedBatch {
    /// How a block names it.
    #[must_use]
    pub fn reference(&self) -> BatchReference {
        self.reference_under(self.batch.digest())
    }

    /// How a block names it, for whoever keeps it under its digest and need not hash it again.
    #[must_use]
    pub fn reference_under(&self, digest: BatchDigest) -> BatchReference {
        BatchReference {
            digest,
            author: self.batch.author,
            bytes: u32::try_from(self.encoded_len()).unwrap_or(u32::MAX),
            transactions: u32::try_from(self.batch.transactions.len()).unwrap_or(u32::MAX),
        }
    }

    /// Whether the author's signature and every signature in it hold, all in one batch; and all are for this network.
    #[must_use]
    pub fn verify(&self, genesis: GenesisDigest, verifier: &dyn Verifier) -> bool {
        let author = self.batch.signing_digest(genesis);
        let ids: Vec<_> =
            self.batch.transactions.iter().map(|signed| (signed.transaction.id(), signed)).collect();
        let of_senders = ids.iter().flat_map(|(id, signed)| {
            let signatures = signed.signatures.iter();
            signatures.map(move |by| Signed {
                key: &by.key,
                message: id.0.as_bytes(),
                signature: &by.signature,
            })
        });
        let of_author =
            Signed { key: &self.batch.author, message: author.as_bytes(), signature: &self.signature };
        let signed: Vec<_> = std::iter::once(of_author).chain(of_senders).collect();
        ids.iter().all(|(_, signed)| signed.transaction.genesis == genesis)
            && verifier.verify(&signed).is_ok()
    }
}

codec! {
    #[versioned]
    #[checked]
    Batch[limits::BATCH_BYTES_MAX] {
        2: author,
        3: number,
        4: transactions up to limits::BATCH_TRANSACTIONS_MAX,
    }
}
codec! { SignedBatch[limits::BATCH_BYTES_MAX] { 1: batch, 2: signature, } }
codec! { BatchReference[limits::BATCH_REFERENCE_BYTES_MAX] { 1: digest, 2: author, 3: bytes, 4: transactions, } }
