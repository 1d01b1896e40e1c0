//! The browser that began goes on once the wallet has answered, or gives up.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    authorize::{NOBODY, is_expected, put_code, root_of, session_of},
    deliver::{deliver, fail},
    refusal::Refusal,
    visitor::{Visitor, mark},
};
use crate::{
    Bridge, StoreError,
    oidc::{Fault, OidcError, Person},
    seconds_now,
    store::{Change, Ending, Open, Secret, Settled},
};

const DENIED: OidcError = OidcError::new(Fault::AccessDenied, "nobody logged in");

/// Whether the wallet on another device has answered: 200, or 204 if not yet.
pub(super) async fn wait(State(bridge): State<Arc<Bridge>>, visitor: Visitor) -> Response {
    let Ok(nonce) = visitor.nonce() else { return StatusCode::BAD_REQUEST.into_response() };
    match bridge.get::<Settled>(&nonce).await {
        Ok(Some(settled)) if Some(settled.browser) == visitor.mark() => StatusCode::OK.into_response(),
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Refusal::from(error).page(visitor.language),
    }
}

/// Back to the site, with a code.
pub(super) async fn finish(State(bridge): State<Arc<Bridge>>, visitor: Visitor) -> Response {
    finish_for(&bridge, &visitor).await.unwrap_or_else(|refusal| refusal.page(visitor.language))
}

/// Back to the site, without one.
pub(super) async fn cancel(State(bridge): State<Arc<Bridge>>, visitor: Visitor) -> Response {
    cancel_for(&bridge, &visitor).await.unwrap_or_else(|refusal| refusal.page(visitor.language))
}

async fn finish_for(bridge: &Arc<Bridge>, visitor: &Visitor) -> Result<Response, Refusal> {
    let nonce = visitor.nonce()?;
    let browser = visitor.browser.clone().ok_or(Refusal::BeginAgain)?;
    let settled = bridge.get::<Settled>(&nonce).await?.filter(|settled| settled.browser == mark(&browser));
    let Settled { wanted, ending, .. } = settled.ok_or(Refusal::BeginAgain)?;
    let target = wanted.target.clone();
    let person = match ending {
        Ending::Person(person) if is_expected(bridge, &wanted, &person) => person,
        Ending::Person(_) => return Ok(fail(bridge, visitor.language, &target, &NOBODY)),
        Ending::Refused => return Ok(fail(bridge, visitor.language, &target, &DENIED)),
    };
    let code = Secret::draw();
    let (at, lasts) = (code.clone(), bridge.settings.session);
    let finished = bridge.change(move |change| {
        // of two windows that go on at once, one finds it done
        if change.take::<Settled>(&nonce)?.is_none() {
            return Ok(false);
        }
        let session = put_session(change, &browser, &wanted.client, &person, lasts)?;
        put_code(change, &at, wanted, person, session).map(|_| true)
    });
    if !finished.await? {
        return Err(Refusal::BeginAgain);
    }
    Ok(deliver(bridge, visitor.language, &target, &[("code", &code.text())]))
}

fn put_session(
    change: &mut Change<'_>,
    browser: &Secret,
    client: &str,
    person: &Person,
    lasts: u64,
) -> Result<crate::store::RowId, StoreError> {
    let secret = session_of(browser, client);
    // whoever was logged in here before is not any more, with all that hangs on it
    change.end(secret.row::<Person>())?;
    change.put(&secret, person, seconds_now().saturating_add(lasts), Some(root_of(browser)))
}

async fn cancel_for(bridge: &Arc<Bridge>, visitor: &Visitor) -> Result<Response, Refusal> {
    let nonce = visitor.nonce()?;
    let open = bridge.get::<Open>(&nonce).await?.filter(|open| Some(open.browser) == visitor.mark());
    let open = open.ok_or(Refusal::BeginAgain)?;
    bridge.change(move |change| change.take::<Open>(&nonce)).await?;
    Ok(fail(bridge, visitor.language, &open.wanted.target, &DENIED))
}
