//! `realdid did deactivate`: the end of a DID.

use anyhow::ensure;
use realdid_identity::{DidRecord, commitment};
use realdid_types::{DeactivateDid, Did, Operation};

use super::{
    change::{Change, carry_out},
    compromise::{Compromise, Declared},
};
use crate::{
    commands::{
        key::{Key, confirm},
        means::Means,
    },
    output::Format,
};

/// What is to end.
#[derive(clap::Args)]
pub(crate) struct Deactivate {
    /// The DID
    did: String,
    /// Its recovery key, or keys of as many of its controllers as must sign
    #[arg(long, value_name = "KEY", required = true)]
    key: Vec<String>,
    #[command(flatten)]
    compromise: Compromise,
    /// Do not ask whether that is really meant
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    means: Means,
}

pub(crate) async fn run(deactivate: &Deactivate, format: Format) -> anyhow::Result<()> {
    let mut node = deactivate.means.node().await?;
    let did = Did::from_text(&deactivate.did, &node.genesis().network)?;
    let declared = deactivate.compromise.look_up(&mut node, did).await?;
    let record = super::change::present(&mut node, did).await?;
    // what is wrong is told before anybody is asked
    deactivate.change(did, &record, &declared)?;
    let question = format!(
        "{} ends for good: no key of it counts any more, and nobody can undo that. Go on?",
        deactivate.did
    );
    confirm(&question, deactivate.yes || deactivate.means.delivery.unsigned_out.is_some())?;
    let plan = |did, record: &DidRecord| deactivate.change(did, record, &declared).map(Some);
    carry_out(&mut node, &deactivate.did, &deactivate.means.delivery, plan, format).await
}

impl Deactivate {
    fn change(&self, did: Did, record: &DidRecord, declared: &Declared) -> anyhow::Result<Change> {
        let keys: Vec<Key> = self.key.iter().map(|text| Key::named(text)).collect::<anyhow::Result<_>>()?;
        let is_recovery = keys.iter().any(|key| commitment(&key.public()) == record.recovery);
        ensure!(
            is_recovery || record.controllers.is_some(),
            "only the recovery key of {} ends it, and none of the keys named is that: it is the file that `realdid did create`, \
             or the newest `realdid did recover`, wrote with the ending .recovery",
            self.did
        );
        let compromised = declared.about(record)?;
        let operation = Operation::DeactivateDid(DeactivateDid { did, compromised });
        Ok(Change { operation, keys })
    }
}
