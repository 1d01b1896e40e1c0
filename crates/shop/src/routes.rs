//! The site's addresses.

use std::sync::{Arc, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use realdid_login::Response as LoginResponse;
use realdid_types::wire::TopLevel;

use crate::{
    Browser, Login, Person, Refusal, Shop, draw,
    language::{Words, words},
    oidc::Back,
    page::{HAND_IN, Page, STYLE, escape},
};

/// The largest response in base64, and the form's own words.
const FORM_BYTES_MAX: usize = LoginResponse::BYTES_MAX * 2;
/// What lies in the window.
const GOODS: [(&str, &str); 3] =
    [("The Blue Ledger", "蓝色账本"), ("Longjing, 100 g", "龙井 100 克"), ("A paper fan", "纸扇")];

/// What browsers ask.
pub fn router(shop: Shop) -> Router {
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    let routes = Router::new()
        .route("/", get(show))
        .route("/log-in", get(begin))
        .route("/log-out", post(leave))
        .route("/login", get(returned).post(answered).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/back", get(came_back))
        .route("/style.css", asset("text/css; charset=utf-8", STYLE))
        .route("/return.js", asset("text/javascript; charset=utf-8", HAND_IN));
    routes.with_state(Arc::new(shop))
}

async fn show(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let words = words(&headers);
    let browser = shop.browser(&headers).unwrap_or_else(draw);
    let known = shop.person(&browser);
    let account = known.map_or_else(|| invitation(words), |person| account(words, &person));
    let goods = GOODS.map(|(english, chinese)| {
        let name = if words.tag == "zh" { chinese } else { english };
        format!("<li>{name}</li>")
    });
    let body = format!("<p>{}</p>{account}<ul>{}</ul>", words.lead, goods.concat());
    (shop.remembering(browser), Page::new(words, &shop.name, &body)).into_response()
}

fn invitation(words: &Words) -> String {
    // the wallet compares the origin that sends the person with the one in the challenge
    format!("<p><a class=button href=/log-in referrerpolicy=origin>{}</a></p>", words.log_in)
}

fn account(words: &Words, person: &Person) -> String {
    let real = if person.real { format!("<p>{}</p>", words.knows_real) } else { String::new() };
    let subject = escape(&person.subject);
    format!(
        "<h2>{}, {}.</h2><aside><p>{}</p><p><code>{subject}</code></p><p>{}</p>{real}</aside>\
         <form method=post action=/log-out><button>{}</button></form>",
        words.welcome,
        subject.get(..8).unwrap_or(&subject),
        words.knows,
        words.knows_new,
        words.log_out
    )
}

/// Sends the browser to the wallet, or to the bridge.
async fn begin(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let browser = shop.browser(&headers).unwrap_or_else(draw);
    let link = match &shop.login {
        Login::Offline(offline) => offline.link(browser),
        Login::Oidc(oidc) => oidc.link(browser),
    };
    let policy = [(header::REFERRER_POLICY, "origin")];
    (shop.remembering(browser), policy, Redirect::to(&link)).into_response()
}

/// The page to which the wallet sends the browser back.
async fn returned(headers: HeaderMap) -> Page {
    let words = words(&headers);
    let form = "<form method=post action=/login><input type=hidden name=response></form><script src=/return.js></script>";
    Page::new(words, words.moment, &format!("<noscript><p>{}</p></noscript>{form}", words.needs_script))
}

async fn answered(State(shop): State<Arc<Shop>>, headers: HeaderMap, form: Bytes) -> Response {
    let mut fields = url::form_urlencoded::parse(&form);
    let response = fields.find(|(name, _)| name == "response").map(|(_, value)| value).unwrap_or_default();
    let browser = shop.browser(&headers);
    let person = match (&shop.login, browser) {
        (Login::Offline(offline), Some(browser)) => offline.verify(&response, browser),
        _ => Err(Refusal::new("other_session", "no login was begun in this browser")),
    };
    shop.welcome(&headers, person)
}

async fn came_back(State(shop): State<Arc<Shop>>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let person = match (&shop.login, shop.browser(&headers)) {
        (Login::Oidc(oidc), Some(browser)) => oidc.finish(&back, browser).await,
        _ => Err(Refusal::new("not_begun", "no login was begun in this browser")),
    };
    shop.welcome(&headers, person)
}

async fn leave(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Redirect {
    if let Some(browser) = shop.browser(&headers) {
        shop.people.lock().unwrap_or_else(PoisonError::into_inner).take(&browser);
    }
    Redirect::to("/")
}

impl Shop {
    /// Keeps who has logged in, under a name for the browser that nobody can have planted.
    fn welcome(&self, headers: &HeaderMap, person: Result<Person, Refusal>) -> Response {
        let words = words(headers);
        match person {
            Ok(person) => {
                let fresh = draw();
                self.people.lock().unwrap_or_else(PoisonError::into_inner).put(fresh, person);
                (self.remembering(fresh), Redirect::to("/")).into_response()
            }
            Err(refusal) => {
                let body = format!(
                    "<p role=alert>{}</p><p><a class=button href=/>{}</a></p>",
                    escape(&refusal.to_string()),
                    words.again
                );
                Page::new(words, words.refused, &body).status(StatusCode::FORBIDDEN).into_response()
            }
        }
    }

    fn person(&self, browser: &Browser) -> Option<Person> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).get(browser).cloned()
    }

    fn browser(&self, headers: &HeaderMap) -> Option<Browser> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == self.cookie)?;
        let mut browser = [0; 32];
        let digits = value.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
        let bytes = digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<Vec<u8>>>()?;
        (value.len() == 64).then(|| browser.copy_from_slice(&bytes))?;
        Some(browser)
    }

    fn remembering(&self, browser: Browser) -> [(HeaderName, String); 1] {
        let digits: String = browser.iter().map(|byte| format!("{byte:02x}")).collect();
        [(header::SET_COOKIE, format!("{}={digits}; Path=/; HttpOnly; SameSite=Lax", self.cookie))]
    }
}
