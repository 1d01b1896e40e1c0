//! The authorization endpoint.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_login::matching_number;
use realdid_types::{Did, Timestamp, Wire};

use super::{
    cookie,
    deliver::{deliver, fail},
    refusal::Refusal,
    visitor::{Visitor, mark},
};
use crate::{
    Bridge, StoreError, milliseconds_now,
    oidc::{Fault, Grant, Hint, OidcError, Parameters, Party, Person, Prompt, Wanted, client_of},
    pages::{Ask, ask},
    seconds_now,
    store::{Change, Code, Open, RowId, Secret},
};

/// What a site gets if nobody is logged in, or somebody else than it expects.
pub(super) const NOBODY: OidcError =
    OidcError::new(Fault::LoginRequired, "nobody is logged in here who fits the request");

/// A site sends somebody to log in.
pub(super) async fn begin(State(bridge): State<Arc<Bridge>>, visitor: Visitor) -> Response {
    let begun = begin_for(&bridge, &visitor).await;
    begun.unwrap_or_else(|refusal| refusal.page(visitor.language))
}

/// The same by `POST`, as OpenID Connect wants it. Browsers send no cookie with a form of a strange page; where that leads by
/// `GET`, they do.
pub(super) async fn begin_posted(form: Bytes) -> Response {
    Redirect::to(&format!("/authorize?{}", as_query(&form))).into_response()
}

/// A form as the query that says the same.
pub(super) fn as_query(form: &[u8]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(url::form_urlencoded::parse(form))
        .finish()
}

async fn begin_for(bridge: &Arc<Bridge>, visitor: &Visitor) -> Result<Response, Refusal> {
    let parameters: &Parameters = visitor.parameters()?;
    let party = party(bridge, client_of(parameters, bridge.ledger.network())?).await?;
    let wanted = match Wanted::read(parameters, &party)? {
        Ok(wanted) => wanted,
        Err((target, error)) => return Ok(fail(bridge, visitor.language, &target, &error)),
    };
    match session(bridge, visitor, &wanted).await? {
        Some((person, session)) => {
            let code = Secret::draw();
            let (target, at) = (wanted.target.clone(), code.clone());
            bridge.change(move |change| put_code(change, &at, wanted, person, session)).await?;
            Ok(deliver(bridge, visitor.language, &target, &[("code", &code.text())]))
        }
        None if wanted.prompt == Prompt::Never => Ok(fail(bridge, visitor.language, &wanted.target, &NOBODY)),
        None => ask_wallet(bridge, visitor, &party, wanted).await,
    }
}

/// The site with a DID, as it stands on the ledger.
pub(super) async fn party(bridge: &Bridge, did: Did) -> Result<Party, Refusal> {
    let entry = bridge.ledger.site(did, Timestamp(milliseconds_now())).await?;
    let network = bridge.ledger.network();
    Ok(Party::new(did, network, entry, (&bridge.issuer, &bridge.return_address))?)
}

/// The secret of a browser's session at a site.
pub(super) fn session_of(browser: &Secret, client: &str) -> Secret {
    browser.derive("session", client)
}

/// Below what all sessions of a browser hang.
pub(super) fn root_of(browser: &Secret) -> RowId {
    browser.row::<Person>()
}

/// Who is logged in and answers a request, so that nobody need be asked.
async fn session(
    bridge: &Arc<Bridge>,
    visitor: &Visitor,
    wanted: &Wanted,
) -> Result<Option<(Person, RowId)>, Refusal> {
    let Some(browser) = visitor.browser.as_ref().filter(|_| wanted.prompt != Prompt::Always) else {
        return Ok(None);
    };
    let secret = session_of(browser, &wanted.client);
    let person = bridge.get::<Person>(&secret).await?;
    let answers =
        |person: &Person| person.answers(wanted, seconds_now()) && is_expected(bridge, wanted, person);
    Ok(person.filter(answers).map(|person| (person, secret.row::<Person>())))
}

/// Whether it is the person whom the request's `id_token_hint` names, if it has one.
pub(super) fn is_expected(bridge: &Bridge, wanted: &Wanted, person: &Person) -> bool {
    let Some(token) = &wanted.hint else { return true };
    let hint = bridge.keys().verified::<Hint>(token, seconds_now());
    hint.is_some_and(|hint| hint.sub == person.subject && hint.aud == wanted.client)
}

/// Keeps what a code stands for, below the session.
pub(super) fn put_code(
    change: &mut Change<'_>,
    code: &Secret,
    wanted: Wanted,
    person: Person,
    session: RowId,
) -> Result<RowId, StoreError> {
    let grant = Grant::new(wanted, person, seconds_now());
    let expires = grant.expires;
    change.put(code, &Code::Fresh(Box::new(grant), session.bytes()), expires, Some(session))
}

async fn ask_wallet(
    bridge: &Arc<Bridge>,
    visitor: &Visitor,
    party: &Party,
    wanted: Wanted,
) -> Result<Response, Refusal> {
    let browser = visitor.browser.clone().unwrap_or_else(Secret::draw);
    let nonce = Secret::draw();
    let challenge = bridge.challenge(party.did(), wanted.scope, &nonce);
    let bytes = challenge.encode();
    let mut page = ask(&Ask {
        language: visitor.language,
        site: party.name(),
        real_name: wanted.scope.real_name,
        wallet: &bridge.settings.wallet,
        challenge: &URL_SAFE_NO_PAD.encode(&bytes),
        nonce: &nonce.text(),
        number: challenge.other_device.then(|| matching_number(&challenge)),
    })
    .into_response();
    let open = Open { challenge: bytes, browser: mark(&browser), wanted };
    let expires = challenge.expires.0 / 1_000;
    bridge.change(move |change| change.put(&nonce, &open, expires, None)).await?;
    if let Some(cookie) = cookie::write(&browser, &bridge.issuer) {
        page.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(page)
}
