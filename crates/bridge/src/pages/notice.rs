//! Pages that say one thing.

use axum::http::StatusCode;

use super::{Language, Page, page::escape};

/// What there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice<'a> {
    /// A request with which something is wrong that only the site's owner can set right.
    NoLogin(&'a str),
    /// Too much is going on, or the ledger cannot be asked.
    Busy,
    /// A login that is no more.
    BeginAgain,
    /// An answer that did not hold, by its code.
    Refused(&'a str),
    /// An answer from another device, which held.
    DoneElsewhere,
    /// Nobody is logged in any more.
    LoggedOut,
    /// No such page.
    NothingThere,
}

/// The page.
pub(crate) fn notice(language: Language, notice: Notice<'_>) -> Page {
    let words = language.words();
    let page = |title, text: &str, status| Page::new(language, title).saying(text).status(status);
    match notice {
        Notice::NoLogin(why) => Page::new(language, words.no_login)
            .with(&format!("<p>{}</p><p><small lang=en>{}</small></p>", escape(words.for_owner), escape(why)))
            .status(StatusCode::BAD_REQUEST),
        Notice::Busy => page(words.log_in, words.busy, StatusCode::SERVICE_UNAVAILABLE),
        Notice::BeginAgain => page(words.log_in, words.begin_again, StatusCode::BAD_REQUEST),
        Notice::Refused(code) => {
            page(words.log_in, &format!("{} ({code})", words.refused), StatusCode::FORBIDDEN)
        }
        Notice::DoneElsewhere => page(words.log_in, words.done_elsewhere, StatusCode::OK),
        Notice::LoggedOut => page(words.log_out, words.logged_out, StatusCode::OK),
        Notice::NothingThere => page("404", words.nothing_there, StatusCode::NOT_FOUND),
    }
}
