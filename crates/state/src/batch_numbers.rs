//! Which batches of a node were in a block already.
//!
//! Leaders include a node's batches in no certain order, and any of them can include one again: without a memory,
//! a lying leader could spend an honest organisation's quota by repeating its old batches. So each number counts
//! once, as in the anti-replay window of RFC 4303, section 3.4.3 (the ring of RFC 6479): numbers too far below the
//! highest count as used.

use realdid_types::{
    DecodeError, codec,
    wire::{Field, Reader, Writer},
};

/// How far below the highest a number may still come: what may be announced and not yet included.
const WINDOW: u64 = realdid_types::limits::HAVE_MAX as u64;
const BYTES: usize = WINDOW as usize / 8;

/// The numbers that a node's batches have used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchNumbers {
    next: u64,
    used: Ring,
}

/// One bit for each of the newest numbers, number n at place n modulo [`WINDOW`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ring([u8; BYTES]);

impl BatchNumbers {
    /// One above the highest number used: what a node that lost its own count goes on with.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Whether a number is used, or too old to tell: no batch with it counts any more.
    #[must_use]
    pub fn is_used(&self, number: u64) -> bool {
        let too_old = number.saturating_add(WINDOW) < self.next || number == u64::MAX;
        too_old || number < self.next && self.used.get(number)
    }

    /// Uses a number up. `false` if it is used, or too old to tell.
    pub(crate) fn take(&mut self, number: u64) -> bool {
        if self.is_used(number) {
            return false;
        }
        if number >= self.next {
            let from = self.next.max(number.saturating_sub(WINDOW - 1));
            (from..number).for_each(|skipped| self.used.set(skipped, false));
            self.next = number.saturating_add(1);
        }
        self.used.set(number, true);
        true
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self([0; BYTES])
    }
}

impl Ring {
    fn place(number: u64) -> (usize, u8) {
        ((number % WINDOW / 8) as usize, 1 << (number % 8))
    }

    fn get(&self, number: u64) -> bool {
        let (byte, bit) = Self::place(number);
        self.0.get(byte).is_some_and(|byte| byte & bit != 0)
    }

    fn set(&mut self, number: u64, used: bool) {
        let (byte, bit) = Self::place(number);
        if let Some(byte) = self.0.get_mut(byte) {
            *byte = if used { *byte | bit } else { *byte & !bit };
        }
    }
}

impl Field for Ring {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&self.0]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let length = DecodeError::Length { field: number, bytes: bytes.len() };
        bytes.try_into().map(Self).map_err(|_| length)
    }
}

codec! { BatchNumbers { 1: next, 2: used, } }

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_number_counts_once_in_whatever_order_they_come() {
        let mut numbers = BatchNumbers::default();

        let taken: Vec<bool> = [0, 3, 1, 3, 0, 2, 4, 1].map(|number| numbers.take(number)).to_vec();

        assert_eq!(taken, [true, true, true, false, false, true, true, false]);
        assert_eq!(numbers.next(), 5);
    }

    #[test]
    fn a_number_below_the_window_counts_as_used() {
        let mut numbers = BatchNumbers::default();
        assert!(numbers.take(5_000));

        assert!(numbers.take(5_001 - WINDOW));
        assert!(!numbers.take(5_000 - WINDOW));
        assert!(!numbers.take(5_001 - WINDOW));
        assert!(!numbers.take(u64::MAX), "there would be no next one");
        assert!(numbers.take(u64::MAX - 1));
        assert!(!numbers.take(u64::MAX - 1));
    }

    /// Beside a plain set of everything ever used, over steps that stay, go back and jump.
    #[test]
    fn the_ring_agrees_with_a_set() {
        let (mut numbers, mut set) = (BatchNumbers::default(), BTreeSet::new());
        let mut seed = 1_u64;
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let reach = [3, 40, WINDOW, 3 * WINDOW][(seed >> 62) as usize];
            let number = (numbers.next() + (seed >> 33) % reach).saturating_sub(reach * 2 / 3);
            let recent = number + WINDOW >= numbers.next();

            assert_eq!(numbers.take(number), recent && set.insert(number), "{number}");
        }
    }
}
