//! What a light client needs to believe an entry of the state.

use std::sync::Arc;

use realdid_merkle::Proof;
use realdid_state::{StateRead, hashed_key};
use realdid_storage::Snapshot;
use realdid_sync::ChainStore;
use realdid_types::{Block, Certificate, Wire};

use crate::{
    Code, Ports, Problem,
    views::{ProofView, base64},
};

/// The newest state for which a quorum of validators vouches: that below the tip.
pub(crate) struct Vouched {
    pub(crate) state: Arc<Snapshot>,
    /// The block whose header vouches for it.
    pub(crate) block: Block,
    /// That block's own.
    pub(crate) certificate: Certificate,
}

impl Vouched {
    /// The newest there is.
    ///
    /// # Errors
    /// [`Code::NotReady`] as long as no certificate vouches for the newest state.
    pub(crate) fn newest(ports: &Ports) -> Result<Self, Problem> {
        let state = ports.store.provable().ok_or_else(|| {
            Problem::new(Code::NotReady, "no block is final yet, so nothing can be proven: try again")
        })?;
        let height = state.height().next();
        // blocks that were caught up on have certificates of their own only here and there
        let missing =
            || Problem::new(Code::NotReady, "the newest block has no certificate of its own yet: try again");
        let block = ports.store.block_at(height).ok_or_else(missing)?;
        let (at, certificate) = ports.store.commit_at_or_above(height).ok_or_else(missing)?;
        if at == height { Ok(Self { state, block, certificate }) } else { Err(missing()) }
    }

    /// Proves what it holds under a key's bytes, or that it holds nothing.
    pub(crate) fn proof(&self, key: &[u8]) -> Proof {
        realdid_merkle::prove(&*self.state, &hashed_key(key))
    }

    /// What it holds under a key's bytes, and the proof, as the interface shows it.
    pub(crate) fn view(&self, key: &[u8]) -> ProofView {
        ProofView {
            value: self.state.value(key).as_deref().map(base64),
            proof: base64(&self.proof(key).encode()),
            block: base64(&self.block.encode()),
            certificate: base64(&self.certificate.encode()),
        }
    }
}
