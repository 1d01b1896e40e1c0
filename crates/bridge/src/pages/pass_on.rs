//! A page that posts an answer to a site (OAuth 2.0 Form Post Response Mode).

use super::{Language, Page, page::escape};

const SUBMIT: &str = "document.forms[0].submit()";

/// The page.
pub(crate) fn pass_on(language: Language, address: &str, fields: &[(&str, &str)]) -> Page {
    let words = language.words();
    let input = |(name, value): &(&str, &str)| {
        format!("<input type=hidden name=\"{}\" value=\"{}\">", escape(name), escape(value))
    };
    let inputs: String = fields.iter().map(input).collect();
    Page::new(language, words.log_in)
        .with(&format!(
            "<form method=post action=\"{}\">{inputs}<p>{}</p><noscript><button>{}</button></noscript></form>",
            escape(address),
            escape(words.moment),
            escape(words.go_on)
        ))
        .posting_to(address)
        .running(SUBMIT)
}
