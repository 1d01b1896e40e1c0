//! The page that sends a person to the wallet.

use super::{Language, Page, page::escape, picture::qr};

/// What the page says.
pub(crate) struct Ask<'a> {
    /// In which language.
    pub(crate) language: Language,
    /// The site's name on the ledger.
    pub(crate) site: &'a str,
    /// Whether it asks for a real person.
    pub(crate) real_name: bool,
    /// Where the wallet is.
    pub(crate) wallet: &'a str,
    /// What it is asked.
    pub(crate) challenge: &'a str,
    /// Names the challenge to this bridge.
    pub(crate) nonce: &'a str,
    /// What page and wallet both show, if they may be on two devices.
    pub(crate) number: Option<u8>,
}

/// Looks every two seconds if the wallet on the other device has answered.
const WAIT: &str = "\
const nonce=document.querySelector('[data-nonce]').dataset.nonce;\
setInterval(async()=>{try{\
const answer=await fetch('/wait?challenge='+nonce,{credentials:'same-origin'});\
if(answer.status===200)location.replace('/continue?challenge='+nonce)\
}catch{}},2000)";

/// The page.
pub(crate) fn ask(ask: &Ask<'_>) -> Page {
    let words = ask.language.words();
    let asks = if ask.real_name { words.asks_real } else { words.asks_who };
    let link = format!("{}#challenge={}", ask.wallet, ask.challenge);
    // the wallet compares the origin that sends the person with the one in the challenge
    let page = Page::new(ask.language, &format!("{} · {}", words.log_in, ask.site))
        .with(&format!("<p><b>{}</b> {}</p>", escape(ask.site), escape(asks)))
        .with(&format!(
            "<p><a class=button href=\"{}\" referrerpolicy=origin>{}</a></p>",
            escape(&link),
            escape(words.in_wallet)
        ));
    let page = match (ask.number, qr(&link)) {
        (Some(number), Some(picture)) => page
            .with(&format!(
                "<p data-nonce=\"{}\">{}</p><output aria-label=\"{}\">{number}</output>{picture}",
                escape(ask.nonce),
                escape(words.other_device),
                escape(words.number)
            ))
            .running(WAIT),
        _ => page,
    };
    let cancel = format!("/cancel?challenge={}", ask.nonce);
    page.with(&format!("<p><small>{}</small></p>", escape(words.proven))).with(&format!(
        "<a class=quiet href=\"{}\">{}</a>",
        escape(&cancel),
        escape(words.cancel)
    ))
}
