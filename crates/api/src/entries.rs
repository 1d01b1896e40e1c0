//! Any entry of the state with what a light client needs to believe it, and past versions of records.

use axum::{
    Json,
    extract::{Path, State},
};
use realdid_types::{Did, Wire};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Code, Ports, Problem,
    proof::Vouched,
    views::{ProofView, base64},
};

/// The longest key of the state: its number, a DID, and a key or a name.
const KEY_BYTES_MAX: usize = 1 + 32 + 32;

#[derive(Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// As it was asked for.
    key: String,
    /// The entry's value stands in it; its form is in `proto/realdid/state/v1/state.proto`.
    proof: ProofView,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VersionView {
    did: String,
    version: u64,
    /// The record's bytes in base64. The version after it holds their digest, and so on up to the present one, which
    /// `/v1/records/{did}` proves.
    value: String,
}

/// An entry of the state, such as a replaced key, an attestation, a site, a member or the policy, with what a light
/// client needs to believe it. One that is not there is answered too: its absence is proven.
#[utoipa::path(
    get,
    path = "/v1/entries/{key}",
    tag = "chain",
    params(("key" = String, Path, description = "The bytes of its key in hexadecimal: the number of its kind, then its parts")),
    responses((status = OK, body = EntryView), Problem)
)]
pub(crate) async fn show(
    State(ports): State<Ports>,
    Path(key): Path<String>,
) -> Result<Json<EntryView>, Problem> {
    let bytes = key_bytes(&key)?;
    let proof = tokio::task::spawn_blocking(move || Ok::<_, Problem>(Vouched::newest(&ports)?.view(&bytes)));
    let proof = proof.await.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))??;
    Ok(Json(EntryView { key, proof }))
}

fn key_bytes(text: &str) -> Result<Vec<u8>, Problem> {
    let malformed = || {
        let detail =
            format!("a key of the state is 2 to {} hexadecimal digits, two for a byte", 2 * KEY_BYTES_MAX);
        Problem::new(Code::Malformed, detail)
    };
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() > 2 * KEY_BYTES_MAX || !digits.len().is_multiple_of(2) {
        return Err(malformed());
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    };
    digits.chunks(2).map(byte).collect::<Option<_>>().ok_or_else(malformed)
}

/// A version of a DID's record, the present one included. Nobody vouches for it here: the versions after it do.
#[utoipa::path(
    get,
    path = "/v1/records/{did}/versions/{version}",
    tag = "identity",
    params(
        ("did" = String, Path, description = "A DID of this network"),
        ("version" = u64, Path, description = "1 is the one that was created")
    ),
    responses((status = OK, body = VersionView), Problem)
)]
pub(crate) async fn version(
    State(ports): State<Ports>,
    Path((text, number)): Path<(String, String)>,
) -> Result<Json<VersionView>, Problem> {
    let network = &ports.store.genesis().network;
    let did =
        Did::from_text(&text, network).map_err(|error| Problem::new(Code::Malformed, error.to_string()))?;
    let malformed =
        || Problem::new(Code::Malformed, format!("{number:?} is no version: a number from 1 on is expected"));
    let version: u64 = number.parse().map_err(|_| malformed())?;
    let found = tokio::task::spawn_blocking(move || ports.store.version(did, version)).await;
    let found = found.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))?;
    let record = found.ok_or_else(|| Problem::not_found(format!("version {version} of {text}")))?;
    Ok(Json(VersionView { did: text, version, value: base64(&record.encode()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_whole_bytes_in_hexadecimal_and_not_too_many() {
        assert_eq!(key_bytes("0fAb").unwrap(), [0x0f, 0xab]);
        assert_eq!(key_bytes(&"00".repeat(KEY_BYTES_MAX)).unwrap().len(), KEY_BYTES_MAX);
        let long = "00".repeat(KEY_BYTES_MAX + 1);
        for bad in ["", "0", "0g", "+1", "é", long.as_str()] {
            assert_eq!(key_bytes(bad).unwrap_err().code, Code::Malformed, "{bad}");
        }
    }
}
