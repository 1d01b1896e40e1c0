//! The one encoding: protobuf (proto3), restricted to one form per value.
//!
//! Fields come in ascending order, numbers in as few bytes as possible, zero numbers and empty lists not at all,
//! everything else always. So two different byte strings never decode to one value, and what was received can be
//! hashed as it came. The schema is published in `proto/realdid/v1`; any protobuf library reads it.

mod error;
mod field;
mod reader;
mod writer;

#[macro_use]
mod codec;

pub use error::DecodeError;
pub use field::{Field, put_list, take_list};
pub use reader::Reader;
pub use writer::Writer;

/// A value with one canonical encoding.
pub trait Wire: Sized {
    /// The canonical bytes.
    fn encode(&self) -> Vec<u8>;

    /// The value of canonical bytes; encoding it gives the same bytes again.
    ///
    /// # Errors
    /// Says what is not canonical, outside its limits or cut off. Nothing larger than the input is allocated.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;
}

/// The fields of a message, without a length or number around them.
pub trait Body: Sized {
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
        let mut reader = Reader::new(bytes);
        let value = T::read(&mut reader)?;
        reader.end()?;
        Ok(value)
    }
}
