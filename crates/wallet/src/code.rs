//! The recovery code: 160 random bits that a person writes down, and that everything else is derived from.
//!
//! It is 40 symbols in ten groups of four. Eight groups are the bits; the last two check them, column by column: in
//! each of the four columns the symbols of the ten groups are a word of a Reed-Solomon code of distance three over the
//! field of 32 elements. So any mistake inside one group is found and its group named, and two groups that changed
//! places, or are both wrong, never pass.

use std::fmt;

use realdid_types::{
    DecodeError,
    wire::{Field, Reader, Writer},
};
use zeroize::Zeroizing;

/// Its bytes.
pub const CODE_BYTES: usize = 20;
/// Crockford's base 32: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols in a group.
const WIDTH: usize = 4;
/// Groups that carry bits.
const GROUPS: usize = 8;

type Group = [u8; WIDTH];

/// What a person's keys are derived from; wiped from memory when dropped, and never printed but by [`Self::to_text`].
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<[u8; CODE_BYTES]>);

/// Why a text is no recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too short or too long.
    #[error("a recovery code has 10 groups of 4 letters and digits, 40 in all, and this has {0}")]
    Length(usize),
    /// Not of the alphabet.
    #[error("group {0} holds something that no recovery code has: only digits and letters, and no U")]
    Symbol(usize),
    /// One group does not fit the others.
    #[error("group {0} is mistyped: compare it with what you wrote down")]
    Group(usize),
    /// The last group does not fit, which also happens where others changed places.
    #[error("group 10 is mistyped, or two groups have changed places: compare all with what you wrote down")]
    Order,
    /// Several do not.
    #[error("more than one group is mistyped: compare all with what you wrote down")]
    Several,
}

impl RecoveryCode {
    /// The code of these bits, which must come from the operating system's randomness.
    #[must_use]
    pub fn from_random(bits: Zeroizing<[u8; CODE_BYTES]>) -> Self {
        Self(bits)
    }

    /// Its bits. Whoever has them has everything.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; CODE_BYTES] {
        &self.0
    }

    /// As it is written down: ten groups with hyphens between them.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let groups = self.groups();
        let mut text = Zeroizing::new(String::with_capacity((GROUPS + 2) * (WIDTH + 1)));
        for group in groups.iter().chain(&checks(&groups)) {
            if !text.is_empty() {
                text.push('-');
            }
            group.iter().for_each(|symbol| text.push(letter(*symbol)));
        }
        text
    }

    /// Reads what a person typed: in any case, with or without hyphens and spaces; O counts as 0, I and L as 1.
    ///
    /// # Errors
    /// Says what is wrong, and in which group if that can be told.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let typed = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let symbols: Zeroizing<Vec<Option<u8>>> = Zeroizing::new(typed.map(symbol).collect());
        if symbols.len() != (GROUPS + 2) * WIDTH {
            return Err(CodeError::Length(symbols.len()));
        }
        let mut groups = Zeroizing::new([[0; WIDTH]; GROUPS + 2]);
        for (place, (group, typed)) in groups.iter_mut().zip(symbols.chunks(WIDTH)).enumerate() {
            for (symbol, typed) in group.iter_mut().zip(typed) {
                *symbol = typed.ok_or(CodeError::Symbol(place.saturating_add(1)))?;
            }
        }
        check(&groups)?;
        Ok(Self::of_groups(&groups))
    }

    /// Five bytes are two groups.
    fn groups(&self) -> Zeroizing<[Group; GROUPS]> {
        let mut groups = Zeroizing::new([[0; WIDTH]; GROUPS]);
        let (fives, _) = self.0.as_chunks::<5>();
        for (pair, five) in groups.chunks_mut(2).zip(fives) {
            let mut bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for symbol in pair.iter_mut().flatten().rev() {
                *symbol = (bits & 31) as u8;
                bits >>= 5;
            }
        }
        groups
    }

    fn of_groups(groups: &[Group; GROUPS + 2]) -> Self {
        let mut code = Zeroizing::new([0; CODE_BYTES]);
        for (five, pair) in code.chunks_mut(5).zip(groups.chunks(2)) {
            let bits = pair.iter().flatten().fold(0_u64, |bits, symbol| bits << 5 | u64::from(*symbol));
            five.copy_from_slice(bits.to_be_bytes().last_chunk::<5>().unwrap_or(&[0; 5]));
        }
        Self(code)
    }
}

/// The two groups that check the others: their sum, and the sum weighted by place.
fn checks(groups: &[Group; GROUPS]) -> [Group; 2] {
    // by Horner's rule from the last group on
    groups.iter().rev().fold([[0; WIDTH]; 2], |[sum, weighted], group| {
        [plus(sum, *group), plus(weighted.map(twice), *group)]
    })
}

/// Whether the checks fit, and if not, which group could be changed so that they do.
fn check(groups: &[Group; GROUPS + 2]) -> Result<(), CodeError> {
    let (Some(data), Some([sum, weighted])) = (groups.first_chunk::<GROUPS>(), groups.last_chunk::<2>())
    else {
        return Err(CodeError::Several);
    };
    let [expected_sum, expected_weighted] = checks(data);
    let (mut wrong, wrong_weighted) = (plus(*sum, expected_sum), plus(*weighted, expected_weighted));
    match (wrong == [0; WIDTH], wrong_weighted == [0; WIDTH]) {
        (true, true) => return Ok(()),
        (false, true) => return Err(CodeError::Group(GROUPS + 1)),
        (true, false) => return Err(CodeError::Order),
        (false, false) => {}
    }
    for number in 1..=GROUPS {
        if wrong == wrong_weighted {
            return Err(CodeError::Group(number));
        }
        wrong = wrong.map(twice);
    }
    Err(CodeError::Several)
}

fn plus(a: Group, b: Group) -> Group {
    let mut sum = a;
    sum.iter_mut().zip(b).for_each(|(sum, other)| *sum ^= other);
    sum
}

/// Twice an element of the field of 32 elements, modulo x⁵ + x² + 1.
const fn twice(symbol: u8) -> u8 {
    let doubled = symbol << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

fn letter(symbol: u8) -> char {
    ALPHABET.get(usize::from(symbol)).map_or('0', |letter| char::from(*letter))
}

fn symbol(typed: char) -> Option<u8> {
    let meant = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|letter| char::from(*letter) == meant)?;
    u8::try_from(place).ok()
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(hidden)")
    }
}

impl Field for RecoveryCode {
    fn put(&self, number: u32, writer: &mut Writer) {
        writer.bytes(number, &[&self.0[..]]);
    }

    fn take(number: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.bytes(number)?.ok_or(DecodeError::Missing(number))?;
        let wrong = |_| DecodeError::Length { field: number, bytes: bytes.len() };
        Ok(Self(Zeroizing::new(bytes.try_into().map_err(wrong)?)))
    }
}
