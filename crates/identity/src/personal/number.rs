//! Identity-card numbers and mobile numbers.

use super::{
    backwards,
    fold::{is_separator, look_alikes},
    word::{Word, web_address, without},
};

/// Shorter runs of hex digits are no digests.
const DIGEST_MIN: usize = 32;
const UUID_PARTS: [usize; 5] = [8, 4, 4, 4, 12];

/// Whether a number of a person is in `text`, forwards or backwards.
///
/// Every fiftieth digest has the digits of a mobile number somewhere, so what looks like a digest or a UUID holds
/// no number except that of an identity card with a date of birth.
pub fn is_in(text: &str) -> bool {
    let open = without(text, digest);
    let is_born = |number: &[u8]| is_card(number) && has_birth(number);
    [look_alikes(&open), open]
        .iter()
        .any(|view| holds(view, is_card) || holds(&without_dates(view), is_mobile))
        || holds(text, is_born)
}

fn holds(text: &str, is_number: impl Fn(&[u8]) -> bool) -> bool {
    let is_within = |text: &str| {
        let joined = joined(text);
        let mut ends = (0..joined.len()).filter_map(|start| joined.as_bytes().get(start..));
        ends.any(&is_number)
    };
    is_within(text) || is_within(&backwards(text))
}

/// `text` without the separators between digits, and between a digit and the X that ends some cards' numbers.
fn joined(text: &str) -> String {
    let mut joined = String::new();
    let mut gap = String::new();
    for letter in text.chars() {
        if is_separator(letter) {
            gap.push(letter);
            continue;
        }
        let is_joint = letter.is_ascii_digit() || matches!(letter, 'x' | 'X');
        if !(is_joint && joined.ends_with(|last: char| last.is_ascii_digit())) {
            joined.push_str(&gap);
        }
        gap.clear();
        joined.push(letter);
    }
    joined
}

/// Whether `text` starts with a mobile number of mainland China.
fn is_mobile(text: &[u8]) -> bool {
    text.first_chunk::<11>().is_some_and(|number| {
        matches!(number, [b'1', b'3'..=b'9', ..]) && number.iter().all(u8::is_ascii_digit)
    })
}

/// Whether `text` starts with 17 digits and their check character: ISO 7064, MOD 11-2.
fn is_card(text: &[u8]) -> bool {
    let Some(([digits @ .., check], _)) = text.split_first_chunk::<18>() else {
        return false;
    };
    let check = if matches!(check, b'x' | b'X') { Some(10) } else { char::from(*check).to_digit(10) };
    let sum = digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        Some(sum.wrapping_add(digit).wrapping_mul(2) % 11)
    });
    sum.zip(check).is_some_and(|(sum, check)| sum.wrapping_add(check) % 11 == 1)
}

/// Whether the card's number at the start of `text` has a day of birth that can be.
fn has_birth(text: &[u8]) -> bool {
    let value = |from: usize, to: usize| {
        text.get(from..to).and_then(|part| std::str::from_utf8(part).ok()?.parse().ok())
    };
    let is_within =
        |from, to, first, last| value(from, to).is_some_and(|part: u32| (first..=last).contains(&part));
    is_within(6, 10, 1900, 2099) && is_within(10, 12, 1, 12) && is_within(12, 14, 1, 31)
}

/// The number of words that a digest or UUID takes at the start of `words`.
fn digest(words: &[Word<'_>]) -> Option<usize> {
    let first = words.first()?.text;
    if first.len() >= DIGEST_MIN && is_random_hex(first.strip_prefix("0x").unwrap_or(first)) {
        return Some(1);
    }
    let parts = words.get(..UUID_PARTS.len())?;
    let is_uuid = parts.iter().zip(UUID_PARTS).all(|(word, length)| word.text.len() == length)
        && parts.iter().skip(1).all(|word| word.gap == "-");
    let text: String = parts.iter().map(|word| word.text).collect();
    (is_uuid && is_random_hex(&text)).then_some(UUID_PARTS.len())
}

/// Whether `text` is hex in one case and goes back and forth between letters and digits, as chance does and somebody
/// who puts a few letters after a number does not.
fn is_random_hex(text: &str) -> bool {
    let is_lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_upper = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    let kinds = text.bytes().map(|byte| byte.is_ascii_digit());
    let changes = kinds.clone().zip(kinds.skip(1)).filter(|(kind, next)| kind != next).count();
    (is_lower || is_upper) && changes >= text.len().div_ceil(11)
}

/// `text` without ports, years with a month, and dates, which together with what follows them would often look like
/// a mobile number: `/2013/11/30/12345`.
fn without_dates(text: &str) -> String {
    let Some((scheme, authority, path)) = web_address(text) else {
        return without(text, date);
    };
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let barrier = if host == authority { "" } else { "h" };
    without(&format!("{scheme}://{host}{barrier}{path}"), date)
}

/// The number of words that a date takes at the start of `words`: the year, the month and perhaps the day.
fn date(words: &[Word<'_>]) -> Option<usize> {
    let (year, rest) = words.split_first()?;
    let (month, rest) = rest.split_first()?;
    let is_year = year.text.len() == 4 && (year.text.starts_with("19") || year.text.starts_with("20"));
    let is_month = is_two_digits(month, 12) && matches!(month.gap, "-" | "/" | "." | "_" | " ");
    let has_day = rest.first().is_some_and(|day| is_two_digits(day, 31) && day.gap == month.gap);
    (is_year && is_number(year) && is_month).then_some(if has_day { 3 } else { 2 })
}

fn is_number(word: &Word<'_>) -> bool {
    word.text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_two_digits(word: &Word<'_>, last: u32) -> bool {
    word.text.len() == 2 && word.text.parse().is_ok_and(|value: u32| (1..=last).contains(&value))
}
