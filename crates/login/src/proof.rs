//! A Merkle proof inside a message.

use realdid_merkle::Proof;
use realdid_types::{
    DecodeError,
    wire::{Field, Reader, Writer},
};

/// A proof that the state holds an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof(pub Proof);

impl Field for EntryProof {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&self.0.encode()]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let malformed = |_| DecodeError::Length { field: number, bytes: bytes.len() };
        Proof::decode(bytes).map(Self).map_err(malformed)
    }
}
