//! Which DIDs there are, for wallets that look for their own without naming them.

use axum::{
    Json,
    extract::{Query, State},
};
use realdid_crypto::Digest;
use realdid_state::StateKey;
use realdid_types::Did;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Code, Ports, Problem, proof::Vouched, views::did_text};

/// DIDs in one answer: some 300 KB. A digit more leaves a sixteenth of them, so a wallet that asks for as few digits as
/// are answered hides among 256 at least, where there are so many.
const DIDS_MAX: usize = 4_096;
/// Digits of a DID's bytes.
const DIGITS_MAX: usize = 64;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The first digits of the bytes that the DIDs stand for, in lower-case hexadecimal; none for all DIDs.
    #[serde(default)]
    prefix: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DidsView {
    /// As it was asked for.
    prefix: String,
    /// All that begin so, in the order of their bytes, those that ended included. It is the node's word; what it shows
    /// at `/v1/records/{did}` is proven.
    dids: Vec<String>,
    /// The block after which this was so.
    height: u64,
}

/// All DIDs that begin alike. Whoever looks for one DID asks so for many, and the node cannot tell which is meant. With
/// more than 4,096 the code is `too_many`: ask with one digit more.
#[utoipa::path(
    get,
    path = "/v1/dids",
    tag = "identity",
    params(Asked),
    responses((status = OK, body = DidsView), Problem)
)]
pub(crate) async fn list(
    State(ports): State<Ports>,
    Query(Asked { prefix }): Query<Asked>,
) -> Result<Json<DidsView>, Problem> {
    check(&prefix)?;
    let found = tokio::task::spawn_blocking(move || {
        let network = ports.store.genesis().network.clone();
        let state = Vouched::newest(&ports)?.state;
        let first = first_key(&prefix);
        let keys = state.entries_from(&first).map(|(key, _)| key);
        let dids = beginning(&prefix, keys, DIDS_MAX)?;
        let dids = dids.iter().map(|did| did_text(did, &network)).collect();
        Ok::<_, Problem>(DidsView { prefix, dids, height: state.height().0 })
    });
    found.await.map_err(|_| Problem::new(Code::Internal, "the state cannot be read"))?.map(Json)
}

fn check(prefix: &str) -> Result<(), Problem> {
    let is_digit = |letter: u8| matches!(letter, b'0'..=b'9' | b'a'..=b'f');
    if prefix.len() <= DIGITS_MAX && prefix.bytes().all(is_digit) {
        return Ok(());
    }
    let detail = format!("a prefix is up to {DIGITS_MAX} hexadecimal digits in lower case");
    Err(Problem::new(Code::Malformed, detail))
}

/// The state's key of the first DID that could begin so.
fn first_key(prefix: &str) -> Vec<u8> {
    let mut bytes = [0; 32];
    for (place, digit) in prefix.chars().enumerate() {
        let value = digit.to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
        if let Some(byte) = bytes.get_mut(place / 2) {
            *byte |= if place.is_multiple_of(2) { value << 4 } else { value };
        }
    }
    StateKey::Record(Did(Digest::from_bytes(bytes))).to_bytes()
}

/// The DIDs whose records stand first among keys of the state and begin so.
fn beginning(prefix: &str, keys: impl Iterator<Item = Box<[u8]>>, max: usize) -> Result<Vec<Did>, Problem> {
    let dids = keys.map_while(|key| record_of(&key)).take_while(|did| did.0.to_string().starts_with(prefix));
    let dids: Vec<Did> = dids.take(max.saturating_add(1)).collect();
    if dids.len() <= max {
        return Ok(dids);
    }
    let detail = format!("more than {max} DIDs begin with {prefix:?}: ask with one digit more");
    Err(Problem::new(Code::TooMany, detail))
}

/// The DID of a record's key; none if it is another entry's.
fn record_of(key: &[u8]) -> Option<Did> {
    let bytes: [u8; 32] = key.get(1..)?.try_into().ok()?;
    let did = Did(Digest::from_bytes(bytes));
    (StateKey::Record(did).to_bytes() == key).then_some(did)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn did(first: [u8; 2]) -> Did {
        let mut bytes = [7; 32];
        bytes[..2].copy_from_slice(&first);
        Did(Digest::from_bytes(bytes))
    }

    /// As from a state: in order, from the first that could be meant, and with other entries behind.
    fn found(prefix: &str, max: usize) -> Result<Vec<Did>, Code> {
        let dids = [[0x0a, 0xbb], [0xab, 0x00], [0xab, 0x01], [0xab, 0xff], [0xac, 0x00]].map(did);
        let keys = dids.map(|did| StateKey::Record(did).to_bytes()).into_iter();
        let keys = keys
            .chain([StateKey::ReplacedKey(dids[0], realdid_crypto::PublicKey::ed25519([1; 32])).to_bytes()]);
        let first = first_key(prefix);
        let keys = keys.skip_while(|key| *key < first).map(Vec::into_boxed_slice);
        beginning(prefix, keys, max).map_err(|problem| problem.code)
    }

    #[test]
    fn all_dids_that_begin_so_are_found_and_no_others() {
        assert_eq!(found("", 5).unwrap().len(), 5);
        assert_eq!(found("a", 5).unwrap().len(), 4);
        assert_eq!(found("ab", 5).unwrap(), [[0xab, 0x00], [0xab, 0x01], [0xab, 0xff]].map(did));
        assert_eq!(found("ab0", 5).unwrap(), [[0xab, 0x00], [0xab, 0x01]].map(did));
        assert_eq!(found("abff", 5).unwrap(), [did([0xab, 0xff])]);
        assert_eq!(found(&did([0x0a, 0xbb]).0.to_string(), 5).unwrap(), [did([0x0a, 0xbb])]);
        assert_eq!(found("b", 5), Ok(Vec::new()));
    }

    #[test]
    fn more_than_one_answer_holds_is_refused_and_cut_off_nowhere() {
        assert_eq!(found("ab", 3).unwrap().len(), 3);
        assert_eq!(found("ab", 2), Err(Code::TooMany));
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        assert!(check("").is_ok() && check(&"0".repeat(64)).is_ok());
        for bad in ["g", "A", " ", "+1", "é", &"0".repeat(65)] {
            assert_eq!(check(bad).unwrap_err().code, Code::Malformed, "{bad}");
        }
    }
}
