//! `realdid did update`: the keys of a DID.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_client::{ClientError, NodeClient, Submitted, sign};
use realdid_crypto::{Digest, PublicKey, SecretKey};
use realdid_identity::{DidRecord, commitment, update::check};
use realdid_node::{keys, keys::load};
use realdid_types::{
    Did, DidKey, Genesis, Operation, Purposes, Sender, SignedTransaction, Transaction, UpdateDid,
};
use serde_json::json;

use super::{key_at, verify};
use crate::{
    commands::{
        Target, Trust,
        delivery::{self, Delivery},
    },
    output::{Format, print, row, say},
};

/// A change that was made just before shows with the next block; an idle network takes some seconds for one.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// What is to change.
#[derive(clap::Args)]
pub(crate) struct Update {
    /// The DID
    did: String,
    /// The file of a key that may change the DID
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Add the key in this file; one that is missing is made
    #[arg(long, value_name = "FILE")]
    add: Vec<PathBuf>,
    /// What added keys are for
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Purpose::Authentication, Purpose::Invocation, Purpose::Assertion])]
    purposes: Vec<Purpose>,
    /// Remove this key, for ever: its file, or 64 hexadecimal digits
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// Put the key in this file in the place of the one that signs
    #[arg(long, value_name = "FILE")]
    replace_by: Option<PathBuf>,
    /// Commit to the key in this file: until it is added, no other key that may change the DID can be
    #[arg(long, value_name = "FILE")]
    next: Option<PathBuf>,
    /// Go on although afterwards none of the keys named here may change the DID
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    delivery: Delivery,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Purpose {
    /// Logging in
    Authentication,
    /// Changing the DID
    Invocation,
    /// Signing statements
    Assertion,
}

/// The keys that the command line names.
struct Keys {
    signer: SecretKey,
    added: Vec<SecretKey>,
    removed: Vec<PublicKey>,
    next: Option<PublicKey>,
    purposes: Purposes,
}

pub(crate) async fn run(update: Update, format: Format) -> anyhow::Result<()> {
    ensure!(
        !update.add.is_empty()
            || !update.remove.is_empty()
            || update.replace_by.is_some()
            || update.next.is_some(),
        "nothing is to change: name --add, --remove, --replace-by or --next"
    );
    let client = update.target.client()?;
    let genesis = update.trust.genesis(&client).await?;
    let did = Did::from_text(&update.did, &genesis.network)?;
    let mut record = proven(&client, &genesis, did).await?;
    let keys = Keys::read(&update)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let Some(operation) = keys.change(did, &record)? else {
            let result = json!({ "did": update.did, "outcome": "unchanged" });
            return say(
                format,
                &result,
                &format!("{} has these keys already: nothing is to change", update.did),
            );
        };
        keys.check(&operation, &record, &update)?;
        let signed = keys.sign(operation, did, &record, &genesis, &update.delivery);
        if let Some(path) = &update.delivery.write {
            delivery::write(path, &signed)?;
            let result = json!({ "did": update.did, "file": path, "transaction": signed.id().to_string() });
            return say(format, &result, &format!("the signed change is in {}", path.display()));
        }
        match delivery::hand_in(&client, signed).await {
            Err(error) if is_too_early(&error) && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
                record = proven(&client, &genesis, did).await?;
            }
            done => return show(&update, &record, &done?, format),
        }
    }
}

fn show(update: &Update, before: &DidRecord, done: &Submitted, format: Format) -> anyhow::Result<()> {
    let version = before.version.saturating_add(1);
    let result = json!({
        "did": update.did, "version": version, "transaction": done.id, "height": done.height,
        "outcome": done.outcome,
    });
    print(format, &result, |_| {
        vec![
            row(["did", &update.did]),
            row(["version", &version.to_string()]),
            row(["transaction", &done.id]),
            row(["outcome", done.outcome.as_deref().unwrap_or("-")]),
        ]
    })
}

/// The record as of now, proven from the genesis on. The newest header vouches for what stood before its block, so if
/// that holds transactions, the next one is waited for.
async fn proven(client: &NodeClient, genesis: &Genesis, did: Did) -> anyhow::Result<DidRecord> {
    let text = did.to_text(&genesis.network);
    let newest = client.newest_block().await?.header;
    let needed = if newest.transactions == 0 { newest.height } else { newest.height.next() };
    let until = Instant::now() + PATIENCE;
    loop {
        let proven = verify(client, genesis, did, &client.resolve(&text).await?).await?;
        if proven.header.height >= needed || Instant::now() >= until {
            return proven
                .record
                .with_context(|| format!("there is no {text}: `realdid did create` makes one"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the record was still that before another change of the same DID.
fn is_too_early(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ClientError::Refused(problem)) if ["sequence_used", "sequence_taken"].contains(&problem.code.as_str())
    )
}

impl Keys {
    fn read(update: &Update) -> anyhow::Result<Self> {
        let signer = SecretKey::ed25519(&*load(&update.key)?);
        let mut removed: Vec<PublicKey> =
            update.remove.iter().map(|text| named_key(text)).collect::<anyhow::Result<_>>()?;
        if update.replace_by.is_some() {
            removed.push(signer.public_key());
        }
        removed.sort_unstable();
        removed.dedup();
        let added = update.add.iter().chain(&update.replace_by);
        let mut added: Vec<SecretKey> = added.map(|path| key_at(path)).collect::<anyhow::Result<_>>()?;
        added.sort_unstable_by_key(SecretKey::public_key);
        added.dedup_by_key(|key| key.public_key());
        let has = |purpose| update.purposes.contains(&purpose);
        Ok(Self {
            signer,
            added,
            removed,
            next: update.next.as_deref().map(key_at).transpose()?.map(|key| key.public_key()),
            purposes: Purposes {
                authentication: has(Purpose::Authentication),
                invocation: has(Purpose::Invocation),
                assertion: has(Purpose::Assertion),
            },
        })
    }

    /// What is left to change in a record; none if it is as it should be.
    fn change(&self, did: Did, record: &DidRecord) -> anyhow::Result<Option<UpdateDid>> {
        let held = |key: &PublicKey| record.keys.iter().find(|held| held.key.key == *key);
        let mut add = Vec::new();
        for key in self.added.iter().map(SecretKey::public_key) {
            match held(&key) {
                None => add.push(DidKey { key, purposes: self.purposes }),
                Some(held) => ensure!(
                    held.key.purposes == self.purposes,
                    "{key} is there for other purposes, which cannot be changed: remove it and add another key"
                ),
            }
        }
        let remove: Vec<PublicKey> = self.removed.iter().filter(|key| record.holds(key)).copied().collect();
        let fulfils = add.iter().any(|added| commitment(&added.key) == record.next_key);
        let next_key = match self.next {
            Some(next) => commitment(&next),
            None if fulfils => Digest::ZERO,
            None => record.next_key,
        };
        let is_same = add.is_empty() && remove.is_empty() && next_key == record.next_key;
        Ok((!is_same).then_some(UpdateDid::of_keys(did, add, remove, next_key)))
    }

    /// Refuses what the ledger would refuse, and what whoever asks for it may regret.
    fn check(&self, operation: &UpdateDid, record: &DidRecord, update: &Update) -> anyhow::Result<()> {
        let signer = self.signer.public_key();
        ensure!(
            record.may_invoke(&signer),
            "the key in {} may not change {}: sign with one that has capabilityInvocation in `realdid did resolve`",
            update.key.display(),
            update.did
        );
        check(operation, operation.did, record, &|_| false)?;
        let keeps_signer = !operation.remove.contains(&signer);
        let adds_one = operation.add.iter().any(|added| added.purposes.invocation);
        let named = self.added.iter().map(SecretKey::public_key).any(|key| record.may_invoke(&key));
        ensure!(
            keeps_signer || adds_one || named || update.yes,
            "afterwards only {} may change {}, and no file with such a key is named here: if you hold one, repeat this with \
             --yes; if not, you would lock yourself out for ever",
            others(operation, record),
            update.did
        );
        Ok(())
    }

    fn sign(
        &self,
        operation: UpdateDid,
        did: Did,
        record: &DidRecord,
        genesis: &Genesis,
        delivery: &Delivery,
    ) -> SignedTransaction {
        let is_added = |key: &&SecretKey| operation.add.iter().any(|added| added.key == key.public_key());
        let signers: Vec<&SecretKey> = self.added.iter().filter(is_added).chain([&self.signer]).collect();
        let transaction = Transaction {
            genesis: genesis.digest(),
            sender: Sender::Did(did),
            sequence: record.next_sequence,
            expires: delivery.expires(genesis),
            operation: Operation::UpdateDid(operation.clone()),
        };
        sign(transaction, &signers)
    }
}

fn others(operation: &UpdateDid, record: &DidRecord) -> String {
    let keys = record.keys.iter().map(|held| &held.key);
    let left = keys.filter(|key| key.purposes.invocation && !operation.remove.contains(&key.key));
    left.map(|key| key.key.to_string()).collect::<Vec<_>>().join(", ")
}

/// A public key by its digits, or by the file of its other half.
fn named_key(text: &str) -> anyhow::Result<PublicKey> {
    match keys::public_key(text) {
        Some(key) => Ok(key),
        None => Ok(SecretKey::ed25519(&*load(Path::new(text))?).public_key()),
    }
}
