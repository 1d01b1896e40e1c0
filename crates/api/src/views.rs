//! The ledger's things as JSON.

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_identity::RecordView;
use realdid_state::Outcome;
use realdid_types::{Block, Certificate, NetworkName, Wire};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Fate;

/// Bytes in JSON.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of JSON.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BlockView {
    pub(crate) height: u64,
    /// Its digest.
    pub(crate) block: String,
    pub(crate) epoch: u64,
    pub(crate) view: u64,
    /// The digest of the block below.
    pub(crate) parent: String,
    /// In milliseconds since 1970.
    pub(crate) time: u64,
    /// Of the state before this block.
    pub(crate) state_root: String,
    pub(crate) transactions: u32,
    /// Its place among the validators.
    pub(crate) proposer: u64,
    /// The digests of its batches.
    pub(crate) batches: Vec<String>,
    /// The block itself in base64.
    pub(crate) encoded: String,
    /// A Commit certificate for this very block in base64, if there is one.
    pub(crate) certificate: Option<String>,
    pub(crate) receipts: Vec<ReceiptView>,
    /// The receipts themselves in base64.
    pub(crate) encoded_receipts: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    pub(crate) transaction: String,
    #[serde(flatten)]
    pub(crate) outcome: OutcomeView,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OutcomeView {
    /// `applied`, `refused` or `skipped`.
    pub(crate) outcome: &'static str,
    /// Why not, as a stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self { outcome: "applied", code: None, reason: None },
            Outcome::Refused(why) => {
                Self { outcome: "refused", code: Some(why.name()), reason: Some(why.to_string()) }
            }
            Outcome::Skipped(why) => {
                Self { outcome: "skipped", code: Some(why.name()), reason: Some(why.to_string()) }
            }
        }
    }
}

/// What is known of a transaction.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransactionView {
    pub(crate) id: String,
    /// `pending`, `accepted`, `final`, `void` or `refused`.
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<OutcomeView>,
    /// Why no block decided it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) void: Option<VoidView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct VoidView {
    /// `expired`.
    code: &'static str,
    /// What is known of it, in words.
    reason: &'static str,
}

/// What holds of everything that is void: of what held a transaction back the ledger keeps nothing.
const EXPIRED: VoidView = VoidView {
    code: "expired",
    reason: "it expired before any block decided it: it lacked a signature, an earlier number of its sender's was missing, \
             the member's quota was used up, or it came too late",
};

impl TransactionView {
    pub(crate) fn new(id: impl std::fmt::Display, fate: Option<Fate>) -> Self {
        let (status, height, outcome) = match fate {
            None => ("pending", None, None),
            Some(Fate::Accepted) => ("accepted", None, None),
            Some(Fate::Void) => ("void", None, None),
            Some(Fate::Final { height, outcome }) => ("final", Some(height.0), Some(outcome.into())),
            Some(Fate::Refused(_) | Fate::Forged) => ("refused", None, None),
        };
        let void = matches!(fate, Some(Fate::Void)).then_some(EXPIRED);
        Self { id: id.to_string(), status, height, outcome, void }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProvenView {
    pub(crate) did: String,
    /// None if there is no such DID.
    pub(crate) record: Option<RecordView>,
    pub(crate) proof: ProofView,
}

/// What a light client needs to believe a record or its absence.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct ProofView {
    /// The record's bytes in base64; none if there is no record.
    pub(crate) value: Option<String>,
    /// The Merkle proof's bytes in base64.
    pub(crate) proof: String,
    /// In base64, the block whose state root the proof leads to; the state is that after the block before it.
    pub(crate) block: String,
    /// A certificate for it in base64.
    pub(crate) certificate: String,
}

pub(crate) fn block_view(
    block: &Block,
    certificate: Option<&Certificate>,
    receipts: Vec<realdid_state::Receipt>,
) -> BlockView {
    let header = &block.header;
    let receipt = |receipt: realdid_state::Receipt| ReceiptView {
        transaction: receipt.transaction.to_string(),
        outcome: receipt.outcome.into(),
    };
    BlockView {
        height: header.height.0,
        block: header.digest().to_string(),
        epoch: header.at.epoch.0,
        view: header.at.view.0,
        parent: header.parent.to_string(),
        time: header.time.0,
        state_root: header.state_root.to_string(),
        transactions: header.transactions,
        proposer: header.proposer.0.into(),
        batches: block.batches.iter().map(|reference| reference.digest.to_string()).collect(),
        encoded: base64(&block.encode()),
        certificate: certificate.map(|certificate| base64(&certificate.encode())),
        encoded_receipts: receipts.iter().map(|receipt| base64(&receipt.encode())).collect(),
        receipts: receipts.into_iter().map(receipt).collect(),
    }
}

/// A DID of this network in words.
pub(crate) fn did_text(did: &realdid_types::Did, network: &NetworkName) -> String {
    did.to_text(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_void_says_that_it_expired_and_what_may_have_held_it_back() {
        let view = serde_json::to_value(TransactionView::new("5a", Some(Fate::Void))).expect("JSON");
        assert_eq!((&view["status"], &view["code"]), (&"void".into(), &"expired".into()));
        assert!(
            view["reason"].as_str().is_some_and(|reason| reason.contains("lacked a signature")),
            "{view}"
        );
        let pending = serde_json::to_value(TransactionView::new("5a", None)).expect("JSON");
        assert_eq!(pending, serde_json::json!({ "id": "5a", "status": "pending" }));
    }
}
