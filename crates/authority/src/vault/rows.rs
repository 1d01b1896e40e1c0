//! What the vault holds, each row in the ledger's own strict encoding.

use realdid_crypto::Digest;
use realdid_types::{
    DecodeError, Did, SignedTransaction, Timestamp, Wire, codec,
    wire::{Field, Reader, TopLevel, Writer},
};
use zeroize::Zeroizing;

use crate::batching::{PersonId, Waiting};

/// More than anybody's cap.
const DIDS_MAX: usize = 1_000;

/// A row of one of the vault's tables.
pub(super) trait Row: Wire {
    const TABLE: &'static str;
}

/// Text of a person; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Hidden(pub(super) Zeroizing<String>);

/// A person: the number, for those whom the law lets ask, and all DIDs that were ever asked for, as they came.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PersonRow {
    pub(super) number: Hidden,
    pub(super) dids: Vec<Did>,
}

/// How a DID stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its batch, or the ledger has not said yet what became of it.
    Waiting,
    /// The ledger proved that it is attested.
    Attested,
    /// It is attested, and will not be renewed.
    Lapsing,
    /// It waits for its withdrawal.
    Withdrawing,
    /// Nothing on the ledger says anything of it any more.
    Withdrawn,
    /// The DID has ended, and its attestation with it.
    Ended,
}

/// A DID that a person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DidRow {
    /// Which.
    pub did: Did,
    /// Whose.
    pub person: PersonId,
    /// How it stands.
    pub state: State,
    /// While it waits: not before this time.
    pub from: Timestamp,
    /// When the newest attestation that the ledger proved expires; 0 if there was none.
    pub expires: Timestamp,
}

/// A DID in one of the queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QueueRow {
    pub(super) did: Did,
    pub(super) person: PersonId,
    pub(super) from: Timestamp,
    pub(super) is_withdrawal: bool,
}

/// A transaction that may have been sent, and whose outcome is not proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutboxRow {
    pub(super) signed: SignedTransaction,
}

/// Whose vault it is. Only the right secret opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnerRow {
    pub(super) owner: Digest,
}

impl DidRow {
    /// Whether it counts towards the person's cap.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        match self.state {
            State::Waiting | State::Attested | State::Withdrawing => true,
            State::Lapsing => self.expires > now,
            State::Withdrawn | State::Ended => false,
        }
    }
}

impl From<QueueRow> for Waiting {
    fn from(row: QueueRow) -> Self {
        Self { did: row.did, person: row.person, from: row.from }
    }
}

impl Field for Hidden {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[self.0.as_bytes()]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::Text(number))?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl Field for State {
    fn put(&self, number: u32, writer: &mut Writer) {
        let code = match self {
            Self::Waiting => 1,
            Self::Attested => 2,
            Self::Lapsing => 3,
            Self::Withdrawing => 4,
            Self::Withdrawn => 5,
            Self::Ended => 6,
        };
        writer.number(number, code);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.number(number)?.ok_or(DecodeError::Missing(number))? {
            1 => Self::Waiting,
            2 => Self::Attested,
            3 => Self::Lapsing,
            4 => Self::Withdrawing,
            5 => Self::Withdrawn,
            6 => Self::Ended,
            _ => return Err(DecodeError::NumberRange(number)),
        })
    }
}

codec! { #[versioned] PersonRow { 2: number, 3: dids up to DIDS_MAX, } }
codec! { #[versioned] DidRow { 2: did, 3: person, 4: state, 5: from, 6: expires, } }
codec! { #[versioned] QueueRow { 2: did, 3: person, 4: from, 5: is_withdrawal, } }
codec! { #[versioned] OutboxRow { 2: signed, } }
codec! { #[versioned] OwnerRow { 2: owner, } }

macro_rules! rows {
    ($($name:ty: $table:literal,)*) => {
        /// All tables.
        pub(super) const TABLES: &[&str] = &[$($table),*];

        $(
            impl TopLevel for $name {
                const BYTES_MAX: usize = 64 * 1024;
            }

            impl Row for $name {
                const TABLE: &'static str = $table;
            }
        )*
    };
}
rows! {
    PersonRow: "people",
    DidRow: "dids",
    QueueRow: "queue",
    OutboxRow: "outbox",
    OwnerRow: "owner",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_as_itself_and_no_other_number_is_one() {
        let row = |state| DidRow {
            did: Did(Digest::from_bytes([1; 32])),
            person: Digest::from_bytes([2; 32]),
            state,
            from: Timestamp(3),
            expires: Timestamp(0),
        };
        for state in [
            State::Waiting,
            State::Attested,
            State::Lapsing,
            State::Withdrawing,
            State::Withdrawn,
            State::Ended,
        ] {
            assert_eq!(DidRow::decode(&row(state).encode()), Ok(row(state)));
        }
        let mut unknown = row(State::Ended).encode();
        *unknown.iter_mut().rev().nth(2).unwrap() = 7;
        assert_eq!(DidRow::decode(&unknown), Err(DecodeError::NumberRange(4)));
    }
}
