//! `realdid did rotate`: one key in the place of another.

use anyhow::{Context, bail, ensure};
use realdid_crypto::Digest;
use realdid_identity::{
    DidRecord, commitment,
    update::{check, check_recovery},
};
use realdid_types::{Did, DidKey, Operation, UpdateDid};

use super::change::{Change, carry_out};
use crate::{
    commands::{key::Key, means::Means},
    output::Format,
};

/// Which key, and what comes after it.
#[derive(clap::Args)]
pub(crate) struct Rotate {
    /// The DID
    did: String,
    /// The key that goes, and that signs for it
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The key that comes, for the same purposes; a file that is missing is made
    #[arg(long, value_name = "KEY")]
    to: String,
    /// Commit to the key after that: no other can be rotated in next. A file that is missing is made
    #[arg(long, value_name = "KEY")]
    next: Option<String>,
    #[command(flatten)]
    means: Means,
}

pub(crate) async fn run(rotate: &Rotate, format: Format) -> anyhow::Result<()> {
    let mut node = rotate.means.node().await?;
    let plan = |did, record: &DidRecord| rotate.change(did, record);
    carry_out(&mut node, &rotate.did, &rotate.means.delivery, plan, format).await
}

impl Rotate {
    fn change(&self, did: Did, record: &DidRecord) -> anyhow::Result<Option<Change>> {
        let old = Key::named(&self.key)?;
        let Some(held) = record.keys.iter().find(|held| held.key.key == old.public()) else {
            let new = Key::named(&self.to).ok().filter(|new| record.holds(&new.public()));
            return match new {
                Some(_) => Ok(None),
                None => bail!(
                    "{} does not have the key in {}: `realdid did resolve` shows those that it has",
                    self.did,
                    self.key
                ),
            };
        };
        let purposes = held.key.purposes;
        ensure!(
            purposes.invocation,
            "the key in {} may not change {}: add and remove it with `realdid did update` and a key that has \
             capabilityInvocation in `realdid did resolve`",
            self.key,
            self.did
        );
        let new = Key::named_or_new(&self.to)?;
        let next = self.next.as_deref().map(Key::named_or_new).transpose()?;
        let is_awaited = commitment(&new.public()) == record.next_key;
        let next_key = match next {
            Some(next) => commitment(&next.public()),
            None if is_awaited => Digest::ZERO,
            None => record.next_key,
        };
        let add = vec![DidKey { key: new.public(), purposes }];
        let update = UpdateDid::of_keys(did, add, vec![old.public()], next_key);
        check(&update, did, record, &|_| false).context("nothing was handed in")?;
        check_recovery(&update, record).context("nothing was handed in")?;
        Ok(Some(Change { operation: Operation::UpdateDid(update), keys: vec![old, new] }))
    }
}
