//! Handing transactions in, and asking what became of them.

use std::time::Duration;

use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use realdid_crypto::Digest;
use realdid_state::{NodeEntry, StateKey, read};
use realdid_sync::ChainStore;
use realdid_types::{SignedTransaction, TransactionId, Wire, limits};
use serde::Deserialize;
use tokio::{sync::oneshot, time::timeout};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Code, Fate, Ports, Problem, Submission, Waits,
    views::{TransactionView, from_base64},
};

/// How long a client that waits is kept waiting.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// A transaction that is refused is so at once; after this long one that was not is on its way.
const REFUSAL_MAX: Duration = Duration::from_millis(50);
/// Transactions in one request: a full batch.
const TRANSACTIONS_MAX: usize = limits::BATCH_TRANSACTIONS_MAX;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    /// `accepted`: until it cannot be lost; `final`: until it is decided
    wait: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Transactions)]
pub(crate) struct Body {
    /// Signed transactions in base64, 1 to 1,000.
    transactions: Vec<String>,
}

/// Takes transactions, and says what became of each as far as the client waits.
///
/// They come as JSON in base64, or as bytes, each behind its length in four bytes, most significant first. A single one
/// that is refused is a problem; of several, each says so for itself.
#[utoipa::path(
    post,
    path = "/v1/transactions",
    tag = "transactions",
    params(Parameters),
    request_body(content(
        (Body = "application/json"),
        (Vec<u8> = "application/octet-stream")
    )),
    responses(
        (status = OK, description = "What became of each", body = Vec<TransactionView>),
        (status = ACCEPTED, description = "They are taken; nobody waited", body = Vec<TransactionView>),
        Problem
    )
)]
pub(crate) async fn submit(
    State(ports): State<Ports>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let Query(parameters) = parameters.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
    let body = body.map_err(|_| Problem::new(Code::TooLarge, "a body may have two megabytes"))?;
    let waits = match parameters.wait.as_deref() {
        None => None,
        Some("accepted") => Some(Waits::Accepted),
        Some("final") => Some(Waits::Final),
        Some(other) => {
            let detail = format!("wait={other:?}: it takes `accepted` or `final`");
            return Err(Problem::new(Code::Malformed, detail));
        }
    };
    let transactions = decode(&headers, &body)?;
    ports.check_author()?;
    let ids: Vec<TransactionId> = transactions.iter().map(SignedTransaction::id).collect();
    let busy = || Problem::new(Code::Busy, "the node has more to do than it can take: try again later");
    let mut pending = Vec::with_capacity(ids.len());
    for id in &ids {
        // registered before they are handed in, so that no answer comes too early
        let waiting = ports.waiting.wait(*id, waits.unwrap_or(Waits::Accepted)).ok_or_else(busy)?;
        pending.push((*id, waiting));
    }
    ports.submissions.try_send(Submission { transactions }).map_err(|_| busy())?;
    let time = if waits.is_some() { WAIT_MAX } else { REFUSAL_MAX };
    answer(&ports, pending, time, waits).await
}

async fn answer(
    ports: &Ports,
    pending: Vec<(TransactionId, oneshot::Receiver<Fate>)>,
    time: Duration,
    waits: Option<Waits>,
) -> Result<Response, Problem> {
    let until = tokio::time::Instant::now() + time;
    let is_one = pending.len() == 1;
    let mut views = Vec::with_capacity(pending.len());
    for (id, fate) in pending {
        let fate = match tokio::time::timeout_at(until, fate).await {
            Ok(Ok(fate)) => Some(fate),
            _ => ports.fate_of(id),
        };
        match fate {
            Some(Fate::Refused(refusal)) if is_one => return Err(refusal.into()),
            Some(Fate::Forged) if is_one => {
                return Err(Problem::new(Code::Forged, "a signature does not hold"));
            }
            None if waits.is_some() && is_one => {
                let detail =
                    format!("transaction {id} is on its way: ask /v1/transactions/{id} what becomes of it");
                return Err(Problem::new(Code::Timeout, detail));
            }
            fate => views.push(TransactionView::new(id, fate)),
        }
    }
    let status = if waits.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(views)).into_response())
}

fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Vec<SignedTransaction>, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let encoded = match media.split(';').next().unwrap_or("").trim() {
        "application/json" => from_json(body)?,
        "application/octet-stream" => from_frames(body)?,
        other => {
            let detail = format!(
                "{other:?}: a transaction comes as application/json, {{\"transactions\": [\"<base64>\"]}}, or as \
                 application/octet-stream, each behind its length in four bytes"
            );
            return Err(Problem::new(Code::UnknownMediaType, detail));
        }
    };
    if encoded.is_empty() || encoded.len() > TRANSACTIONS_MAX {
        let detail =
            format!("{} transactions, where 1 to {TRANSACTIONS_MAX} may come at once", encoded.len());
        return Err(Problem::new(Code::Malformed, detail));
    }
    let decode = |(place, bytes): (usize, &Vec<u8>)| {
        SignedTransaction::decode(bytes)
            .map_err(|error| Problem::new(Code::Malformed, format!("transaction {place}: {error}")))
    };
    encoded.iter().enumerate().map(decode).collect()
}

fn from_json(body: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let body: Body =
        serde_json::from_slice(body).map_err(|error| Problem::new(Code::Malformed, error.to_string()))?;
    let bytes = |(place, text): (usize, &String)| {
        from_base64(text)
            .ok_or_else(|| Problem::new(Code::Malformed, format!("transaction {place} is not base64")))
    };
    body.transactions.iter().enumerate().map(bytes).collect()
}

fn from_frames(mut rest: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let read = rest.split_first_chunk::<4>().and_then(|(length, after)| {
            after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
        });
        let Some((frame, after)) = read else {
            return Err(Problem::new(Code::Malformed, format!("transaction {} is cut off", frames.len())));
        };
        frames.push(frame.to_vec());
        rest = after;
    }
    Ok(frames)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowParameters {
    /// `final`: until it is decided, half a minute at most
    wait: Option<String>,
}

/// What became of a transaction.
#[utoipa::path(
    get,
    path = "/v1/transactions/{id}",
    tag = "transactions",
    params(("id" = String, Path, description = "64 hexadecimal digits"), ShowParameters),
    responses((status = OK, body = TransactionView), Problem)
)]
pub(crate) async fn show(
    State(ports): State<Ports>,
    Path(id): Path<String>,
    parameters: Result<Query<ShowParameters>, QueryRejection>,
) -> Result<Json<TransactionView>, Problem> {
    let Query(parameters) = parameters.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
    let id = parse_id(&id)?;
    let waits = match parameters.wait.as_deref() {
        None => None,
        Some("final") => ports.waiting.wait(id, Waits::Final),
        Some(other) => {
            return Err(Problem::new(Code::Malformed, format!("wait={other:?}: it takes `final`")));
        }
    };
    if let Some(fate) = ports.fate_of(id) {
        return Ok(Json(TransactionView::new(id, Some(fate))));
    }
    let Some(waits) = waits else {
        return Err(Problem::not_found(format!("decided transaction {id}; it may be on its way")));
    };
    match timeout(WAIT_MAX, waits).await {
        Ok(Ok(fate)) => Ok(Json(TransactionView::new(id, Some(fate)))),
        _ => Err(Problem::new(Code::Timeout, format!("transaction {id} was not decided in time"))),
    }
}

fn parse_id(text: &str) -> Result<TransactionId, Problem> {
    parse_digest(text).map(TransactionId)
}

/// The digest of a text with 64 hexadecimal digits.
pub(crate) fn parse_digest(text: &str) -> Result<Digest, Problem> {
    let malformed =
        || Problem::new(Code::Malformed, format!("{text:?} names nothing: 64 hex digits are expected"));
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return Err(malformed());
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(place * 2..place * 2 + 2).ok_or_else(malformed)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
    }
    Ok(Digest::from_bytes(bytes))
}

impl Ports {
    /// Whether batches of this node are taken: those of the nodes that a member has.
    fn check_author(&self) -> Result<(), Problem> {
        let entry: Option<NodeEntry> = read(&*self.store, &StateKey::Node(self.author));
        entry.map(drop).ok_or_else(|| {
            let detail =
                "this node is no member's, so nothing that it hands on is taken: hand it in at another node";
            Problem::new(Code::NoMembersNode, detail)
        })
    }

    /// Hands one transaction in, and waits for what becomes of it; none if that takes longer than `time`. One that was
    /// decided before is told as what it became then.
    ///
    /// # Errors
    /// If this node takes none, or none now.
    pub(crate) async fn hand_in_and_wait(
        &self,
        signed: SignedTransaction,
        time: Duration,
    ) -> Result<Option<Fate>, Problem> {
        self.check_author()?;
        let busy = || Problem::new(Code::Busy, "the node has more to do than it can take: try again later");
        let id = signed.id();
        // registered before it is handed in, so that no answer comes too early
        let fate = self.waiting.wait(id, Waits::Final).ok_or_else(busy)?;
        self.submissions.try_send(Submission { transactions: vec![signed] }).map_err(|_| busy())?;
        Ok(match timeout(time, fate).await {
            Ok(Ok(fate @ Fate::Final { .. })) => Some(fate),
            Ok(Ok(other)) => self.fate_of(id).or(Some(other)),
            _ => self.fate_of(id),
        })
    }

    /// What the final chain says of a transaction.
    pub(crate) fn fate_of(&self, id: TransactionId) -> Option<Fate> {
        let located = self.store.locate(id)?;
        self.store.block_at(located.height)?;
        let receipts = self.store.receipts(located.height)?;
        let receipt = receipts.get(usize::try_from(located.place).ok()?)?;
        Some(Fate::Final { height: located.height, outcome: receipt.outcome })
    }
}
