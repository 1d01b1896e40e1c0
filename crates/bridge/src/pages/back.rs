//! The page to which the wallet sends the browser back.

use super::{Language, Page, page::escape};

/// Hands the answer, which stands behind a `#` that servers never see, to the bridge from the bridge's own origin, so that
/// the browser sends its cookie; then it goes on.
const HAND_IN: &str = "\
const say=document.querySelector('[data-refused]'),go=document.querySelector('a');\
(async()=>{\
const response=new URLSearchParams(location.hash.slice(1)).get('response')??'';\
const answer=await fetch('/return',{method:'POST',credentials:'same-origin',\
headers:{accept:'application/json'},body:new URLSearchParams({response})});\
const told=await answer.json();\
if(answer.ok){history.replaceState(null,'','/return');location.replace(told.continue);return}\
say.textContent=say.dataset.refused+' ('+told.error+')';\
if(told.continue){go.href=told.continue;go.hidden=false}\
})().catch(()=>{say.textContent=say.dataset.lost})";

/// The page.
pub(crate) fn back(language: Language) -> Page {
    let words = language.words();
    Page::new(language, words.log_in)
        .with(&format!(
            "<p role=status data-refused=\"{}\" data-lost=\"{}\">{}</p><noscript><p>{}</p></noscript><a class=button hidden>{}</a>",
            escape(words.refused),
            escape(words.not_reached),
            escape(words.moment),
            escape(words.needs_script),
            escape(words.go_on)
        ))
        .running(HAND_IN)
}
