//! Counters that must not be mixed up.

use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl crate::wire::Field for $name {
            fn put(&self, number: u32, writer: &mut crate::wire::Writer) {
                crate::wire::Field::put(&self.0, number, writer);
            }

            fn take(number: u32, reader: &mut crate::wire::Reader<'_>) -> Result<Self, crate::DecodeError> {
                crate::wire::Field::take(number, reader).map(Self)
            }
        }

        impl $name {
            /// The number after this one; stays at the maximum, which no honest chain reaches.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }

            /// The number before this one; zero stays zero.
            #[must_use]
            pub const fn previous(self) -> Self {
                Self(self.0.saturating_sub(1))
            }
        }
    };
}

number! {
    /// A span of blocks with one validator set. Genesis opens epoch 0.
    Epoch(u64)
}
number! {
    /// One attempt to add a block, with one leader; counted from 1 in each epoch. 0 stands for the epoch's start.
    View(u64)
}
number! {
    /// A block's place in the ledger; genesis is 0.
    Height(u64)
}
number! {
    /// How many transactions a sender has made before this one.
    Sequence(u64)
}
number! {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    Timestamp(u64)
}
number! {
    /// A validator's place in its epoch's set.
    ValidatorIndex(u16)
}

impl Timestamp {
    /// This time moved forward by `milliseconds`, at most to the end of time.
    #[must_use]
    pub const fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

/// A view of a certain epoch. Compared as a pair: any view of a later epoch is later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochView {
    /// The epoch.
    pub epoch: Epoch,
    /// The view inside it.
    pub view: View,
}

impl EpochView {
    /// The pair of `epoch` and `view`.
    #[must_use]
    pub const fn new(epoch: Epoch, view: View) -> Self {
        Self { epoch, view }
    }

    /// The next view of the same epoch.
    #[must_use]
    pub const fn next_view(self) -> Self {
        Self { epoch: self.epoch, view: self.view.next() }
    }
}

codec! { EpochView { 1: epoch, 2: view, } }

impl fmt::Display for EpochView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.view)
    }
}
