//! Digests named after what they are digests of, so that one cannot stand in for another.

use std::fmt;

use realdid_crypto::Digest;

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Digest);

        impl $name {
            /// All zero bytes: stands where there is none.
            pub const ZERO: Self = Self(Digest::ZERO);
        }

        impl crate::wire::Field for $name {
            fn put(&self, number: u32, writer: &mut crate::wire::Writer) {
                crate::wire::Field::put(&self.0, number, writer);
            }

            fn take(number: u32, reader: &mut crate::wire::Reader<'_>) -> Result<Self, crate::DecodeError> {
                crate::wire::Field::take(number, reader).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

digests! {
    /// Of a block's header; names the block.
    BlockDigest;
    /// Of a batch without its signature.
    BatchDigest;
    /// Of the list of whole batch references in a block.
    BatchesRoot;
    /// Of an unsigned transaction: no change of a signature reaches it.
    TransactionId;
    /// Of a transaction that proposes; names the proposal.
    ProposalId;
    /// Root of the authenticated map.
    StateRoot;
    /// Of a validator set in its order.
    ValidatorsDigest;
    /// Of the genesis; names the network.
    GenesisDigest;
}
