//! A node that is not trusted: whatever it says is checked from the genesis on.

use std::sync::Arc;

use realdid_crypto::Ed25519Verifier;
use realdid_identity::DidRecord;
use realdid_state::StateKey;
use realdid_types::{
    Batch, Block, Did, Genesis, Header, Height, SignedBatch, SignedTransaction, TransactionId, Wire,
};
use serde::Deserialize;

use crate::{
    ClientError, LightClient, NodeClient, Proven, ProvenRecord, RecordProof, Submitted, Untrusted,
    check_parent, check_previous,
};

/// Blocks below a certified one that are followed down: a certificate is for every one that was decided by itself, and
/// views without one are few.
const DESCENT_MAX: usize = 1_024;

/// A node, and what is known of its network's validators. A copy asks beside it.
#[derive(Clone, Debug)]
pub struct CheckedNode {
    node: NodeClient,
    genesis: Genesis,
    light: LightClient,
    verifier: Arc<Ed25519Verifier>,
}

/// A transaction with the block that shows when it was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// As it was signed.
    pub signed: SignedTransaction,
    /// The block's header, which validators vouch for.
    pub header: Header,
    /// What the node says became of it there. Nobody vouches for that: [`crate::is_made_by`] shows what was applied.
    pub told: Submitted,
}

/// Why nothing certain can be said.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The node does not answer as it should.
    #[error("{0}")]
    Node(#[from] ClientError),
    /// What it says does not hold.
    #[error("what the node says does not hold: {0}")]
    Untrusted(#[from] Untrusted),
    /// The node names a block in which the transaction is not.
    #[error("block {0} does not hold the transaction, though the node says so: ask another node")]
    NotThere(Height),
    /// The node shows no certificate for a block or one above it.
    #[error("the node shows no certificate for block {0} or one above it: try again")]
    Uncertified(Height),
    /// The node shows two things as of two times, and they cannot be put together.
    #[error(
        "the node shows an entry as of block {found}, and the record that it belongs to as of block {wanted}: ask another node"
    )]
    Older {
        /// As of when the entry is.
        found: Height,
        /// As of when it is needed, at least.
        wanted: Height,
    },
}

impl CheckError {
    /// Whether the node cannot prove anything yet: before the first block, or just after it caught up.
    #[must_use]
    pub fn is_early(&self) -> bool {
        matches!(self, Self::Node(ClientError::Refused(problem)) if problem.code == "not_ready")
    }
}

#[derive(Deserialize)]
struct BlockView {
    encoded: String,
    certificate: Option<String>,
}

impl CheckedNode {
    /// Trusts the genesis, and the node not at all.
    ///
    /// # Errors
    /// If the genesis makes no network.
    pub fn new(node: NodeClient, genesis: &Genesis) -> Result<Self, Untrusted> {
        let light = LightClient::new(genesis)?;
        Ok(Self { node, genesis: genesis.clone(), light, verifier: Arc::default() })
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> &NodeClient {
        &self.node
    }

    /// The network.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// What is known of the network's validators by now.
    #[must_use]
    pub const fn light(&self) -> &LightClient {
        &self.light
    }

    /// A DID's record, or its absence.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub async fn record(&mut self, did: Did) -> Result<ProvenRecord, CheckError> {
        let text = did.to_text(&self.genesis.network);
        let shown = self.node.resolve(&text).await?.proof;
        self.check_record(did, &shown).await
    }

    /// Checks what a node said of a DID.
    ///
    /// # Errors
    /// If it does not hold, or the node does not show the epochs up to it.
    pub async fn check_record(&mut self, did: Did, shown: &RecordProof) -> Result<ProvenRecord, CheckError> {
        self.check(|light, verifier| light.check_record(did, shown, verifier)).await
    }

    /// An entry of the state, or its absence.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub async fn entry<T: Wire>(&mut self, key: &StateKey) -> Result<Proven<T>, CheckError> {
        let shown = self.node.entry(key).await?;
        self.check(|light, verifier| light.check_entry(key, &shown, verifier)).await
    }

    /// The version of a record before one that is believed.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub async fn version_before(&self, did: Did, newer: &DidRecord) -> Result<DidRecord, CheckError> {
        let text = did.to_text(&self.genesis.network);
        let bytes = self.node.version(&text, newer.version.saturating_sub(1)).await?;
        Ok(check_previous(newer, &bytes)?)
    }

    /// A transaction in a final block: when it was there, by the word of the validators.
    ///
    /// # Errors
    /// If the node does not answer, the transaction is not final, or what the node says does not hold.
    pub async fn transaction(&mut self, id: TransactionId) -> Result<Option<Shown>, CheckError> {
        let told: Submitted = self.node.get(&format!("/v1/transactions/{id}")).await?;
        let Some(height) = told.height.filter(|_| told.status == "final").map(Height) else {
            return Ok(None);
        };
        let block = self.certified_block(height).await?;
        for reference in &block.batches {
            let batch = self.node.get_bytes(&format!("/v1/batches/{}", reference.digest)).await?;
            let batch = batch.and_then(|bytes| SignedBatch::decode(&bytes).ok());
            let Some(SignedBatch { batch, .. }) = batch.filter(|one| one.batch.digest() == reference.digest)
            else {
                return Err(CheckError::NotThere(height));
            };
            let Batch { transactions, .. } = batch;
            if let Some(signed) = transactions.into_iter().find(|signed| signed.id() == id) {
                return Ok(Some(Shown { signed, header: block.header, told }));
            }
        }
        Err(CheckError::NotThere(height))
    }

    /// A final block, by its own certificate or that of one above it.
    async fn certified_block(&mut self, height: Height) -> Result<Block, CheckError> {
        let mut below: Vec<Vec<u8>> = Vec::new();
        let mut at = height;
        while below.len() < DESCENT_MAX {
            let view: BlockView = self.node.get(&format!("/v1/blocks/{at}")).await?;
            let bytes = self.node.bytes(&view.encoded)?;
            let Some(certificate) = view.certificate else {
                below.push(bytes);
                at = at.next();
                continue;
            };
            let certificate = self.node.bytes(&certificate)?;
            let header = self.check_past_block(&bytes, &certificate).await?;
            return descend(header, &bytes, &below, height);
        }
        Err(CheckError::Uncertified(height))
    }

    /// Checks a block of any epoch: the client itself may be at a later one.
    async fn check_past_block(&self, block: &[u8], certificate: &[u8]) -> Result<Header, CheckError> {
        let mut light = LightClient::new(&self.genesis)?;
        follow(&self.node, &mut light, &self.verifier, |light, verifier| {
            light.check_block(block, certificate, verifier)
        })
        .await
    }

    async fn check<T>(
        &mut self,
        check: impl Fn(&LightClient, &Ed25519Verifier) -> Result<T, Untrusted>,
    ) -> Result<T, CheckError> {
        follow(&self.node, &mut self.light, &self.verifier, check).await
    }
}

/// Checks something, and goes on to later epochs until its own is reached.
async fn follow<T>(
    node: &NodeClient,
    light: &mut LightClient,
    verifier: &Ed25519Verifier,
    check: impl Fn(&LightClient, &Ed25519Verifier) -> Result<T, Untrusted>,
) -> Result<T, CheckError> {
    loop {
        match check(light, verifier) {
            Err(Untrusted::OtherEpoch { found, known }) if found > known => {
                let (end, next) = node.epoch_end(known).await?;
                light.advance(&end, next, verifier)?;
            }
            other => return Ok(other?),
        }
    }
}

/// The block at `height`, from the certified one down; `below` are the blocks under that, lowest first.
fn descend(
    mut header: Header,
    certified: &[u8],
    below: &[Vec<u8>],
    height: Height,
) -> Result<Block, CheckError> {
    let mut block = Block::decode(certified).map_err(|error| Untrusted::Decode("block", error))?;
    for bytes in below.iter().rev() {
        block = check_parent(&header, bytes)?;
        header = block.header.clone();
    }
    if header.height == height { Ok(block) } else { Err(Untrusted::OtherBlock.into()) }
}
