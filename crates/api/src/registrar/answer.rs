//! What clients are told (DIF DID Registration, sections "Output Fields" and "States").

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use realdid_identity::{
    DidRecord,
    document::{CoreVersion, DidDocument, DocumentMetadata, KeyForm, Style, to_multibase, utc},
};
use realdid_types::{Did, NetworkName, Transaction, Wire};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    Kind,
    failure::Failure,
    job::{Job, did_of},
    prepare::Signer,
};
use crate::views::base64;

/// How long a client had better wait before it asks again, in milliseconds.
const WAIT_TIME: u64 = 1_000;

/// Where an operation stands.
#[derive(ToSchema)]
#[schema(as = RegistrarState)]
#[expect(dead_code, reason = "describes what the functions here write")]
pub(crate) struct StateView {
    /// To be sent back in the next request; null when there is none.
    #[schema(rename = "jobId")]
    job_id: Option<String>,
    /// `state`: `action`, `wait`, `finished` or `failed`; with `did`, `action` and `signingRequest`, `didDocument`, or
    /// `reason` and `description`.
    #[schema(rename = "didState", value_type = Object)]
    did_state: (),
    #[schema(rename = "didRegistrationMetadata", value_type = Object)]
    did_registration_metadata: (),
    #[schema(rename = "didDocumentMetadata", value_type = Object)]
    did_document_metadata: (),
}

/// Signatures are wanted.
pub(crate) fn sign(transaction: Transaction, signers: &[Signer], network: &NetworkName) -> Response {
    let did = did_of(&transaction).map(|did| did.to_text(network)).unwrap_or_default();
    let payload = base64(transaction.id().0.as_bytes());
    let about = json!({
        "transaction": base64(&transaction.encode()),
        "expires": utc(transaction.expires),
    });
    let request = |signer: &Signer| {
        let key = to_multibase(&signer.key);
        let kid = (signer.purpose != "recovery").then(|| format!("{did}#{key}"));
        let request = json!({
            "kid": kid,
            "alg": "EdDSA",
            "purpose": signer.purpose,
            "serializedPayload": payload,
            "payload": about,
        });
        (key, request)
    };
    let requests: Map<String, Value> = signers.iter().map(request).collect();
    let state = json!({ "state": "action", "action": "signPayload", "did": did, "signingRequest": requests });
    respond(StatusCode::OK, Some(Job::Sign(transaction).name()), state, json!({}))
}

/// Keys are wanted, one for each list of purposes. The same request comes again with them.
pub(crate) fn keys(purposes: &[Vec<&'static str>]) -> Response {
    let template = |purpose: &Vec<&str>| json!({ "type": KeyForm::Multikey.name(), "purpose": purpose });
    let state = json!({
        "state": "action",
        "action": "getVerificationMethod",
        "verificationMethodTemplate": purposes.iter().map(template).collect::<Vec<_>>(),
        "description": "send the same request with these keys in secret.verificationMethod: public keys alone",
    });
    respond(StatusCode::OK, None, state, json!({}))
}

/// It is on its way.
pub(crate) fn wait(transaction: Transaction, network: &NetworkName) -> Response {
    let state = json!({
        "state": "wait",
        "did": did_of(&transaction).map(|did| did.to_text(network)),
        "wait": "the transaction is on its way: ask again with the jobId alone",
        "waitTime": WAIT_TIME,
    });
    respond(StatusCode::OK, Some(Job::Wait(transaction).name()), state, json!({}))
}

/// The ledger has made the change.
pub(crate) fn finished(
    kind: Kind,
    did: Did,
    record: &DidRecord,
    transaction: &Transaction,
    network: &NetworkName,
) -> Response {
    let style = Style { core: CoreVersion::V1_0, keys: KeyForm::Multikey, context: true };
    let state = json!({
        "state": "finished",
        "did": did.to_text(network),
        "didDocument": DidDocument::new(&did, network, record, style),
    });
    let mut metadata = json!(DocumentMetadata::new(&did, network, record, None));
    metadata["transaction"] = json!(transaction.id().to_string());
    let status = if kind == Kind::Create { StatusCode::CREATED } else { StatusCode::OK };
    respond(status, None, state, metadata)
}

/// It does not go on.
pub(crate) fn failed(failure: &Failure, did: Option<&str>) -> Response {
    let mut state =
        json!({ "state": "failed", "reason": failure.reason, "description": failure.description });
    if let Some(did) = did {
        state["did"] = json!(did);
    }
    respond(failure.status, None, state, json!({}))
}

fn respond(status: StatusCode, job_id: Option<String>, state: Value, metadata: Value) -> Response {
    let body = json!({
        "jobId": job_id,
        "didState": state,
        "didRegistrationMetadata": {},
        "didDocumentMetadata": metadata,
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
