//! E-mail addresses, with the at sign or with what people write for it.

use super::{
    backwards,
    word::{Word, web_address, words},
};

/// Ends of a domain after a dot in letters; any others are words of a sentence.
const SPELLED_ENDS: [&str; 10] = ["com", "net", "org", "edu", "gov", "mil", "info", "biz", "xyz", "top"];
/// Ends of files' names: `look-at-me.html` is no address.
const FILE_ENDS: [&str; 22] = [
    "asp", "aspx", "css", "gif", "htm", "html", "ico", "jpeg", "jpg", "js", "json", "jsp", "pdf", "php",
    "png", "shtml", "svg", "txt", "webp", "xhtml", "xml", "yaml",
];

/// Whether an e-mail address is in `text`, forwards or backwards.
///
/// The host of an address on the web may have a label `at`; who registered it wrote no one's address there.
pub fn is_in(text: &str) -> bool {
    let hostless = web_address(text).map(|(scheme, _, path)| format!("{scheme}://{path}"));
    let hostless = hostless.as_deref().unwrap_or(text);
    has_sign(text)
        || has_sign(&backwards(text))
        || has_spelled_sign(hostless)
        || has_spelled_sign(&backwards(hostless))
}

fn has_sign(text: &str) -> bool {
    let words = words(text);
    tails(&words).any(|tail| match tail {
        [local, domain @ ..] => !local.text.is_empty() && follows_sign(domain) && is_domain(domain),
        [] => false,
    })
}

fn follows_sign(domain: &[Word<'_>]) -> bool {
    // A slash before the sign ends what could be somebody's name: `example.com/@user.name`.
    domain.first().is_some_and(|first| first.gap.contains('@') && !first.gap.contains('/'))
}

fn has_spelled_sign(text: &str) -> bool {
    let words = words(text);
    tails(&words).any(|tail| match tail {
        [local, sign, domain @ ..] => {
            !local.text.is_empty() && spells(sign, domain, "at") && is_domain(domain)
        }
        _ => false,
    })
}

fn tails<'a, 'b>(words: &'b [Word<'a>]) -> impl Iterator<Item = &'b [Word<'a>]> {
    (0..words.len()).filter_map(|start| words.get(start..))
}

/// Whether `sign` is the word `name`, set off in the same way on both sides.
fn spells(sign: &Word<'_>, after: &[Word<'_>], name: &str) -> bool {
    let Some(next) = after.first() else {
        return false;
    };
    let (left, right) = (sign.gap.trim(), next.gap.trim());
    let is_bracketed = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")].contains(&(left, right));
    let is_set_off =
        left == right && !left.contains(['/', ':', '&', ',']) && !sign.gap.is_empty() && !next.gap.is_empty();
    sign.text.eq_ignore_ascii_case(name) && (is_bracketed || is_set_off)
}

/// Whether `words` start with labels and an end such as `.cn`, `-dot-com` or ` dot com`.
fn is_domain(words: &[Word<'_>]) -> bool {
    let Some((_, mut rest)) = words.split_first() else {
        return false;
    };
    while let Some((next, after)) = rest.split_first() {
        if spells(next, after, "dot") {
            if after.first().is_some_and(is_spelled_end) {
                return true;
            }
            rest = after;
        } else if next.gap == "." && is_end(next.text) {
            return true;
        } else if next.gap != "." && !next.gap.chars().all(|joint| matches!(joint, '-' | '_')) {
            return false;
        }
        rest = rest.split_first().map_or(rest, |(_, after)| after);
    }
    false
}

/// Whether a domain may end in `label`, or in the start of it if something was written right behind.
fn is_end(label: &str) -> bool {
    let letters = label.chars().take_while(|letter| !letter.is_ascii_digit()).count();
    letters >= 2 && !FILE_ENDS.iter().any(|end| label.eq_ignore_ascii_case(end))
}

fn is_spelled_end(word: &Word<'_>) -> bool {
    let letters = word.text.chars().filter(|letter| !letter.is_ascii_digit()).count();
    letters == 2 || SPELLED_ENDS.iter().any(|end| word.text.eq_ignore_ascii_case(end))
}
