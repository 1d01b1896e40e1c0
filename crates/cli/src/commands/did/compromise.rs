//! Keys that are declared compromised: from when on nothing that they signed counts.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use realdid_client::{CheckedNode, compromised_keys};
use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, ReplacedKey};
use realdid_state::StateKey;
use realdid_testnet::now_ms;
use realdid_types::{CompromisedKey, Did, Timestamp, limits};

use crate::commands::{key::Key, time};

/// What is not to be trusted, and since when.
#[derive(Debug, clap::Args)]
pub(crate) struct Compromise {
    /// Nothing that the DID's keys signed from this time on counts; without it they are merely replaced, and what they
    /// signed until now stays valid
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    compromised_since: Option<Timestamp>,
    /// Only this key is compromised, by its file or its 64 digits; it may be one that the DID had before
    #[arg(long, value_name = "KEY", requires = "compromised_since")]
    compromised: Vec<String>,
}

/// What is declared, with what the ledger knows of keys that were replaced before.
pub(crate) struct Declared {
    since: Option<Timestamp>,
    keys: Vec<PublicKey>,
    replaced: BTreeMap<PublicKey, ReplacedKey>,
}

impl Compromise {
    /// Looks the named keys up.
    ///
    /// # Errors
    /// If one is no key, or the time is still to come.
    pub(crate) async fn look_up(&self, node: &mut CheckedNode, did: Did) -> anyhow::Result<Declared> {
        if let Some(since) = self.compromised_since {
            ensure!(
                since.0 <= now_ms(),
                "--compromised-since {} is still to come: nobody knows what will be compromised",
                time::text(since)
            );
        }
        let mut keys: Vec<PublicKey> = Vec::new();
        for text in &self.compromised {
            keys.push(Key::named(text)?.public());
        }
        let mut replaced = BTreeMap::new();
        for key in &keys {
            if let Some(entry) = node.entry(&StateKey::ReplacedKey(did, *key)).await?.entry {
                replaced.insert(*key, entry);
            }
        }
        Ok(Declared { since: self.compromised_since, keys, replaced })
    }
}

impl Declared {
    /// Since when, if anything is declared.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The keys that are named, or else all of a record's.
    pub(crate) fn keys_of(&self, record: &DidRecord) -> Vec<PublicKey> {
        if self.keys.is_empty() {
            record.keys.iter().map(|held| held.key.key).collect()
        } else {
            self.keys.clone()
        }
    }

    /// The declarations about a record's keys: about those that are named, or else all.
    pub(crate) fn about(&self, record: &DidRecord) -> anyhow::Result<Vec<CompromisedKey>> {
        let Some(since) = self.since else { return Ok(Vec::new()) };
        let keys = self.keys_of(record);
        if let Some(stranger) = keys.iter().find(|key| !record.holds(key) && !self.replaced.contains_key(key))
        {
            bail!("the DID never had the key {stranger}: `realdid did history` shows those that it had");
        }
        let declared = compromised_keys(keys.into_iter().map(|key| (key, since)));
        ensure!(
            declared.len() <= limits::DID_KEYS_MAX,
            "{} keys are named and {} can be declared compromised at once",
            declared.len(),
            limits::DID_KEYS_MAX
        );
        Ok(declared)
    }

    /// A key that was replaced before, as far as it is named.
    pub(crate) fn replaced(&self, key: &PublicKey) -> Option<ReplacedKey> {
        self.replaced.get(key).cloned()
    }
}
