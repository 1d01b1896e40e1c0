//! Records of DIDs, with what a light client needs to believe them.

use axum::{
    Json,
    extract::{Path, State},
};
use realdid_identity::{DidRecord, RecordView};
use realdid_state::{StateKey, StateRead};
use realdid_types::{Did, Height, Wire};

use crate::{
    Code, Ports, Problem,
    proof::Vouched,
    views::{ProofView, ProvenView, did_text},
};

/// A record, or its absence, with what proves it.
pub(crate) struct Proven {
    /// None if there is no such DID.
    pub(crate) record: Option<DidRecord>,
    /// The block whose header vouches for it.
    pub(crate) height: Height,
    pub(crate) proof: ProofView,
}

/// A DID's record with what a light client needs to believe it. One that is not there is answered too: its absence is
/// proven.
#[utoipa::path(
    get,
    path = "/v1/records/{did}",
    tag = "identity",
    params(("did" = String, Path, description = "A DID of this network")),
    responses((status = OK, body = ProvenView), Problem)
)]
pub(crate) async fn show(
    State(ports): State<Ports>,
    Path(text): Path<String>,
) -> Result<Json<ProvenView>, Problem> {
    let network = ports.store.genesis().network.clone();
    let did =
        Did::from_text(&text, &network).map_err(|error| Problem::new(Code::Malformed, error.to_string()))?;
    let answer = tokio::task::spawn_blocking(move || prove(&ports, did)).await;
    let proven = answer.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))??;
    Ok(Json(ProvenView {
        did: did_text(&did, &network),
        record: proven.record.as_ref().map(RecordView::new),
        proof: proven.proof,
    }))
}

/// Proves what the state below the tip holds of a DID.
///
/// # Errors
/// [`Code::NotReady`] as long as no certificate vouches for the newest state.
pub(crate) fn prove(ports: &Ports, did: Did) -> Result<Proven, Problem> {
    let vouched = Vouched::newest(ports)?;
    let key = StateKey::Record(did);
    let value = vouched.state.value(&key.to_bytes());
    let record = value.as_deref().map(DidRecord::decode).transpose();
    let record = record.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    Ok(Proven { record, height: vouched.block.header.height, proof: vouched.view(&key.to_bytes()) })
}
