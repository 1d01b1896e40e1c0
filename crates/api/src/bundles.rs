//! What a wallet holds ready for logins.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use realdid_identity::{Attestation, DidRecord};
use realdid_login::{Attested, Bundle, EntryProof, Proven};
use realdid_state::{MemberEntry, StateKey, read};
use realdid_types::{Did, OrganisationName, Wire};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Code, Ports, Problem, members,
    proof::Vouched,
    views::{base64, did_text},
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Whose attestation to show; without it the one of the highest level that lasts longest.
    authority: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BundleView {
    did: String,
    /// The bundle's bytes in base64; its form is in `proto/realdid/login/v1/login.proto`.
    bundle: String,
}

/// A DID's record with an attestation, if there is one, and the entry of the authority that gave it, all proven under
/// one header. Wallets fetch it long before they log in.
#[utoipa::path(
    get,
    path = "/v1/bundles/{did}",
    tag = "identity",
    params(("did" = String, Path, description = "A DID of this network"), Asked),
    responses((status = OK, body = BundleView), Problem)
)]
pub(crate) async fn show(
    State(ports): State<Ports>,
    Path(text): Path<String>,
    Query(Asked { authority }): Query<Asked>,
) -> Result<Json<BundleView>, Problem> {
    let malformed = |error: String| Problem::new(Code::Malformed, error);
    let network = ports.store.genesis().network.clone();
    let did = Did::from_text(&text, &network).map_err(|error| malformed(error.to_string()))?;
    let authority = authority.map(|name| OrganisationName::new(&name)).transpose();
    let authority = authority.map_err(|error| malformed(error.to_string()))?;
    let bundle = tokio::task::spawn_blocking(move || make(&ports, did, authority)).await;
    let bundle = bundle.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))??;
    let did = did_text(&did, &network);
    match bundle {
        Some(bundle) => Ok(Json(BundleView { did, bundle: base64(&bundle.encode()) })),
        None => Err(Problem::not_found(format!("record of {did}; /v1/records proves its absence"))),
    }
}

/// None if there is no such DID.
fn make(ports: &Ports, did: Did, authority: Option<OrganisationName>) -> Result<Option<Bundle>, Problem> {
    let vouched = Vouched::newest(ports)?;
    let Some(Proven { entry: record, proof }) = proven(&vouched, &StateKey::Record(did)) else {
        return Ok(None);
    };
    let record: DidRecord = record;
    let names = authority.map_or_else(|| members::names(ports, &*vouched.state), |name| vec![name]);
    let attested = names.into_iter().filter_map(|name| attested(&vouched, did, name));
    let attested = attested.max_by_key(|one| (one.attestation.entry.level, one.attestation.entry.expires));
    let Vouched { block, certificate, .. } = vouched;
    Ok(Some(Bundle { header: block.header, certificate, record, proof, attested }))
}

/// What a member says of a DID, as long as it is an authority.
fn attested(vouched: &Vouched, did: Did, authority: OrganisationName) -> Option<Attested> {
    let attestation: Proven<Attestation> = proven(vouched, &StateKey::Attestation(did, authority.clone()))?;
    let member: Proven<MemberEntry> = proven(vouched, &StateKey::Member(authority.clone()))?;
    let is_authority = member.entry.roles.is_some_and(|roles| roles.authority);
    is_authority.then_some(Attested { authority, attestation, member })
}

fn proven<T: Wire>(vouched: &Vouched, key: &StateKey) -> Option<Proven<T>> {
    let entry = read(&*vouched.state, key)?;
    Some(Proven { entry, proof: EntryProof(vouched.proof(&key.to_bytes())) })
}
