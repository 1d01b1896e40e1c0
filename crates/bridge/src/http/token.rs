//! The token endpoint.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use realdid_types::Did;
use serde_json::{Value, json};

use crate::{
    Bridge, StoreError,
    oidc::{
        Credentials, Fault, Grant, IdToken, NO_SUCH_CODE, OidcError, Parameters, TOKEN_SECONDS, TokenRequest,
    },
    seconds_now,
    store::{Change, Code, RowId, Secret, Token},
};

const UNAVAILABLE: OidcError =
    OidcError::new(Fault::TemporarilyUnavailable, "the bridge has a fault: try again");

/// A site exchanges a code.
pub(super) async fn exchange(State(bridge): State<Arc<Bridge>>, headers: HeaderMap, form: Bytes) -> Response {
    match exchange_for(&bridge, &headers, &form).await {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => refused(&error),
    }
}

/// RFC 6749, section 5.2.
fn refused(error: &OidcError) -> Response {
    tracing::info!(error = error.fault.name(), "a code is not exchanged");
    let status = match error.fault {
        Fault::InvalidClient => StatusCode::UNAUTHORIZED,
        Fault::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = (status, Json(error.json())).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"token\""));
    }
    response
}

async fn exchange_for(bridge: &Arc<Bridge>, headers: &HeaderMap, form: &[u8]) -> Result<Value, OidcError> {
    let form = read(headers, form)?;
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let credentials = Credentials::read(authorization, &form)?;
    // before it becomes the name of a file
    Did::from_text(&credentials.client, bridge.ledger.network())
        .map_err(|_| OidcError::new(Fault::InvalidClient, "client_id is no DID of this network"))?;
    let client = bridge.clients.get(&credentials.client).map_err(faulty)?;
    credentials.check(client.secret().as_deref())?;
    let request = TokenRequest::read(&form)?;
    let code = Secret::parse(&request.code).ok_or(NO_SUCH_CODE)?;
    let access = Secret::draw();
    let access_token = access.text();
    let redeemed =
        bridge.change(move |change| redeem(change, &credentials.client, &request, (&code, &access)));
    let Grant { wanted, person, .. } = redeemed.await.map_err(faulty)??;
    let (keys, now) = (bridge.keys(), seconds_now());
    let issuer = bridge.issuer.as_str();
    let id_token = IdToken { issuer, wanted: &wanted, person: &person, access_token: &access_token, now };
    let signer = keys.signer(client.algorithm, now).ok_or(UNAVAILABLE)?;
    let id_token = signer.token(&id_token.claims(client.algorithm)).map_err(faulty)?;
    Ok(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": wanted.scope.text(),
        "id_token": id_token,
    }))
}

fn faulty(error: impl std::fmt::Display) -> OidcError {
    tracing::error!(%error, "codes cannot be exchanged");
    UNAVAILABLE
}

fn read(headers: &HeaderMap, form: &[u8]) -> Result<Parameters, OidcError> {
    let invalid = |words| OidcError::new(Fault::InvalidRequest, words);
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Err(invalid("the body is to be application/x-www-form-urlencoded"));
    }
    Parameters::parse(form).map_err(|_| invalid("a parameter is there more than once"))
}

/// Exchanges a code for an access token. One that is shown twice was stolen from somebody: what the first one got counts no
/// more (RFC 6749, section 4.1.2).
fn redeem(
    change: &mut Change<'_>,
    client: &str,
    request: &TokenRequest,
    (code, access): (&Secret, &Secret),
) -> Result<Result<Grant, OidcError>, StoreError> {
    let (grant, session) = match change.get::<Code>(code)? {
        None => return Ok(Err(NO_SUCH_CODE)),
        Some(Code::Used(token)) => {
            change.end(RowId::of(token))?;
            return Ok(Err(NO_SUCH_CODE));
        }
        Some(Code::Fresh(grant, session)) => (grant, RowId::of(session)),
    };
    let now = seconds_now();
    if let Err(error) = grant.check(client, request, now) {
        return Ok(Err(error));
    }
    let void = now.saturating_add(TOKEN_SECONDS);
    let token = Token { person: grant.person.clone(), scope: grant.wanted.scope };
    let id = change.put(access, &token, void, Some(session))?;
    change.put(code, &Code::Used(id.bytes()), void, Some(session))?;
    Ok(Ok(*grant))
}
