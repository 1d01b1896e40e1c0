//! Texts in the encodings that make text of bytes: hex, base32, base64 and base58.
//!
//! An encoded text may stand anywhere in a run of letters that could belong to it too, so a run is decoded from every
//! position at which a group may begin. What was not encoded comes out as noise, among which the text stands.

use super::{
    backwards,
    fold::is_separator,
    word::{Word, words},
};

/// The shortest run of characters that is decoded.
const RUN_MIN: usize = 12;
/// The shortest text that is looked at. Few addresses are shorter, and chance writes those once in ten thousand digests.
const TEXT_MIN: usize = 9;

/// An encoding with a fixed number of bits in each character.
struct Code {
    bits: u32,
    /// How many characters a whole number of bytes takes.
    group: usize,
    value: fn(char) -> Option<u32>,
}

const CODES: [Code; 4] = [
    Code { bits: 4, group: 2, value: |letter| letter.to_digit(16) },
    Code { bits: 5, group: 8, value: base32 },
    // The other alphabet of RFC 4648: 0-9 and A-V.
    Code { bits: 5, group: 8, value: |letter| letter.to_digit(32) },
    Code { bits: 6, group: 4, value: base64 },
];

/// What `text` may have encoded, forwards or backwards, noise included.
pub fn texts(text: &str) -> Vec<String> {
    [text.to_owned(), backwards(text)].iter().flat_map(|text| forward_texts(text)).collect()
}

fn forward_texts(text: &str) -> Vec<String> {
    let pathless = text.replace('/', "");
    let jointless: String = text.chars().filter(|letter| !is_separator(*letter)).collect();
    let views = [text, &pathless, &jointless];
    let coded = views.iter().flat_map(|view| CODES.iter().flat_map(|code| decoded(view, code)));
    coded.chain(base58_texts(text)).collect()
}

fn decoded(text: &str, code: &Code) -> Vec<String> {
    let values: Vec<Option<u32>> = text.chars().map(code.value).collect();
    let runs = values.split(Option::is_none).filter(|run| run.len() >= RUN_MIN);
    let starts = runs.flat_map(|run| (0..code.group).filter_map(|start| run.get(start..)));
    starts.flat_map(|run| printable(&regrouped(run, code.bits))).collect()
}

/// The whole bytes among the bits of `values`, each of which has as many as `bits` says.
fn regrouped(values: &[Option<u32>], bits: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut buffer, mut held) = (0_u32, 0_u32);
    for value in values.iter().flatten() {
        buffer = buffer.wrapping_shl(bits) | value;
        held = held.saturating_add(bits);
        if held >= 8 {
            held = held.saturating_sub(8);
            let [.., byte] = buffer.wrapping_shr(held).to_be_bytes();
            bytes.push(byte);
        }
    }
    bytes
}

/// The stretches of `bytes` that people can read.
fn printable(bytes: &[u8]) -> Vec<String> {
    let stretches = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().split(char::is_control));
    stretches.filter(|text| text.len() >= TEXT_MIN).map(str::to_owned).collect()
}

/// What single words, and words with all that follow, say in base58. Each character depends on all others here, so only
/// what decodes as a whole counts.
fn base58_texts(text: &str) -> Vec<String> {
    let words = words(text);
    let tails = (0..words.len()).filter_map(|start| words.get(start..)).map(concatenated);
    let singles = words.iter().map(|word| word.text.to_owned());
    singles.chain(tails).filter_map(|run| base58(&run)).collect()
}

fn concatenated(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.text).collect()
}

fn base58(run: &str) -> Option<String> {
    let bytes = if run.len() < RUN_MIN { None } else { bs58::decode(run).into_vec().ok() };
    String::from_utf8(bytes?).ok().filter(|text| !text.contains(char::is_control))
}

fn base32(letter: char) -> Option<u32> {
    match letter {
        '2'..='7' => letter.to_digit(10)?.checked_add(24),
        _ if letter.is_ascii_alphabetic() => letter.to_digit(36)?.checked_sub(10),
        _ => None,
    }
}

fn base64(letter: char) -> Option<u32> {
    let code = u32::from(letter);
    match letter {
        'A'..='Z' => code.checked_sub(65),
        'a'..='z' => code.checked_sub(71),
        '0'..='9' => code.checked_add(4),
        '+' | '-' => Some(62),
        '/' | '_' => Some(63),
        _ => None,
    }
}
