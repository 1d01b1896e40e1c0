//! Keeps personal data off the ledger, which forgets nothing: identity-card numbers, mobile numbers and e-mail
//! addresses, also where somebody wrote them in another way.
//!
//! It stops mistakes and the usual tricks. Who means to hide a number can encrypt it, and no filter sees that.

mod address;
mod escape;
mod fold;
mod hidden;
mod number;
mod word;

use std::collections::BTreeSet;

/// How often what was found inside a text is itself looked into.
const DEPTH_MAX: usize = 3;
/// How many texts one text may hide at one depth; names and addresses hide a few dozen, all of them noise.
const HIDDEN_MAX: usize = 200;

/// Whether `text` holds a Chinese identity-card number (GB 11643), a mobile number of mainland China or an e-mail
/// address: as it stands, backwards, with other characters for the same digits and signs, with separators
/// between the digits, escaped, or encoded as hex, base32, base64 or base58, up to three of these inside each other.
///
/// A text that hides too many others to look at all of them, or escapes too often, counts as personal.
///
/// A rule of consensus: what it answers for a text may change only with the format of the chain.
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    let mut texts = BTreeSet::from([text.to_owned()]);
    for _ in 0..=DEPTH_MAX {
        let Some(readings) = texts.iter().map(|text| readings(text)).collect::<Option<Vec<_>>>() else {
            return true;
        };
        let readings: BTreeSet<String> = readings.into_iter().flatten().collect();
        if readings.len() > HIDDEN_MAX || readings.iter().any(|reading| is_personal(reading)) {
            return true;
        }
        texts = readings.iter().flat_map(|reading| hidden::texts(reading)).collect();
    }
    false
}

/// What `text` says in plain characters and as its escapes are resolved, also if those stand in it backwards.
fn readings(text: &str) -> Option<Vec<String>> {
    let mut forward = escape::rounds(text)?;
    // The first round resolves nothing, and what reads the forward one tries both directions.
    forward.extend(escape::rounds(&backwards(text))?.into_iter().skip(1));
    Some(forward)
}

fn is_personal(reading: &str) -> bool {
    number::is_in(reading) || address::is_in(reading)
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests;
