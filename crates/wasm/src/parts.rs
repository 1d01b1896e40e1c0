//! The parts of a request.

use crate::failure::Failure;

/// The parts that were not taken yet.
pub(crate) struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    pub(crate) fn of(request: &'a [u8]) -> Self {
        Self(request)
    }

    /// The next one.
    pub(crate) fn take(&mut self) -> Result<&'a [u8], Failure> {
        self.take_if_any()?.ok_or(Failure::Request)
    }

    /// The next one, unless there are no more.
    pub(crate) fn take_if_any(&mut self) -> Result<Option<&'a [u8]>, Failure> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (length, rest) = self.0.split_first_chunk().ok_or(Failure::Request)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Failure::Request)?;
        let (part, rest) = rest.split_at_checked(length).ok_or(Failure::Request)?;
        self.0 = rest;
        Ok(Some(part))
    }

    /// There must be no more.
    pub(crate) fn end(self) -> Result<(), Failure> {
        if self.0.is_empty() { Ok(()) } else { Err(Failure::Request) }
    }
}
