//! A text as words with separators before them, and what of it is the host of an address on the web.

use super::fold::is_separator;

/// A run of letters and digits, and the separators between it and the word before.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    pub gap: &'a str,
    pub text: &'a str,
}

/// The words of `text`; separators after the last one make a last, empty word.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (gap, after) = split(rest, |letter| !is_separator(letter));
        let (text, after) = split(after, is_separator);
        words.push(Word { gap, text });
        rest = after;
    }
    words
}

fn split(text: &str, at: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at_checked(text.find(at).unwrap_or(text.len())).unwrap_or((text, ""))
}

/// `text` with a letter for every sequence of words whose length `harmless` tells from what starts with it.
pub fn without(text: &str, harmless: impl Fn(&[Word<'_>]) -> Option<usize>) -> String {
    let words = words(text);
    let mut kept = String::new();
    let mut rest = words.as_slice();
    while let Some((first, after)) = rest.split_first() {
        kept.push_str(first.gap);
        let found = harmless(rest).and_then(|length| rest.get(length.max(1)..));
        kept.push_str(if found.is_some() { "h" } else { first.text });
        rest = found.unwrap_or(after);
    }
    kept
}

/// An address on the web: what stands before its host, its host and port, and its path.
pub fn web_address(text: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, path) = split(rest, |letter| letter == '/');
    Some((scheme, authority, path))
}
