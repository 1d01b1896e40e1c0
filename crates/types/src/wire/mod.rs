//! The one encoding: protobuf (proto3), restricted to one form per value.
//!
//! Fields come in ascending order, numbers in as few bytes as possible, zero numbers and empty lists not at all,
//! everything else always. So two different byte strings never decode to one value, and what was received can be
//! hashed as it came. The schema is published in `proto/realdid/v1`; any protobuf library reads it.
//!
//! Whatever is signed, and every frame, begins with the format version in field 1. What only wraps a signed message
//! (a [`crate::SignedTransaction`], a [`crate::Vote`], a [`crate::Block`]) has no second one.

mod error;
mod field;
mod reader;
mod writer;

#[macro_use]
mod codec;

pub use error::DecodeError;
pub use field::{Field, Ordered, put_format, put_list, take_ascending, take_format, take_list};
pub use reader::Reader;
pub use writer::Writer;

/// A value with one canonical encoding.
pub trait Wire: Sized {
    /// The canonical bytes.
    fn encode(&self) -> Vec<u8>;

    /// How many bytes [`Wire::encode`] gives.
    fn encoded_len(&self) -> usize {
        self.encode().len()
    }

    /// The value of canonical bytes; encoding it gives the same bytes again.
    ///
    /// # Errors
    /// Says what is not canonical, outside its limits or cut off. Nothing larger than the input is allocated.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;
}

/// The fields of a message, without a length or number around them.
pub trait Body: Sized {
    /// How many bytes it may have inside another message.
    const NESTED_MAX: usize = usize::MAX;
    /// Whether field 1 is the format version.
    const VERSIONED: bool = false;
    /// Its other fields, or its alternatives: numbers and names as in the schema.
    const FIELDS: &'static [(u32, &'static str)];

    /// Writes the fields.
    fn write(&self, writer: &mut Writer);

    /// Reads the fields; what is left after them is for the caller to refuse.
    ///
    /// # Errors
    /// As [`Wire::decode`].
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// How large the encoding of a top-level message may be.
pub trait TopLevel: Body {
    /// In bytes.
    const BYTES_MAX: usize;
}

impl<T: TopLevel> Wire for T {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > T::BYTES_MAX {
            return Err(DecodeError::Oversize { bytes: bytes.len(), max: T::BYTES_MAX });
        }
        let mut reader = Reader::new(bytes)?;
        let value = T::read(&mut reader)?;
        reader.end()?;
        Ok(value)
    }
}
