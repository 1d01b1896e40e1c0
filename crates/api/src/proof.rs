//! What a light client needs to believe an entry of the state.

use realdid_state::{StateRead, hashed_key};
use realdid_sync::ChainStore;
use realdid_types::{Height, Wire};

use crate::{
    Code, Ports, Problem,
    views::{ProofView, base64},
};

/// An entry of the state below the tip, or its absence, with what proves it.
pub(crate) struct ProvenEntry {
    /// Its bytes; none if it is not there.
    pub(crate) value: Option<Vec<u8>>,
    /// The block whose header vouches for it.
    pub(crate) height: Height,
    proof: Vec<u8>,
    block: Vec<u8>,
    certificate: Vec<u8>,
}

/// Proves what the state below the tip holds under a key's bytes.
///
/// # Errors
/// [`Code::NotReady`] as long as no certificate vouches for the newest state.
pub(crate) fn prove(ports: &Ports, key: &[u8]) -> Result<ProvenEntry, Problem> {
    let snapshot = ports.store.provable().ok_or_else(|| {
        Problem::new(Code::NotReady, "no block is final yet, so nothing can be proven: try again")
    })?;
    let height = snapshot.height().next();
    // blocks that were caught up on have certificates of their own only here and there
    let missing =
        || Problem::new(Code::NotReady, "the newest block has no certificate of its own yet: try again");
    let (block, certificate) = certified(ports, height).ok_or_else(missing)?;
    Ok(ProvenEntry {
        value: snapshot.value(key),
        height,
        proof: realdid_merkle::prove(&*snapshot, &hashed_key(key)).encode(),
        block,
        certificate,
    })
}

/// A final block with a certificate of its own.
fn certified(ports: &Ports, height: Height) -> Option<(Vec<u8>, Vec<u8>)> {
    let block = ports.store.block_at(height)?;
    let (at, certificate) = ports.store.commit_at_or_above(height)?;
    (at == height).then(|| (block.encode(), certificate.encode()))
}

impl ProvenEntry {
    /// As the interface shows it.
    pub(crate) fn view(&self) -> ProofView {
        ProofView {
            value: self.value.as_deref().map(base64),
            proof: base64(&self.proof),
            block: base64(&self.block),
            certificate: base64(&self.certificate),
        }
    }
}
