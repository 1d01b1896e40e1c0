//! A registrar after DIF DID Registration, in client-managed secret mode alone: the node builds the transaction, the
//! client signs it, and no private key is ever sent.
//!
//! The registrar keeps nothing between two requests: what it needs stands in the `jobId`.

mod answer;
mod changes;
mod failure;
mod input;
mod job;
mod prepare;
mod request;
mod signatures;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    body::Bytes,
    extract::{
        Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, header},
    response::Response,
};
use realdid_identity::DidRecord;
use realdid_state::{Outcome, StateKey, StateRead, read};
use realdid_sync::ChainStore;
use realdid_types::{Did, Height, Parameters as Agreed, Sender, Sequence, Timestamp, Transaction, Wire};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{Code, Fate, Ports, Problem};
use answer::StateView;
use failure::Failure;
use job::{Job, did_of};
use prepare::Next;
use request::Request;

/// The largest transaction twice in base64.
pub(crate) const BODY_BYTES_MAX: usize = 128 * 1024;
/// How long a client has to sign.
const SIGNING_MAX: u64 = 10 * 60 * 1_000;
/// How long an answer waits for the block; after it the client asks again.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// The operations that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Create,
    Update,
    Deactivate,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    /// `realdid`
    method: Option<String>,
}

type Asked = Result<Query<Parameters>, QueryRejection>;
type Body = Result<Bytes, BytesRejection>;

/// Creates a DID whose keys the client holds: first what is to be signed, then, with the signatures, the DID.
#[utoipa::path(
    post,
    path = "/1.0/create",
    tag = "registrar",
    params(Parameters),
    request_body = Request,
    responses(
        (status = OK, description = "What the client does next, or why the ledger refuses", body = StateView),
        (status = CREATED, description = "The DID is made", body = StateView),
        (status = BAD_REQUEST, description = "The request is wrong", body = StateView)
    )
)]
pub(crate) async fn create(ports: State<Ports>, asked: Asked, headers: HeaderMap, body: Body) -> Response {
    operate(Kind::Create, ports.0, asked, &headers, body).await
}

/// Changes the keys and services of a DID.
#[utoipa::path(
    post,
    path = "/1.0/update",
    tag = "registrar",
    params(Parameters),
    request_body = Request,
    responses(
        (status = OK, description = "What the client does next, or what came of it", body = StateView),
        (status = BAD_REQUEST, description = "The request is wrong", body = StateView)
    )
)]
pub(crate) async fn update(ports: State<Ports>, asked: Asked, headers: HeaderMap, body: Body) -> Response {
    operate(Kind::Update, ports.0, asked, &headers, body).await
}

/// Ends a DID for good, signed by its recovery key.
#[utoipa::path(
    post,
    path = "/1.0/deactivate",
    tag = "registrar",
    params(Parameters),
    request_body = Request,
    responses(
        (status = OK, description = "What the client does next, or what came of it", body = StateView),
        (status = BAD_REQUEST, description = "The request is wrong", body = StateView)
    )
)]
pub(crate) async fn deactivate(
    ports: State<Ports>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Response {
    operate(Kind::Deactivate, ports.0, asked, &headers, body).await
}

async fn operate(kind: Kind, ports: Ports, asked: Asked, headers: &HeaderMap, body: Body) -> Response {
    let request = match read_request(asked, headers, body) {
        Ok(request) => request,
        Err(failure) => return answer::failed(&failure, None),
    };
    let did = request.did.clone().filter(|did| did.len() <= 200);
    match go_on(kind, &ports, request).await {
        Ok(response) => response,
        Err(failure) => answer::failed(&failure, did.as_deref()),
    }
}

fn read_request(asked: Asked, headers: &HeaderMap, body: Body) -> Result<Request, Failure> {
    let Query(asked) = asked.map_err(|error| Failure::invalid(error.body_text()))?;
    let body = body.map_err(|_| Problem::new(Code::TooLarge, "a request may have 128 KiB"))?;
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(Code::UnknownMediaType, "a request comes as application/json").into());
    }
    let request = Request::read(&body)?;
    let is_other = |method: &&String| *method != "realdid";
    if let Some(method) = asked.method.iter().chain(&request.method).find(is_other) {
        let description =
            format!("this registrar has the method realdid, not {:?}", method.get(..40).unwrap_or(method));
        return Err(Failure::named("methodNotSupported", description));
    }
    Ok(request)
}

async fn go_on(kind: Kind, ports: &Ports, request: Request) -> Result<Response, Failure> {
    let genesis = ports.store.genesis();
    let job = request.job_id.as_deref().map(|name| Job::read(name, kind, genesis.digest())).transpose()?;
    let transaction = match &job {
        Some(Job::Sign(transaction) | Job::Wait(transaction)) => Some(transaction),
        None => None,
    };
    if let (Some(transaction), Some(did)) = (transaction, &request.did)
        && did_of(transaction).map(|own| own.to_text(&genesis.network)).as_ref() != Some(did)
    {
        return Err(Failure::named("invalidJob", "the jobId is for another DID"));
    }
    match job {
        None => {
            let ports = ports.clone();
            let begun = tokio::task::spawn_blocking(move || begin(kind, &ports, &request)).await;
            begun.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))?
        }
        Some(Job::Sign(transaction)) => hand_in(kind, ports, transaction, &request).await,
        Some(Job::Wait(transaction)) => look(kind, ports, transaction).await,
    }
}

fn begin(kind: Kind, ports: &Ports, request: &Request) -> Result<Response, Failure> {
    let network = &ports.store.genesis().network;
    let wanted = request.options.as_ref().and_then(|options| options.network.as_deref());
    if wanted.is_some_and(|wanted| wanted != network.as_str()) {
        return Err(Failure::invalid(format!("options.network: this node belongs to the network {network}")));
    }
    if request.secret.as_ref().is_some_and(|secret| !secret.signing_response.is_empty()) {
        return Err(Failure::named(
            "invalidJob",
            "a signingResponse comes with the jobId of its signingRequest",
        ));
    }
    let (next, did, sequence) = match kind {
        Kind::Create => {
            if request.did.is_some() {
                return Err(Failure::invalid("the DID is made of the keys: leave did out"));
            }
            (prepare::create(request, network)?, None, Sequence(0))
        }
        Kind::Update | Kind::Deactivate => {
            let (did, record) = target(ports, request)?;
            let was_replaced =
                |key: &_| ports.store.value(&StateKey::ReplacedKey(did, *key).to_bytes()).is_some();
            let next = match kind {
                Kind::Deactivate => prepare::end(request, did, &record)?,
                Kind::Create | Kind::Update => {
                    prepare::change(request, did, &record, network, &was_replaced)?
                }
            };
            (next, Some(did), record.next_sequence)
        }
    };
    let prepared = match next {
        Next::Keys(purposes) => return Ok(answer::keys(&purposes)),
        Next::Sign(prepared) => prepared,
    };
    // the identifier of a DID is the digest of what makes it
    let did = did.unwrap_or_else(|| Did(prepared.operation.digest()));
    let transaction = Transaction {
        genesis: ports.store.genesis().digest(),
        sender: Sender::Did(did),
        sequence,
        expires: expiry(ports)?,
        operation: prepared.operation,
    };
    // the limits of its lists are those of its encoding
    Transaction::decode(&transaction.encode()).map_err(|error| {
        Failure::invalid(format!("a DID has at most 8 keys, 8 services and 8 controllers: {error}"))
    })?;
    Ok(answer::sign(transaction, &prepared.signers, network))
}

/// The DID that is to change, with its record.
fn target(ports: &Ports, request: &Request) -> Result<(Did, DidRecord), Failure> {
    let text = request.did.as_deref().ok_or_else(|| Failure::invalid("did is missing: which one?"))?;
    let did = Did::from_text(text, &ports.store.genesis().network)
        .map_err(|error| Failure::named("invalidDid", error.to_string()))?;
    let record =
        record_of(ports, did).ok_or_else(|| Failure::named("notFound", "the ledger holds no such DID"))?;
    if record.deactivated {
        return Err(Failure::named("deactivated", "the DID has ended for good"));
    }
    Ok((did, record))
}

fn record_of(ports: &Ports, did: Did) -> Option<DidRecord> {
    read(&*ports.store, &StateKey::Record(did))
}

/// As late as a client needs and the network allows. An idle network's newest block may be old.
fn expiry(ports: &Ports) -> Result<Timestamp, Failure> {
    let unreadable = || Problem::new(Code::Internal, "the newest block cannot be read");
    let newest = ports.store.block_at(ports.store.tip()).ok_or_else(unreadable)?;
    let agreed: Agreed = read(&*ports.store, &StateKey::Parameters).ok_or_else(unreadable)?;
    let newest = newest.header.time;
    Ok(newest.max(wall_clock()).plus(SIGNING_MAX).min(newest.plus(agreed.max_expiry)))
}

fn wall_clock() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(now.as_millis()).unwrap_or(0))
}

async fn hand_in(
    kind: Kind,
    ports: &Ports,
    transaction: Transaction,
    request: &Request,
) -> Result<Response, Failure> {
    let responses = request.secret.clone().unwrap_or_default().signing_response;
    let from = ports.clone();
    let unsigned = transaction.clone();
    let signed = tokio::task::spawn_blocking(move || {
        signatures::signed(unsigned, &responses, &|did| record_of(&from, did))
    })
    .await
    .map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))??;
    match ports.hand_in_and_wait(signed, WAIT_MAX).await? {
        Some(Fate::Final { outcome, height }) => conclude(kind, ports, &transaction, (outcome, height)),
        Some(Fate::Refused(refusal)) => Err(Problem::from(refusal).into()),
        Some(Fate::Forged) => Err(Problem::new(Code::Forged, "a signature does not hold").into()),
        Some(Fate::Void) => Err(expired()),
        Some(Fate::Accepted) | None => Ok(answer::wait(transaction, &ports.store.genesis().network)),
    }
}

/// What has become of a transaction that was handed in.
async fn look(kind: Kind, ports: &Ports, transaction: Transaction) -> Result<Response, Failure> {
    if let Some(Fate::Final { outcome, height }) = ports.fate_of(transaction.id()) {
        return conclude(kind, ports, &transaction, (outcome, height));
    }
    let newest = ports.store.block_at(ports.store.tip()).map(|block| block.header.time);
    if newest.is_some_and(|newest| newest >= transaction.expires) {
        return Err(expired());
    }
    Ok(answer::wait(transaction, &ports.store.genesis().network))
}

fn expired() -> Failure {
    Failure::by_ledger("expired".to_owned(), "it was not decided before it expired: begin again".to_owned())
}

fn conclude(
    kind: Kind,
    ports: &Ports,
    transaction: &Transaction,
    (outcome, height): (Outcome, Height),
) -> Result<Response, Failure> {
    match outcome {
        Outcome::Applied => {}
        Outcome::Refused(why) => return Err(Failure::by_ledger(why.name(), why.to_string())),
        Outcome::Skipped(why) => return Err(Failure::by_ledger(why.name(), why.to_string())),
    }
    let record = did_of(transaction)
        .and_then(|did| Some((did, record_at(ports, did, height).or_else(|| record_of(ports, did))?)));
    let (did, record) = record.ok_or_else(|| Problem::new(Code::Internal, "the record cannot be read"))?;
    Ok(answer::finished(kind, did, &record, transaction, &ports.store.genesis().network))
}

/// A DID's record as a block left it, however often it changed since; none if this node does not keep it.
fn record_at(ports: &Ports, did: Did, height: Height) -> Option<DidRecord> {
    let newest = record_of(ports, did)?;
    let version = |version| {
        if version == newest.version { Some(newest.clone()) } else { ports.store.version(did, version) }
    };
    let (mut at, mut later) = (1, newest.version.saturating_add(1));
    while later.saturating_sub(at) > 1 {
        let middle = at.midpoint(later);
        if version(middle)?.updated.height <= height { at = middle } else { later = middle }
    }
    version(at)
}
