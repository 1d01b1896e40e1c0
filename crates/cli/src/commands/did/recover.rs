//! `realdid did recover`: whoever holds the recovery key takes a DID back.

use std::path::Path;

use anyhow::{Context, ensure};
use realdid_client::CheckedNode;
use realdid_crypto::Digest;
use realdid_identity::{DidRecord, Moment, ReplacedKey, commitment, recover::check};
use realdid_state::StateKey;
use realdid_testnet::now_ms;
use realdid_types::{
    Controllers, Did, DidKey, Height, NetworkName, Operation, Purposes, RecoverDid, Timestamp,
};

use super::{
    change::{Change, carry_out, present},
    compromise::{Compromise, Declared},
    more::ControllersWanted,
    resolve::before,
};
use crate::{
    commands::{key::Key, means::Means, time},
    output::Format,
};

/// For everything.
const ALL: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

/// What is to be recovered, and how.
#[derive(clap::Args)]
pub(crate) struct Recover {
    /// The DID
    did: String,
    /// Its recovery key
    #[arg(long, value_name = "KEY")]
    recovery: String,
    /// Where the new key is, or is to be kept; the new recovery key is kept beside it
    #[arg(long, value_name = "KEY")]
    key: String,
    /// Where the new recovery key is, or is to be kept: the old one has been seen then, and never serves again
    /// [default: the key's file with the ending .recovery]
    #[arg(long, value_name = "KEY")]
    new_recovery: Option<String>,
    /// Commit to this key: no other can be rotated in next
    #[arg(long, value_name = "KEY")]
    next: Option<String>,
    #[command(flatten)]
    compromise: Compromise,
    #[command(flatten)]
    controllers: ControllersWanted,
    /// Nobody may act for the DID any more but its own keys
    #[arg(long, conflicts_with = "controller")]
    no_controllers: bool,
    #[command(flatten)]
    means: Means,
}

pub(crate) async fn run(recover: &Recover, format: Format) -> anyhow::Result<()> {
    let mut node = recover.means.node().await?;
    let network = node.genesis().network.clone();
    let did = Did::from_text(&recover.did, &network)?;
    let declared = recover.compromise.look_up(&mut node, did).await?;
    recover.check_declared(&mut node, did, &declared).await?;
    // the new keys are made only once the old one is known to be the right one
    let plan = |did, record: &DidRecord| recover.change(did, record, &declared, &network);
    carry_out(&mut node, &recover.did, &recover.means.delivery, plan, format).await
}

impl Recover {
    fn change(
        &self,
        did: Did,
        record: &DidRecord,
        declared: &Declared,
        network: &NetworkName,
    ) -> anyhow::Result<Option<Change>> {
        let recovery = Key::named(&self.recovery)?;
        if self.is_done(record) {
            return Ok(None);
        }
        ensure!(
            commitment(&recovery.public()) == record.recovery,
            "{} is not the recovery key of {}: it is the file that `realdid did create`, or the newest `realdid did recover`, \
             wrote with the ending .recovery",
            self.recovery,
            self.did
        );
        let compromised = declared.about(record)?;
        let controllers = self.controllers(record, network)?;
        let (key, new_recovery) = (Key::named_or_new(&self.key)?, Key::named_or_new(&self.new_recovery()?)?);
        let next = self.next.as_deref().map(Key::named_or_new).transpose()?;
        let operation = RecoverDid {
            did,
            keys: vec![DidKey { key: key.public(), purposes: ALL }],
            recovery: commitment(&new_recovery.public()),
            next_key: next.map_or(Digest::ZERO, |next| commitment(&next.public())),
            controllers,
            compromised,
        };
        // block time may be behind this clock; the ledger decides on declared times
        let now = Moment { height: Height(0), time: Timestamp(now_ms()) };
        check(&operation, did, record, &|key| declared.replaced(key), now)
            .context("nothing was handed in")?;
        Ok(Some(Change { operation: Operation::RecoverDid(operation), keys: vec![recovery, key] }))
    }

    /// Whether the record holds the new keys and nothing else already.
    fn is_done(&self, record: &DidRecord) -> bool {
        let public = |text: &str| Key::named(text).ok().map(|key| key.public());
        let new_recovery = self.new_recovery().ok().and_then(|text| public(&text));
        public(&self.key).is_some_and(|key| record.holds(&key))
            && new_recovery.is_some_and(|key| commitment(&key) == record.recovery)
    }

    /// What is recovered already is not recovered again, and so nothing is declared: that must not pass in silence.
    ///
    /// # Errors
    /// If keys are to be declared compromised that the recovery which is done did not declare so.
    async fn check_declared(
        &self,
        node: &mut CheckedNode,
        did: Did,
        declared: &Declared,
    ) -> anyhow::Result<()> {
        let Some(since) = declared.since() else { return Ok(()) };
        let record = present(node, did).await?;
        if !self.is_done(&record) {
            return Ok(());
        }
        let mut former = record.clone();
        while former.recovery == record.recovery {
            ensure!(
                former.version > 1,
                "{} was made with this recovery key, and not recovered with it",
                self.did
            );
            former = before(node, did, &former).await?;
        }
        for key in declared.keys_of(&former) {
            let entry: Option<ReplacedKey> = node.entry(&StateKey::ReplacedKey(did, key)).await?.entry;
            let is_declared = |entry: ReplacedKey| {
                entry.compromised != Timestamp(0) && entry.compromised <= since.max(Timestamp(1))
            };
            ensure!(
                entry.is_some_and(is_declared),
                "{did} is recovered already, and its key {key} is not declared compromised since {}: nothing was handed in. To \
                 declare it, recover once more, with the present recovery key ({new}) and a new key: `realdid did recover \
                 {did} --recovery {new} --key NEW_KEY --compromised {key} --compromised-since {}`",
                time::text(since),
                time::text(since),
                did = self.did,
                new = self.new_recovery()?,
            );
        }
        Ok(())
    }

    fn new_recovery(&self) -> anyhow::Result<String> {
        if let Some(named) = &self.new_recovery {
            return Ok(named.clone());
        }
        ensure!(
            realdid_node::keys::public_key(&self.key).is_none(),
            "a key that is named by its digits has no file beside it: name --new-recovery, too"
        );
        let path = Path::new(&self.key).with_extension("recovery");
        path.into_os_string().into_string().ok().context("a file's name must be text")
    }

    /// Those that are named. A DID that has some loses them only if that is said.
    fn controllers(&self, record: &DidRecord, network: &NetworkName) -> anyhow::Result<Option<Controllers>> {
        let named = self.controllers.read(network)?;
        ensure!(
            named.is_some() || self.no_controllers || record.controllers.is_none(),
            "{} has controllers, and a recovery replaces them: name them again with --controller, or say --no-controllers",
            self.did
        );
        Ok(named)
    }
}
