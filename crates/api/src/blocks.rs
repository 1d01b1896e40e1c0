//! Blocks, genesis, epochs, validators.

use axum::{
    Json,
    extract::{Path, State},
};
use realdid_state::{StateKey, ValidatorSets, read};
use realdid_sync::ChainStore;
use realdid_types::{BatchDigest, Epoch, Height, ValidatorSet, Wire};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Code, Ports, Problem,
    transactions::parse_digest,
    views::{BlockView, base64, block_view},
};

/// A final block with its receipts.
#[utoipa::path(
    get,
    path = "/v1/blocks/{height}",
    tag = "chain",
    params(("height" = String, Path, description = "A height, or `latest`")),
    responses((status = OK, body = BlockView), Problem)
)]
pub(crate) async fn show(
    State(ports): State<Ports>,
    Path(height): Path<String>,
) -> Result<Json<BlockView>, Problem> {
    let height = match height.as_str() {
        "latest" => ports.store.tip(),
        number => Height(number.parse().map_err(|_| {
            Problem::new(Code::Malformed, format!("{number:?} is neither a height nor `latest`"))
        })?),
    };
    let store = &ports.store;
    let block = store.block_at(height).ok_or_else(|| Problem::not_found(format!("final block {height}")))?;
    let own = store.commit_at_or_above(height).filter(|(at, _)| *at == height);
    let receipts = store.receipts(height).unwrap_or_default();
    Ok(Json(block_view(&block, own.map(|(_, certificate)| certificate).as_ref(), receipts)))
}

/// A batch's own bytes.
#[utoipa::path(
    get,
    path = "/v1/batches/{digest}",
    tag = "chain",
    params(("digest" = String, Path, description = "64 hexadecimal digits")),
    responses((status = OK, body = Vec<u8>, content_type = "application/octet-stream"), Problem)
)]
pub(crate) async fn batch(
    State(ports): State<Ports>,
    Path(digest): Path<String>,
) -> Result<Vec<u8>, Problem> {
    let digest = BatchDigest(parse_digest(&digest)?);
    let batch = ports.store.batch(digest).ok_or_else(|| Problem::not_found(format!("batch {digest}")))?;
    Ok(batch.encode())
}

#[derive(Serialize, ToSchema)]
pub(crate) struct GenesisView {
    /// Names the network: 64 hexadecimal digits.
    digest: String,
    /// As in its DIDs.
    network: String,
    /// Whether this is a network for development.
    development: bool,
    /// The genesis itself in base64.
    encoded: String,
}

/// What the network agreed on before its first block.
#[utoipa::path(
    get,
    path = "/v1/genesis",
    tag = "chain",
    responses((status = OK, body = GenesisView))
)]
pub(crate) async fn genesis(State(ports): State<Ports>) -> Json<GenesisView> {
    let genesis = ports.store.genesis();
    Json(GenesisView {
        digest: genesis.digest().to_string(),
        network: genesis.network.to_string(),
        development: genesis.development,
        encoded: base64(&genesis.encode()),
    })
}

#[derive(Serialize, ToSchema)]
pub(crate) struct EpochView {
    epoch: u64,
    /// How it ended, in base64: closing header, certificate and headers back to the barrier; none while it lasts.
    end: Option<String>,
    /// The validators of the next epoch, in base64.
    next_validators: Option<String>,
}

/// How an epoch ended, and who validates the next one: what a light client follows.
#[utoipa::path(
    get,
    path = "/v1/epochs/{epoch}",
    tag = "chain",
    params(("epoch" = u64, Path, description = "Its number, from 0")),
    responses((status = OK, body = EpochView), Problem)
)]
pub(crate) async fn epoch(
    State(ports): State<Ports>,
    Path(epoch): Path<String>,
) -> Result<Json<EpochView>, Problem> {
    let epoch: u64 =
        epoch.parse().map_err(|_| Problem::new(Code::Malformed, format!("{epoch:?} is no epoch")))?;
    let sets: Option<ValidatorSets> = read(&*ports.store, &StateKey::ValidatorSets);
    let present = sets.as_ref().map_or(Epoch(0), |sets| sets.epoch);
    let end = ports.store.epoch_end(Epoch(epoch));
    if end.is_none() && Epoch(epoch) > present {
        return Err(Problem::not_found(format!("epoch {epoch} yet")));
    }
    // the set is in the state as soon as the epoch is over, and kept from its first block on
    let chosen = || sets.filter(|sets| sets.epoch.0 == epoch).map(|sets| sets.next);
    let next = end.as_ref().and_then(|_| ports.store.validators_of(Epoch(epoch).next()).or_else(chosen));
    Ok(Json(EpochView {
        epoch,
        end: end.map(|end| base64(&end.encode())),
        next_validators: next.map(|set| base64(&set.encode())),
    }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ValidatorsView {
    epoch: u64,
    /// How many make a certificate.
    quorum: usize,
    validators: Vec<ValidatorView>,
    /// Those of the next epoch, if they differ.
    next: Option<Vec<ValidatorView>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ValidatorView {
    organisation: String,
    consensus_key: String,
    transport_key: String,
    /// Whether this node has a stream to it.
    connected: bool,
}

/// Who validates now, and from the next epoch on.
#[utoipa::path(
    get,
    path = "/v1/validators",
    tag = "consortium",
    responses((status = OK, body = ValidatorsView), Problem)
)]
pub(crate) async fn validators(State(ports): State<Ports>) -> Result<Json<ValidatorsView>, Problem> {
    let sets: ValidatorSets = read(&*ports.store, &StateKey::ValidatorSets)
        .ok_or_else(|| Problem::new(Code::Internal, "the state names no validators"))?;
    let missing = ports.status.borrow().missing.clone();
    let list = |set: &ValidatorSet| {
        let view = |validator: &realdid_types::Validator| ValidatorView {
            organisation: validator.organisation.to_string(),
            consensus_key: validator.consensus_key.to_string(),
            transport_key: validator.transport_key.to_string(),
            connected: !missing.contains(&validator.organisation.to_string()),
        };
        set.iter().map(view).collect()
    };
    Ok(Json(ValidatorsView {
        epoch: sets.epoch.0,
        quorum: sets.current.quorum().size(),
        validators: list(&sets.current),
        next: (sets.next != sets.current).then(|| list(&sets.next)),
    }))
}
