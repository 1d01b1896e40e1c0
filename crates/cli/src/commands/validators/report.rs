//! Putting on record that a validator contradicted itself.

use std::path::Path;

use anyhow::{Context, ensure};
use realdid_client::CheckedNode;
use realdid_crypto::Ed25519Verifier;
use realdid_types::{Evidence, Operation, ReportEvidence, ValidatorSet, Wire};
use serde_json::json;

use super::Acting;
use crate::{
    commands::delivery::{self, Delivered},
    output::{Format, say},
};

/// Hands in evidence that a node kept in a file.
pub(super) async fn report(mut acting: Acting<'_>, path: &Path, format: Format) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let evidence = Evidence::decode(&bytes).with_context(|| format!("{} is no evidence", path.display()))?;
    let accused = accused(&acting.node, &evidence).await?;
    let delivered = acting.act(Operation::ReportEvidence(ReportEvidence { evidence }), &[]).await?;
    let Delivered::Applied(done) = &delivered else {
        return delivery::show(vec![("accused", json!(accused))], &delivered, format);
    };
    let result = json!({ "accused": accused, "transaction": done.id, "height": done.height });
    let advice = format!("`realdid validators propose remove {accused}` lets the members vote it out");
    say(format, &result, &format!("it is on record that {accused} contradicted itself; {advice}"))
}

/// The organisation that the evidence is against, once it is certain that it proves something: the ledger would
/// refuse it otherwise, and that would use up a number.
async fn accused(node: &CheckedNode, evidence: &Evidence) -> anyhow::Result<String> {
    let (epoch, index) = evidence.accused();
    let set = validators_of(node, epoch.0).await?;
    let accused = set.get(index).context("the evidence names a validator that there is none of")?;
    let verdict = evidence.verify(&set, node.genesis().digest(), &Ed25519Verifier::default());
    verdict.context("the evidence proves nothing")?;
    Ok(accused.organisation.to_string())
}

/// The validators of the present epoch; only of those is evidence taken.
async fn validators_of(node: &CheckedNode, epoch: u64) -> anyhow::Result<ValidatorSet> {
    let present = node.node().validators().await?.epoch;
    ensure!(
        epoch == present,
        "the evidence is of epoch {epoch} and the present one is {present}: only its validators can be reported"
    );
    match epoch.checked_sub(1) {
        None => Ok(node.genesis().validator_set()?),
        Some(former) => Ok(node.node().epoch_end(realdid_types::Epoch(former)).await?.1),
    }
}
