//! Reading canonical bytes and nothing else.

use super::{
    DecodeError,
    writer::{BYTES, VARINT},
};
use crate::limits::NESTING_MAX;

/// Reads the fields of one message in ascending order.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    depth: u32,
    last: u32,
    next: Option<(u32, u32)>,
}

impl<'a> Reader<'a> {
    /// Reads a message that stands in no other.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::at_depth(0, bytes)
    }

    fn at_depth(depth: u32, bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = Self { bytes, depth, last: 0, next: None };
        Self { ..reader }.check_order()?;
        Ok(reader)
    }

    /// Walks over the fields first, so that a misplaced one is called misplaced and not missing.
    fn check_order(mut self) -> Result<(), DecodeError> {
        while let Some((number, wire_type)) = self.peek()? {
            if number < self.last {
                return Err(DecodeError::Reordered(number));
            }
            match wire_type {
                VARINT => self.number(number).map(|_| ())?,
                _ => self.bytes(number).map(|_| ())?,
            }
        }
        Ok(())
    }

    /// Whether the next field is this one; a field that can no longer come in its place is an error.
    fn at(&mut self, number: u32) -> Result<Option<u32>, DecodeError> {
        match self.peek()? {
            Some((found, wire_type)) if found == number => Ok(Some(wire_type)),
            Some((found, _)) if found < number => Err(self.misplaced(found)),
            _ => Ok(None),
        }
    }

    /// The number of the next field, if there is one.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed.
    pub fn peek_number(&mut self) -> Result<Option<u32>, DecodeError> {
        Ok(self.peek()?.map(|(number, _)| number))
    }

    fn peek(&mut self) -> Result<Option<(u32, u32)>, DecodeError> {
        if self.next.is_none() && !self.bytes.is_empty() {
            let tag = u32::try_from(self.varint()?).map_err(|_| DecodeError::VarintOverflow)?;
            if tag >> 3 == 0 {
                return Err(DecodeError::Trailing);
            }
            self.next = Some((tag >> 3, tag & 7));
        }
        Ok(self.next)
    }

    /// What is wrong with a field that nobody asked for.
    fn misplaced(&self, found: u32) -> DecodeError {
        if found == self.last { DecodeError::Duplicate(found) } else { DecodeError::UnknownField(found) }
    }

    fn consume(&mut self, number: u32) {
        self.last = number;
        self.next = None;
    }

    /// A number other than zero, or `None` where it is left out.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed.
    pub fn number(&mut self, number: u32) -> Result<Option<u64>, DecodeError> {
        let Some(wire_type) = self.at(number)? else { return Ok(None) };
        if wire_type != VARINT {
            return Err(DecodeError::WireType(number));
        }
        self.consume(number);
        match self.varint()? {
            0 => Err(DecodeError::ExplicitDefault(number)),
            value => Ok(Some(value)),
        }
    }

    /// The bytes of a field, or `None` where it is left out.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed.
    pub fn bytes(&mut self, number: u32) -> Result<Option<&'a [u8]>, DecodeError> {
        let Some(wire_type) = self.at(number)? else { return Ok(None) };
        if wire_type != BYTES {
            return Err(DecodeError::WireType(number));
        }
        self.consume(number);
        let length = usize::try_from(self.varint()?).map_err(|_| DecodeError::Truncated)?;
        let (field, rest) = self.bytes.split_at_checked(length).ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(Some(field))
    }

    /// The message of at most `max` bytes in a field, or `None` where it is left out.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed, or the message too long or nested too deeply.
    pub fn nested(&mut self, number: u32, max: usize) -> Result<Option<Self>, DecodeError> {
        let Some(bytes) = self.bytes(number)? else { return Ok(None) };
        if bytes.len() > max {
            return Err(DecodeError::Oversize { bytes: bytes.len(), max });
        }
        let depth = self.depth.saturating_add(1);
        if depth > NESTING_MAX {
            return Err(DecodeError::TooDeep(NESTING_MAX));
        }
        Self::at_depth(depth, bytes).map(Some)
    }

    /// Nothing may follow.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed.
    pub fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek()? {
            None => Ok(()),
            Some((found, _)) => Err(self.misplaced(found)),
        }
    }

    fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.bytes.split_first().ok_or(DecodeError::Truncated)?;
            self.bytes = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::VarintOverflow);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if *byte == 0 && shift > 0 { Err(DecodeError::NonMinimalVarint) } else { Ok(value) };
            }
        }
        Err(DecodeError::VarintOverflow)
    }
}
