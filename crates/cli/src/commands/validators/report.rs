//! Putting on record that a validator contradicted itself.

use std::path::Path;

use anyhow::{Context, ensure};
use realdid_crypto::Ed25519Verifier;
use realdid_types::{Evidence, ValidatorSet, Wire};
use serde_json::json;

use super::{Acting, delivery};
use crate::output::{Format, say};

impl Acting<'_> {
    /// Hands in evidence that a node kept in a file.
    pub(super) async fn report(&self, path: &Path, format: Format) -> anyhow::Result<()> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let evidence =
            Evidence::decode(&bytes).with_context(|| format!("{} is no evidence", path.display()))?;
        let accused = self.accused(&evidence).await?;
        let signed = self.member()?.report(evidence);
        let id = signed.id().to_string();
        if let Some(file) = &self.delivery.write {
            delivery::write(file, &signed)?;
            let result = json!({ "accused": accused, "transaction": id, "file": file });
            return say(format, &result, &format!("what {} signed is in {}", self.name, file.display()));
        }
        let done = delivery::hand_in(&self.client, signed).await?;
        let result = json!({ "accused": accused, "transaction": id, "height": done.height });
        let advice = format!("`realdid validators propose remove {accused}` lets the members vote it out");
        say(format, &result, &format!("it is on record that {accused} contradicted itself; {advice}"))
    }

    /// The organisation that the evidence is against, once it is certain that it proves something: the ledger would
    /// refuse it otherwise, and that would use up a number.
    async fn accused(&self, evidence: &Evidence) -> anyhow::Result<String> {
        let (epoch, index) = evidence.accused();
        let set = self.validators_of(epoch.0).await?;
        let accused = set.get(index).context("the evidence names a validator that there is none of")?;
        let verdict = evidence.verify(&set, self.genesis.digest(), &Ed25519Verifier::default());
        verdict.context("the evidence proves nothing")?;
        Ok(accused.organisation.to_string())
    }

    /// The validators of the present epoch; only of those is evidence taken.
    async fn validators_of(&self, epoch: u64) -> anyhow::Result<ValidatorSet> {
        let present = self.client.validators().await?.epoch;
        ensure!(
            epoch == present,
            "the evidence is of epoch {epoch} and the present one is {present}: only its validators can be reported"
        );
        match epoch.checked_sub(1) {
            None => Ok(self.genesis.validator_set()?),
            Some(former) => Ok(self.client.epoch_end(realdid_types::Epoch(former)).await?.1),
        }
    }
}
