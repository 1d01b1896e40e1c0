//! The W3C's resolver: DIDs and DID URLs to documents (W3C DID Resolution, HTTP(S) binding).
//!
//! An answer is a result with metadata or the document alone, as the `Accept` header says. A result carries what proves
//! the document: of the newest version the ledger's proof, of an older one the records up to the newest, each of which
//! names the digest of the one before.

mod accept;
mod answer;
mod content;
mod did_url;
mod failure;
mod find;
pub(crate) mod methods;
mod open;

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use realdid_identity::document::{DidDocument, DocumentMetadata, Style};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

use crate::Ports;
use accept::{Form, Representation};
use answer::Content;
use did_url::{At, DidUrl};
use failure::{Failure, Kind};
use find::{Evidence, Found};

pub(crate) use open::{open_to_browsers, preflight};

/// Where DIDs are resolved.
pub(crate) const PREFIX: &str = "/1.0/identifiers/";
/// How long an answer waits for the block that proves the newest: an idle leader makes one sooner.
const PROOF_MAX: Duration = Duration::from_secs(3);

/// Parameters of a DID URL; they may also stand in it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `DidUrl` reads")]
pub(crate) struct Parameters {
    /// The version with this number, from 1
    #[param(rename = "versionId", required = false)]
    version_id: u64,
    /// The version that was the newest at this time, such as 2026-02-03T04:05:06Z
    #[param(rename = "versionTime", required = false)]
    version_time: String,
    /// The service of this name alone; with `Accept: text/uri-list` a redirection to it
    #[param(required = false)]
    service: String,
    /// The services of this type alone
    #[param(rename = "serviceType", required = false)]
    service_type: String,
    /// What is put onto the service's address; it must stay at the same origin
    #[param(rename = "relativeRef", required = false)]
    relative_ref: String,
    /// `Multikey`, `JsonWebKey` or `JsonWebKey2020`: how the keys are written
    #[param(rename = "transformKeys", required = false)]
    transform_keys: String,
}

/// A result in JSON.
#[derive(ToSchema)]
#[schema(as = DidResolutionResult)]
#[expect(dead_code, reason = "describes what `answer` writes")]
pub(crate) struct ResultView {
    /// Null if there is none.
    #[schema(rename = "didDocument")]
    did_document: Option<DidDocument>,
    /// `contentType`, or `error` with `type`, `title` and `detail`.
    #[schema(rename = "didResolutionMetadata", value_type = Object)]
    did_resolution_metadata: (),
    #[schema(rename = "didDocumentMetadata")]
    did_document_metadata: MetadataView,
}

/// What is said beside a document.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = DidDocumentMetadata)]
pub(crate) struct MetadataView {
    #[serde(flatten)]
    metadata: DocumentMetadata,
    #[serde(flatten)]
    evidence: Evidence,
}

/// Resolves a DID, or dereferences a DID URL.
///
/// The address ends in a DID, or in a DID URL, percent-encoded once. `Accept` says what comes back: a result
/// (`application/did-resolution`, `application/did-url-dereferencing`, `application/json`), the document or its part alone
/// (`application/did`, `application/did+ld+json`, `application/did+json`), or where a service is (`text/uri-list`).
#[utoipa::path(
    get,
    path = "/1.0/identifiers/{did}",
    tag = "resolver",
    params(("did" = String, Path, description = "A DID of this network, or a DID URL"), Parameters),
    responses(
        (status = OK, description = "What it names", content(
            (ResultView = "application/did-resolution"),
            (DidDocument = "application/did")
        )),
        (status = SEE_OTHER, description = "Where the service is"),
        (status = BAD_REQUEST, description = "No DID, no DID URL, or no such option", body = ResultView),
        (status = NOT_FOUND, description = "No such DID, version or part", body = ResultView),
        (status = NOT_ACCEPTABLE, description = "Nothing that `Accept` names", body = ResultView),
        (status = GONE, description = "The DID has ended", body = ResultView),
        (status = NOT_IMPLEMENTED, description = "A DID of another method, or an unknown parameter", body = ResultView)
    )
)]
pub(crate) async fn resolve(State(ports): State<Ports>, uri: Uri, headers: HeaderMap) -> Response {
    let url = read(&uri, &ports);
    let is_dereferenced = url.as_ref().map_or_else(|_| names_part(&uri), DidUrl::is_dereferenced);
    let form = match Form::of(&headers, is_dereferenced) {
        Ok(form) => form,
        Err(failure) => return answer::failed(&failure, Form::Result(accept::Shape::Any), is_dereferenced),
    };
    let url = match url {
        Ok(url) => url,
        Err(failure) => return answer::failed(&failure, form, is_dereferenced),
    };
    match look_up(ports, url, form, headers).await {
        Ok(response) => response,
        Err(failure) => answer::failed(&failure, form, is_dereferenced),
    }
}

fn read(uri: &Uri, ports: &Ports) -> Result<DidUrl, Failure> {
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    DidUrl::read(path, uri.query(), &ports.store.genesis().network)
}

/// Whether what cannot be read was meant to name a part of a document.
fn names_part(uri: &Uri) -> bool {
    let text = uri.to_string();
    ["%23", "service=", "service%3D"].iter().any(|sign| text.contains(sign))
}

async fn look_up(ports: Ports, url: DidUrl, form: Form, headers: HeaderMap) -> Result<Response, Failure> {
    let until = Instant::now() + PROOF_MAX;
    let mut finals = None;
    loop {
        let (asked, from) = (url.clone(), ports.clone());
        let found = tokio::task::spawn_blocking(move || gather(&from, &asked, form)).await;
        let (found, evidence) =
            found.map_err(|_| Failure::new(Kind::Internal, "the state cannot be read"))??;
        if evidence.is_some() {
            return write(&ports, &url, form, &headers, &found, evidence);
        }
        let Some(finals) = &mut finals else {
            // heard from now on, and looked up once more
            finals = Some(ports.finals.subscribe());
            continue;
        };
        if timeout_at(until, finals.recv()).await.is_err() {
            return write(&ports, &url, form, &headers, &found, None);
        }
    }
}

/// The version that is asked for, and what shows it if the form tells that; none if that is still to come.
fn gather(ports: &Ports, url: &DidUrl, form: Form) -> Result<(Found, Option<Evidence>), Failure> {
    let found = Found::new(ports, url.did, url.at)?;
    let evidence = match form {
        Form::Content(_) | Form::UriList => Some(Evidence { proof: Vec::new(), chain: None }),
        Form::Result(_) if found.next.is_some() => {
            Some(Evidence { proof: Vec::new(), chain: found.chain(ports)? })
        }
        Form::Result(_) => found.proof(ports)?.map(|proof| Evidence { proof: vec![proof], chain: None }),
    };
    Ok((found, evidence))
}

fn write(
    ports: &Ports,
    url: &DidUrl,
    form: Form,
    headers: &HeaderMap,
    found: &Found,
    evidence: Option<Evidence>,
) -> Result<Response, Failure> {
    let network = &ports.store.genesis().network;
    let representation = form.representation();
    let style = Style {
        core: representation.core(),
        keys: url.keys,
        context: representation != Representation::DidJson,
    };
    let document = DidDocument::new(&found.did, network, &found.record, style);
    let is_gone = found.record.deactivated && url.is_dereferenced();
    if form == Form::UriList && !is_gone {
        let address = content::address(&document, url)?;
        return answer::redirected(&address)
            .ok_or_else(|| Failure::new(Kind::InvalidOptions, "the address is no header's value"));
    }
    let evidence = evidence.unwrap_or(Evidence { proof: Vec::new(), chain: None });
    let height = evidence.proof.first().map_or(0, |proof| proof.height);
    let metadata = DocumentMetadata::new(&found.did, network, &found.record, found.next.as_ref());
    let content = Content {
        // what has ended has no parts
        content: if is_gone { Value::Null } else { content::dereference(document, url)? },
        metadata: json!(MetadataView { metadata, evidence }),
        representation,
        is_dereferenced: url.is_dereferenced(),
        is_deactivated: found.record.deactivated,
        // the records up to the newest stand in it, and a refused transaction counts that one's number on
        tag: format!(
            "{}.{}.{}.{height}.{}",
            found.record.version,
            found.newest,
            found.newest_sequence.0,
            tag_of(form)
        ),
        is_old: found.next.is_some() && matches!(url.at, At::Version(_)),
    };
    Ok(answer::found(content, form, headers))
}

/// Answers of one address in two forms must not be taken for each other.
fn tag_of(form: Form) -> String {
    format!("{form:?}").to_lowercase().replace(['(', ')'], "")
}
