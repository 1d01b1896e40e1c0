//! How each type of field stands in a message.

use std::net::{IpAddr, SocketAddr};

use realdid_crypto::{Digest, PublicKey, Signature, Suite};

use super::{Body, DecodeError, Reader, Writer};
use crate::limits::FORMAT;

/// A type that can be a field.
pub trait Field: Sized {
    /// Writes it under a number.
    fn put(&self, number: u32, writer: &mut Writer);

    /// Reads it from under a number.
    ///
    /// # Errors
    /// As [`super::Wire::decode`].
    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Writes a list: its entries one after the other under one number.
pub fn put_list<T: Field>(list: &[T], number: u32, writer: &mut Writer) {
    list.iter().for_each(|entry| entry.put(number, writer));
}

/// Reads a list of at most `max` entries.
///
/// # Errors
/// [`DecodeError::TooMany`], and those of the entries.
pub fn take_list<T: Field>(number: u32, max: usize, reader: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
    let mut list = Vec::new();
    while reader.peek_number()? == Some(number) {
        if list.len() == max {
            return Err(DecodeError::TooMany { field: number, max });
        }
        list.push(T::take(number, reader)?);
    }
    Ok(list)
}

/// Tells whether the entries of a list ascend.
pub trait Ordered {
    /// Whether `next` may follow directly.
    fn precedes(&self, next: &Self) -> bool;
}

impl Ordered for PublicKey {
    fn precedes(&self, next: &Self) -> bool {
        self < next
    }
}

/// Reads a list of at most `max` entries, each before the next.
///
/// # Errors
/// [`DecodeError::NotAscending`], and those of [`take_list`].
pub fn take_ascending<T: Field + Ordered>(
    number: u32,
    max: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    let list: Vec<T> = take_list(number, max, reader)?;
    if list.is_sorted_by(T::precedes) { Ok(list) } else { Err(DecodeError::NotAscending(number)) }
}

/// Writes the format version into field 1.
pub fn put_format(writer: &mut Writer) {
    writer.number(1, FORMAT);
}

/// Reads the format version from field 1.
///
/// # Errors
/// [`DecodeError::Format`] if it is another one, [`DecodeError::Missing`] if there is none.
pub fn take_format(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    match reader.number(1)?.ok_or(DecodeError::Missing(1))? {
        FORMAT => Ok(()),
        other => Err(DecodeError::Format(other)),
    }
}

impl Field for u64 {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.number(number, *self);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(reader.number(number)?.unwrap_or(0))
    }
}

macro_rules! narrow {
    ($($inner:ty),*) => {$(
        impl Field for $inner {
            fn put(&self, number: u32, writer: &mut Writer) {
                writer.number(number, u64::from(*self));
            }

            fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                u64::take(number, reader)?.try_into().map_err(|_| DecodeError::NumberRange(number))
            }
        }
    )*};
}
narrow!(u16, u32);

impl Field for bool {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.number(number, u64::from(*self));
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.number(number)? {
            None => Ok(false),
            Some(1) => Ok(true),
            Some(_) => Err(DecodeError::NumberRange(number)),
        }
    }
}

fn fixed<const N: usize>(number: u32, bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::Length { field: number, bytes: bytes.len() })
}

impl Field for Digest {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[self.as_bytes()]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        Ok(Self::from_bytes(fixed(number, bytes)?))
    }
}

/// The suite's number in one byte, then what the suite says.
fn suite_and_rest(number: u32, bytes: &[u8]) -> Result<(Suite, &[u8]), DecodeError> {
    let (suite, rest) = bytes.split_first().ok_or(DecodeError::Length { field: number, bytes: 0 })?;
    Ok((Suite::try_from(u64::from(*suite))?, rest))
}

impl Field for PublicKey {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&[self.suite() as u8], self.as_bytes()]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let (Suite::Ed25519, key) = suite_and_rest(number, bytes)?;
        Ok(Self::ed25519(fixed(number, key)?))
    }
}

impl Field for Signature {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&[self.suite() as u8], self.as_bytes()]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let (Suite::Ed25519, signature) = suite_and_rest(number, bytes)?;
        Ok(Self::ed25519(fixed(number, signature)?))
    }
}

/// The address's four or sixteen bytes, then two of the port, the most significant first.
impl Field for SocketAddr {
    fn put(&self, number: u32, writer: &mut Writer) {
        let port = self.port().to_be_bytes();
        match self.ip() {
            IpAddr::V4(ip) => writer.bytes(number, &[&ip.octets(), &port]),
            IpAddr::V6(ip) => writer.bytes(number, &[&ip.octets(), &port]),
        }
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let wrong = || DecodeError::Length { field: number, bytes: bytes.len() };
        let (ip, port) = bytes.split_last_chunk::<2>().ok_or_else(wrong)?;
        let v4 = || <[u8; 4]>::try_from(ip).map(IpAddr::from);
        let ip = v4().or_else(|_| <[u8; 16]>::try_from(ip).map(IpAddr::from)).map_err(|_| wrong())?;
        Ok(Self::new(ip, u16::from_be_bytes(*port)))
    }
}

/// A digest that may be left out.
impl Field for Option<Digest> {
    fn put(&self, number: u32, writer: &mut Writer) {
        if let Some(digest) = self {
            digest.put(number, writer);
        }
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.peek_number()? == Some(number) { Digest::take(number, reader).map(Some) } else { Ok(None) }
    }
}

/// A message that must be there.
impl<T: Body> Field for T {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.nested(number, |inner| self.write(inner));
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        <Option<Self> as Field>::take(number, reader)?.ok_or(DecodeError::Missing(number))
    }
}

/// A message that may be left out.
impl<T: Body> Field for Option<T> {
    fn put(&self, number: u32, writer: &mut Writer) {
        if let Some(value) = self {
            writer.nested(number, |inner| value.write(inner));
        }
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let Some(mut inner) = reader.nested(number, T::NESTED_MAX)? else { return Ok(None) };
        let value = T::read(&mut inner)?;
        inner.end()?;
        Ok(Some(value))
    }
}

impl<T: Body> Body for Box<T> {
    const NESTED_MAX: usize = T::NESTED_MAX;
    const VERSIONED: bool = T::VERSIONED;
    const FIELDS: &'static [(u32, &'static str)] = T::FIELDS;

    fn write(&self, writer: &mut Writer) {
        (**self).write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::read(reader).map(Self::new)
    }
}

impl<A: Field, B: Field> Body for (A, B) {
    const FIELDS: &'static [(u32, &'static str)] = &[(1, "first"), (2, "second")];

    fn write(&self, writer: &mut Writer) {
        self.0.put(1, writer);
        self.1.put(2, writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok((A::take(1, reader)?, B::take(2, reader)?))
    }
}
