//! Where wallets' answers come back.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_login::{Challenge, Login, LoginError, Response as Answer};
use realdid_types::{Timestamp, Wire};
use serde_json::json;

use super::{authorize::party, refusal::Refusal, visitor::Visitor};
use crate::{
    Bridge, StoreError, milliseconds_now,
    oidc::{Parameters, Person, client_of},
    pages::{Language, Notice, back, notice},
    randomness::draw,
    seconds_now,
    store::{Change, Ending, Open, Secret, Settled},
};

/// How long the browser may take to go on, in seconds: the one on another device looks every two.
const GO_ON_SECONDS: u64 = 120;

/// The page that hands the answer in.
pub(super) async fn page(visitor: Visitor) -> Response {
    back(visitor.language).into_response()
}

/// An answer.
pub(super) async fn take(
    State(bridge): State<Arc<Bridge>>,
    headers: HeaderMap,
    visitor: Visitor,
    form: Bytes,
) -> Response {
    let wants_json =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json");
    let reply = Reply { language: visitor.language, wants_json };
    match settle(&bridge, &visitor, &form).await {
        Ok(Outcome { nonce, here, login: Ok(()) }) => reply.taken(&nonce, here),
        Ok(Outcome { nonce, here, login: Err(error) }) => reply.refused(&error, here.then_some(&nonce)),
        Err(Failure::Login(error)) => reply.refused(&error, None),
        Err(Failure::Refusal(refusal)) => reply.failed(refusal),
    }
}

/// What became of an answer to a challenge that was open.
struct Outcome {
    nonce: Secret,
    /// Whether it came from the browser that was asked.
    here: bool,
    login: Result<(), LoginError>,
}

enum Failure {
    Login(LoginError),
    Refusal(Refusal),
}

impl<E: Into<Refusal>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refusal(error.into())
    }
}

async fn settle(bridge: &Arc<Bridge>, visitor: &Visitor, form: &[u8]) -> Result<Outcome, Failure> {
    let answer = read(form).map_err(Failure::Login)?;
    let nonce = Secret::of(*answer.challenge.nonce.as_bytes());
    let Some(open) = bridge.get::<Open>(&nonce).await? else {
        return Err(Failure::Login(LoginError::NonceUnknown));
    };
    // a site that closed meanwhile, or dropped this bridge
    let named = Parameters::only("client_id", &open.wanted.client);
    party(bridge, client_of(&named, bridge.ledger.network()).map_err(Refusal::from)?).await?;
    let asked = Challenge::decode(&open.challenge).map_err(|error| Failure::Login(error.into()))?;
    let here = visitor.mark() == Some(open.browser);
    if !here && !asked.other_device {
        return Err(Failure::Login(LoginError::OtherSession));
    }
    let login = bridge.ledger.verify(&asked, answer, Timestamp(milliseconds_now()));
    let ending = login.as_ref().map_or(Ending::Refused, |login| Ending::Person(person(login)));
    let settled = Settled { browser: open.browser, wanted: open.wanted, ending };
    let at = nonce.clone();
    if bridge.change(move |change| close(change, &at, &settled)).await? {
        Ok(Outcome { nonce, here, login: login.map(drop) })
    } else {
        // of two answers that come at once, one finds the challenge closed
        Err(Failure::Login(LoginError::NonceUnknown))
    }
}

fn read(form: &[u8]) -> Result<Answer, LoginError> {
    let malformed = || LoginError::from(realdid_types::DecodeError::Missing(2));
    let parameters = Parameters::parse(form).map_err(|_| malformed())?;
    let text = parameters.get("response").ok_or_else(malformed)?;
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| malformed())?;
    Ok(Answer::decode(&bytes)?)
}

/// The one moment at which the DID is turned into what the site may know.
fn person(login: &Login) -> Person {
    Person {
        subject: login.subject.to_string(),
        auth_time: seconds_now(),
        real_name: login.level.is_some(),
        sid: URL_SAFE_NO_PAD.encode(draw::<16>()),
    }
}

/// Closes a challenge, if it is still open, by what came of it.
fn close(change: &mut Change<'_>, nonce: &Secret, settled: &Settled) -> Result<bool, StoreError> {
    if change.take::<Open>(nonce)?.is_none() {
        return Ok(false);
    }
    change.put(nonce, settled, seconds_now().saturating_add(GO_ON_SECONDS), None)?;
    Ok(true)
}

/// How an answer is acknowledged: to the page's script in JSON, to another device with a page.
struct Reply {
    language: Language,
    wants_json: bool,
}

impl Reply {
    fn taken(&self, nonce: &Secret, here: bool) -> Response {
        let go_on = format!("/continue?challenge={}", nonce.text());
        match (self.wants_json, here) {
            (true, _) => Json(json!({ "continue": go_on })).into_response(),
            (false, true) => Redirect::to(&go_on).into_response(),
            (false, false) => notice(self.language, Notice::DoneElsewhere).into_response(),
        }
    }

    /// With the challenge that is over, so that the browser can go back to the site, if it is the one that began.
    fn refused(&self, error: &LoginError, nonce: Option<&Secret>) -> Response {
        tracing::info!(code = error.code(), "a login is refused");
        if !self.wants_json {
            return notice(self.language, Notice::Refused(error.code())).into_response();
        }
        let go_on = nonce.map(|nonce| format!("/continue?challenge={}", nonce.text()));
        let told =
            json!({ "error": error.code(), "error_description": error.to_string(), "continue": go_on });
        (StatusCode::FORBIDDEN, Json(told)).into_response()
    }

    fn failed(&self, refusal: Refusal) -> Response {
        let words = refusal.to_string();
        let page = refusal.page(self.language);
        if self.wants_json { (page.status(), Json(json!({ "error": words }))).into_response() } else { page }
    }
}
