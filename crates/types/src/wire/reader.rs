//! Reading canonical bytes and nothing else.

use super::{
    DecodeError,
    writer::{BYTES, VARINT},
};

/// Messages are nested at most this deep: a frame's proposal's certificate's statement's view is 5.
const DEPTH_MAX: u32 = 12;

/// Reads the fields of one message in ascending order.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    depth: u32,
    last: u32,
    next: Option<(u32, u64)>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0, last: 0, next: None }
    }

    /// Whether the next field is this one; a field that can no longer come in its place is an error.
    fn at(&mut self, number: u32) -> Result<Option<u64>, DecodeError> {
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

    fn peek(&mut self) -> Result<Option<(u32, u64)>, DecodeError> {
        if self.next.is_none() && !self.bytes.is_empty() {
            let tag = self.varint(0)?;
            let number = u32::try_from(tag >> 3)
                .ok()
                .filter(|number| *number > 0)
                .ok_or(DecodeError::UnknownField(0))?;
            self.next = Some((number, tag & 7));
        }
        Ok(self.next)
    }

    fn misplaced(&self, found: u32) -> DecodeError {
        match found.cmp(&self.last) {
            std::cmp::Ordering::Less => DecodeError::Reordered(found),
            std::cmp::Ordering::Equal => DecodeError::Duplicate(found),
            std::cmp::Ordering::Greater => DecodeError::UnknownField(found),
        }
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
        match self.varint(number)? {
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
        let length = usize::try_from(self.varint(number)?).map_err(|_| DecodeError::Truncated)?;
        let (field, rest) = self.bytes.split_at_checked(length).ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(Some(field))
    }

    /// The message in a field, or `None` where it is left out.
    ///
    /// # Errors
    /// If the next field is misplaced or malformed.
    pub fn nested(&mut self, number: u32) -> Result<Option<Self>, DecodeError> {
        let depth = self.depth.saturating_add(1);
        let Some(bytes) = self.bytes(number)? else { return Ok(None) };
        if depth > DEPTH_MAX {
            return Err(DecodeError::TooDeep(DEPTH_MAX));
        }
        Ok(Some(Self { bytes, depth, last: 0, next: None }))
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

    fn varint(&mut self, field: u32) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.bytes.split_first().ok_or(DecodeError::Truncated)?;
            self.bytes = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::NumberRange(field));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if *byte == 0 && shift > 0 { Err(DecodeError::NonMinimalVarint) } else { Ok(value) };
            }
        }
        Err(DecodeError::NumberRange(field))
    }
}
