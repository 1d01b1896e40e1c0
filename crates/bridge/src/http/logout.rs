//! The end of a session.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use realdid_types::Did;

use super::{
    authorize::{as_query, party, root_of, session_of},
    refusal::Refusal,
    visitor::Visitor,
};
use crate::{
    Bridge,
    oidc::{Hint, LogoutRequest, Parameters, Party, PartyError, Person, with_query},
    pages::{Notice, leave as leave_page, notice},
    seconds_now,
    store::{RowId, Secret},
};

/// A site sends somebody to log out.
pub(super) async fn leave(State(bridge): State<Arc<Bridge>>, visitor: Visitor) -> Response {
    let left = match visitor.parameters() {
        Ok(parameters) => leave_for(&bridge, &visitor, parameters, false).await,
        Err(refusal) => Err(refusal),
    };
    left.unwrap_or_else(|refusal| refusal.page(visitor.language))
}

/// The person confirms, or a site asks by `POST`. Browsers send the cookie with the bridge's own form alone; so a site is led to
/// ask by `GET`, and no strange page can confirm.
pub(super) async fn leave_posted(
    State(bridge): State<Arc<Bridge>>,
    visitor: Visitor,
    form: Bytes,
) -> Response {
    let left = match Parameters::parse(&form) {
        Ok(parameters) if parameters.get("confirm") == Some("yes") => {
            leave_for(&bridge, &visitor, &parameters, true).await
        }
        Ok(_) => Ok(Redirect::to(&format!("/logout?{}", as_query(&form))).into_response()),
        Err(_) => Err(PartyError::Repeated.into()),
    };
    left.unwrap_or_else(|refusal| refusal.page(visitor.language))
}

async fn leave_for(
    bridge: &Arc<Bridge>,
    visitor: &Visitor,
    parameters: &Parameters,
    confirmed: bool,
) -> Result<Response, Refusal> {
    let hint = parameters.get("id_token_hint");
    let hint = hint.and_then(|token| bridge.keys().verified::<Hint>(token, seconds_now()));
    let asked = LogoutRequest::read(parameters, hint, bridge.ledger.network())?;
    let party = named(bridge, &asked).await?;
    let back = back(&asked, party.as_ref())?;
    if let Some(browser) = &visitor.browser {
        let session = meant(bridge, browser, asked.site).await?;
        let is_shown = |known: &Option<String>| known.is_some() && asked.session == *known;
        match session {
            None => {}
            Some((row, sid)) if confirmed || is_shown(&sid) => {
                bridge.change(move |change| change.end(row)).await?;
            }
            Some(_) => return Ok(question(visitor, parameters, party.as_ref())),
        }
    }
    Ok(match back {
        Some(address) => Redirect::to(&address).into_response(),
        None => notice(visitor.language, Notice::LoggedOut).into_response(),
    })
}

/// The site, if it is needed: without an address to go back to, also somebody whose site is closed can log out.
async fn named(bridge: &Bridge, asked: &LogoutRequest) -> Result<Option<Party>, Refusal> {
    match (asked.site, &asked.back) {
        (Some(did), Some(_)) => party(bridge, did).await.map(Some),
        (Some(did), None) => Ok(party(bridge, did).await.ok()),
        (None, _) => Ok(None),
    }
}

/// Where to go afterwards: nowhere, or to a page of the site that is named.
fn back(asked: &LogoutRequest, party: Option<&Party>) -> Result<Option<String>, PartyError> {
    let Some(address) = &asked.back else { return Ok(None) };
    let party = party.ok_or(PartyError::NoClient)?;
    if !party.takes_back_at(address) {
        return Err(PartyError::ForeignLogout(party.name().to_owned()));
    }
    let state = asked.state.as_deref().map(|state| ("state", state));
    Ok(Some(with_query(address, state.as_slice())))
}

/// What is to end: the browser's session at a site, by its `sid`, or all its sessions.
async fn meant(
    bridge: &Arc<Bridge>,
    browser: &Secret,
    site: Option<Did>,
) -> Result<Option<(RowId, Option<String>)>, Refusal> {
    let Some(site) = site else { return Ok(Some((root_of(browser), None))) };
    let secret = session_of(browser, &site.to_text(bridge.ledger.network()));
    let person = bridge.get::<Person>(&secret).await?;
    Ok(person.map(|person| (secret.row::<Person>(), Some(person.sid))))
}

fn question(visitor: &Visitor, parameters: &Parameters, party: Option<&Party>) -> Response {
    let names = ["post_logout_redirect_uri", "state"];
    let fields = names.into_iter().filter_map(|name| parameters.get(name).map(|value| (name, value)));
    let client = party.map(|party| ("client_id", party.client.as_str()));
    let fields: Vec<(&str, &str)> = fields.chain(client).collect();
    let back = parameters.get("post_logout_redirect_uri");
    leave_page(visitor.language, party.map(Party::name), &fields, back).into_response()
}
