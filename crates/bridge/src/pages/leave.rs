//! The page that asks if somebody wants to log out, where the site did not show that it is the person's wish.

use super::{Language, Page, page::escape};

/// The page. `site` is its name, its DID, and where to go afterwards; without it all sessions are meant.
pub(crate) fn leave(
    language: Language,
    site: Option<&str>,
    fields: &[(&str, &str)],
    back: Option<&str>,
) -> Page {
    let words = language.words();
    let question =
        site.map_or_else(|| words.log_out_of_all.to_owned(), |name| format!("{} {name}", words.log_out_of));
    let input = |(name, value): &(&str, &str)| {
        format!("<input type=hidden name=\"{}\" value=\"{}\">", escape(name), escape(value))
    };
    let inputs: String = fields.iter().map(input).collect();
    let page = Page::new(language, words.log_out)
        .saying(&question)
        .with(&format!(
            "<form method=post action=\"/logout\">{inputs}<button name=confirm value=yes>{}</button></form>",
            escape(words.log_out)
        ))
        .posting_to("'self'");
    // browsers apply the policy to where the form's answer sends them, too
    match back {
        Some(back) => page.posting_to(back),
        None => page,
    }
}
