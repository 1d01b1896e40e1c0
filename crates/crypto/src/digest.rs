//! BLAKE3 digests, each under a context that says what is hashed.

use std::{fmt, sync::LazyLock};

use blake3::hazmat::{ContextKey, HasherExt, hash_derive_key_context};

/// 32 bytes of BLAKE3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// All zero bytes: stands where there is none.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

macro_rules! contexts {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is hashed. Digests of different contexts never coincide (BLAKE3's derive-key mode, section 2.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Context {
            $($(#[$doc])* $name,)*
        }

        /// The contexts' keys: deriving one costs as much as hashing a short message.
        static KEYS: LazyLock<Vec<ContextKey>> =
            LazyLock::new(|| vec![$(hash_derive_key_context(concat!("realdid/v1/", $text)),)*]);

        #[cfg(test)]
        const ALL: &[Context] = &[$(Context::$name),*];
    };
}

contexts! {
    /// An unsigned transaction.
    Transaction = "transaction",
    /// An operation; names the DID that it creates.
    Operation = "operation",
    /// A batch.
    Batch = "batch",
    /// A batch's digest, as its author signs it for one network.
    BatchAuthor = "batch-author",
    /// A header.
    Header = "header",
    /// A vote.
    Vote = "vote",
    /// A leader's signature under a header.
    Proposal = "proposal",
    /// A block's list of batch references.
    BatchesRoot = "batches-root",
    /// A validator set.
    Validators = "validators",
    /// A genesis.
    Genesis = "genesis",
    /// A receipt.
    Receipt = "receipt",
    /// A block's receipts.
    Receipts = "receipts",
    /// A key of the state.
    StateKey = "state-key",
    /// A leaf of the state's map.
    StateLeaf = "state-leaf",
    /// An inner node of the state's map.
    StateNode = "state-node",
    /// A commitment to a key.
    Key = "key",
    /// A record of a DID, in the record that came after it.
    Record = "record",
    /// A validator's addresses.
    Address = "address",
    /// A proof that a validator's key is held.
    Possession = "possession",
    /// Evidence.
    Evidence = "evidence",
    /// A question of a validator that lost its votes.
    Probe = "probe",
    /// A value of the state.
    StateValue = "state-value",
    /// What the holder of a DID signs about a file.
    Statement = "statement",
    /// What the holder of a DID signs to log in to a site.
    Login = "login",
    /// What a site calls the holder of a DID.
    Subject = "subject",
    /// A wallet's file.
    WalletFile = "wallet-file",
    /// A proof that somebody controls a DID, to one authority.
    Control = "control",
    /// A key that an authority derives from its secret.
    VaultKey = "vault-key",
    /// What stands for a person or a DID where neither may stand; keyed.
    Pseudonym = "pseudonym",
    /// An entry of an authority's audit log.
    AuditEntry = "audit-entry",
    /// Anything drawn from a seed.
    Random = "random",
    /// The weights of a batch of signatures.
    BatchWeights = "batch-weights",
}

impl Context {
    /// What BLAKE3 makes of its text.
    pub(crate) fn key(self) -> &'static ContextKey {
        let Some(key) = KEYS.get(self as usize) else { unreachable!("every context has a key") };
        key
    }
}

/// The digest of `bytes` under a context.
#[must_use]
pub fn digest(context: Context, bytes: &[u8]) -> Digest {
    Hasher::new(context).update(bytes).finish()
}

/// A digest that is made piece by piece.
#[derive(Clone, Debug)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Nothing hashed yet.
    ///
    /// # Panics
    /// Never: every context has its key.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self(blake3::Hasher::new_from_context_key(context.key()))
    }

    /// Adds bytes. Where they end is not hashed: fixed lengths or a prefix must tell.
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    /// The digest of everything added.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest(self.0.finalize().into())
    }

    /// A stream of bytes that depend on everything added; the first 32 of them are the digest.
    pub(crate) fn finish_stream(&self) -> blake3::OutputReader {
        self.0.finalize_xof()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_digest_is_blake3_in_derive_key_mode() {
        let expected = blake3::derive_key("realdid/v1/transaction", b"bytes");
        assert_eq!(digest(Context::Transaction, b"bytes").as_bytes(), &expected);
        let expected = blake3::derive_key("realdid/v1/batch-weights", b"bytes");
        assert_eq!(digest(Context::BatchWeights, b"bytes").as_bytes(), &expected);
    }

    #[test]
    fn no_two_contexts_give_the_same_digest() {
        let digests: BTreeSet<_> = ALL.iter().map(|context| digest(*context, b"bytes")).collect();
        assert_eq!(digests.len(), ALL.len());
    }

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        let whole = digest(Context::Batch, b"one and two");
        assert_eq!(Hasher::new(Context::Batch).update(b"one ").update(b"and two").finish(), whole);
        assert_ne!(Hasher::new(Context::Batch).update(b"one and").finish(), whole);
    }

    #[test]
    fn a_stream_begins_with_the_digest() {
        let mut bytes = [0; 32];
        Hasher::new(Context::Batch).update(b"bytes").finish_stream().fill(&mut bytes);
        assert_eq!(Digest::from_bytes(bytes), digest(Context::Batch, b"bytes"));
    }

    #[test]
    fn a_digest_is_shown_whole_and_debugged_short() {
        let digest = Digest::from_bytes(std::array::from_fn(|place| place as u8));
        assert_eq!(digest.to_string(), "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        assert_eq!(format!("{digest:?}"), "00010203");
    }
}
