//! Who somebody claims to be. None of it is ever shown: `Debug` hides it, and it is wiped from memory when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Longer names and codes are nobody's.
const TEXT_MAX: usize = 200;
/// Seventeen digits and a check character.
const NUMBER_LENGTH: usize = 18;

/// Why a claim cannot be anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// Not the number of an identity card.
    #[error(
        "the number is not that of an identity card: 17 digits with a date of birth, and a digit or X that checks them"
    )]
    Number,
    /// No name.
    #[error("the name is empty or longer than 200 bytes")]
    Name,
    /// No code.
    #[error("the code is empty or longer than 200 bytes")]
    Code,
}

/// The number of an identity card (GB 11643): region, date of birth, order, and a check character after ISO 7064, MOD 11-2.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber(Zeroizing<String>);

/// Who somebody claims to be, with what only that person knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    name: Zeroizing<String>,
    number: IdentityNumber,
    code: Zeroizing<String>,
}

impl IdentityNumber {
    /// Reads a number as people write it: full-width digits, a small x and spaces are taken.
    ///
    /// # Errors
    /// [`PersonError::Number`].
    pub fn parse(text: &str) -> Result<Self, PersonError> {
        let mut number = Zeroizing::new(String::with_capacity(NUMBER_LENGTH));
        for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
            let plain = half_width(letter).ok_or(PersonError::Number)?;
            // never longer than its capacity, so that no copy is left behind
            if number.len() == NUMBER_LENGTH {
                return Err(PersonError::Number);
            }
            number.push(plain);
        }
        let is_sound = is_born(&number) && number.chars().last() == check_character(&number);
        if is_sound { Ok(Self(number)) } else { Err(PersonError::Number) }
    }

    /// The number of 17 digits and the character that checks them.
    ///
    /// # Errors
    /// [`PersonError::Number`] if these are not 17 digits with a date of birth.
    pub fn of_digits(digits: &str) -> Result<Self, PersonError> {
        let check = check_character(digits).ok_or(PersonError::Number)?;
        Self::parse(&format!("{digits}{check}"))
    }

    /// As it stands in registers: 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether its region is of those that were never given to anybody: 90 to 99. Only such numbers may be invented.
    #[must_use]
    pub fn is_invented(&self) -> bool {
        self.0.starts_with('9')
    }
}

fn half_width(letter: char) -> Option<char> {
    match letter {
        '0'..='9' | 'X' => Some(letter),
        'x' | 'ｘ' | 'Ｘ' => Some('X'),
        '０'..='９' => char::from_digit(u32::from(letter).checked_sub(u32::from('０'))?, 10),
        _ => None,
    }
}

/// The character that goes with the first 17 digits.
fn check_character(number: &str) -> Option<char> {
    let digits = number.get(..17)?;
    let sum = digits
        .chars()
        .try_fold(0_u32, |sum, digit| Some(sum.checked_add(digit.to_digit(10)?)?.checked_mul(2)? % 11))?;
    let check = 12_u32.checked_sub(sum)? % 11;
    if check == 10 { Some('X') } else { char::from_digit(check, 10) }
}

fn is_born(number: &str) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    let month =
        month.and_then(|month| u8::try_from(month).ok()).and_then(|month| time::Month::try_from(month).ok());
    let (Some(year @ 1850..=2199), Some(month), Some(day)) = (year, month, day) else { return false };
    u8::try_from(day).is_ok_and(|day| time::Date::from_calendar_date(year.into(), month, day).is_ok())
}

impl Person {
    /// Reads a claim.
    ///
    /// # Errors
    /// Says which part cannot be anybody's.
    pub fn new(name: &str, number: &str, code: &str) -> Result<Self, PersonError> {
        let is_sound = |text: &str| !text.trim().is_empty() && text.len() <= TEXT_MAX;
        if !is_sound(name) {
            return Err(PersonError::Name);
        }
        if !is_sound(code) {
            return Err(PersonError::Code);
        }
        Ok(Self {
            name: normalised(name),
            number: IdentityNumber::parse(number)?,
            code: Zeroizing::new(code.trim().to_owned()),
        })
    }

    /// The name in one form.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> &IdentityNumber {
        &self.number
    }

    /// What only this person knows.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// One form for a name: single spaces, one kind of dot between its parts, small letters.
fn normalised(name: &str) -> Zeroizing<String> {
    let mut normal = Zeroizing::new(String::with_capacity(TEXT_MAX.saturating_mul(3)));
    for word in name.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        for letter in word.chars() {
            match letter {
                '•' | '‧' | '・' | '･' | '．' | '.' => normal.push('·'),
                letter => normal.extend(letter.to_lowercase()),
            }
        }
    }
    normal
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityNumber(hidden)")
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GB 11643-1999, with a region that was never given out: its check character changes with it.
    const DIGITS: &str = "99010519491231002";

    fn number() -> IdentityNumber {
        IdentityNumber::of_digits(DIGITS).unwrap()
    }

    #[test]
    fn the_standards_own_example_holds() {
        assert!(IdentityNumber::parse("11010519491231002X").is_ok());
        assert_eq!(IdentityNumber::of_digits("11010519491231002").unwrap().as_str(), "11010519491231002X");
        assert!(!IdentityNumber::parse("11010519491231002X").unwrap().is_invented());
        assert!(number().is_invented());
    }

    #[test]
    fn no_other_check_character_holds() {
        let holding: Vec<char> = "0123456789X"
            .chars()
            .filter(|check| IdentityNumber::parse(&format!("{DIGITS}{check}")).is_ok())
            .collect();
        assert_eq!(holding, [number().as_str().chars().last().unwrap()]);
    }

    #[test]
    fn what_is_no_number_of_a_card_is_refused() {
        for bad in [
            "",
            "1",
            "11010519491331002X",
            "11010519490230002X",
            "110105194912310021X",
            "abcdefghijklmnopqr",
            "１",
        ] {
            assert_eq!(IdentityNumber::parse(bad), Err(PersonError::Number), "{bad}");
        }
        assert_eq!(IdentityNumber::of_digits("123"), Err(PersonError::Number));
    }

    #[test]
    fn one_person_has_one_form_however_it_is_typed() {
        let plain = Person::new("Ada·Byron Lovelace", "11010519491231002X", "secret").unwrap();
        let typed = Person::new("  ada・byron   lovelace ", "１1010519 49123100 2x", " secret ").unwrap();
        assert_eq!(plain, typed);
        assert_ne!(plain, Person::new("Ada·Byron", "11010519491231002X", "secret").unwrap());
    }

    #[test]
    fn empty_and_endless_parts_are_refused() {
        let number = "11010519491231002X";
        assert_eq!(Person::new(" ", number, "code"), Err(PersonError::Name));
        assert_eq!(Person::new(&"a".repeat(201), number, "code"), Err(PersonError::Name));
        assert_eq!(Person::new("name", number, ""), Err(PersonError::Code));
        assert_eq!(Person::new("name", "0", "code"), Err(PersonError::Number));
    }

    #[test]
    fn debugging_shows_nobody() {
        let person = Person::new("Ada", "11010519491231002X", "secret").unwrap();
        let shown = format!("{person:?} {:?}", person.number());
        assert_eq!(shown, "Person(hidden) IdentityNumber(hidden)");
    }
}
