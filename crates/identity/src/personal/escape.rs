//! Escapes of web pages, addresses and programs: `%40`, `&#64;`, `&#x40;`, `\u0040`, `\x40`.

use super::fold::folded;

/// How often escapes may be escaped again.
const ROUNDS_MAX: usize = 8;

/// `text` in plain characters, and then every round of resolving its escapes, until one finds none. Each counts: in
/// `%13812345678` the number stands in the first, in `%31%33812345678` in the second. Nothing if there is no end to it.
pub fn rounds(text: &str) -> Option<Vec<String>> {
    let mut current = folded(text);
    let mut rounds = Vec::new();
    for _ in 0..=ROUNDS_MAX {
        let next = folded(&characters(&percents(&current)));
        let is_last = next == current;
        rounds.push(std::mem::replace(&mut current, next));
        if is_last {
            return Some(rounds);
        }
    }
    None
}

fn percents(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'%' { percent(after) } else { None };
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn percent(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = text.split_first_chunk::<2>()?;
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    Some((u8::try_from(high?.wrapping_shl(4) | low?).ok()?, after))
}

fn characters(text: &str) -> String {
    let mut characters = String::new();
    let mut rest = text.chars();
    while let Some(first) = rest.clone().next() {
        let escaped = entity(rest.as_str()).or_else(|| backslash(rest.as_str()));
        if let Some((letter, after)) = escaped {
            characters.push(letter);
            rest = after.chars();
        } else {
            characters.push(first);
            rest.next();
        }
    }
    characters
}

fn entity(text: &str) -> Option<(char, &str)> {
    let named = [("&commat;", '@'), ("&period;", '.')];
    if let Some(found) = named.iter().find_map(|(name, letter)| Some((*letter, text.strip_prefix(name)?))) {
        return Some(found);
    }
    let number = text.strip_prefix("&#")?;
    let (letter, after) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => numbered(hex, 16, 8)?,
        None => numbered(number, 10, 8)?,
    };
    Some((letter, after.strip_prefix(';').unwrap_or(after)))
}

fn backslash(text: &str) -> Option<(char, &str)> {
    let escape = text.strip_prefix('\\')?;
    if let Some(braced) = escape.strip_prefix("u{") {
        let (letter, after) = numbered(braced, 16, 8)?;
        return Some((letter, after.strip_prefix('}')?));
    }
    escape
        .strip_prefix('u')
        .and_then(|hex| numbered(hex, 16, 4))
        .or_else(|| numbered(escape.strip_prefix('x')?, 16, 2))
}

/// The character whose number stands at the start of `text` with at most `length` digits, and the text after it.
fn numbered(text: &str, radix: u32, length: usize) -> Option<(char, &str)> {
    let end = text.chars().take(length).take_while(|digit| digit.is_digit(radix)).count();
    let (digits, after) = text.split_at_checked(end)?;
    let letter = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    Some((letter, after))
}
