//! `realdid did history`: how a record came to be what it is.

use anyhow::Context;
use realdid_client::{CheckedNode, ProvenRecord};
use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, ReplacedKey};
use realdid_state::StateKey;
use realdid_types::{Did, Timestamp};
use serde_json::{Value, json};

use super::{change::view, resolve::before};
use crate::{
    commands::{
        Target, Trust,
        means::{PATIENCE, node},
        time,
    },
    output::{Format, print, row},
};

/// Whose history.
#[derive(clap::Args)]
pub(crate) struct History {
    /// The DID
    did: String,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(history: &History, format: Format) -> anyhow::Result<()> {
    let mut node = node(&history.target, &history.trust).await?;
    let did = Did::from_text(&history.did, &node.genesis().network)?;
    let ProvenRecord { record, header } = node.record_now(did, PATIENCE).await?;
    let newest =
        record.with_context(|| format!("there is no {}: `realdid did create` makes one", history.did))?;
    let versions = versions(&node, did, newest).await?;
    let replaced = replaced(&mut node, did, &versions).await?;
    let network = &node.genesis().network;
    let records: Vec<Value> =
        versions.iter().map(|record| view(record, network)).collect::<anyhow::Result<_>>()?;
    let height = header.height.0;
    let result = json!({
        "did": history.did, "versions": records, "verified_at_height": height,
        "replaced_keys": replaced.iter().map(key_view).collect::<Vec<_>>(),
    });
    print(format, &result, |_| {
        let mut rows = vec![row(["version", "since", "block", "what changed"])];
        for (place, record) in versions.iter().enumerate() {
            let former = place.checked_sub(1).and_then(|former| versions.get(former));
            rows.extend(version_rows(former, record));
        }
        rows.extend(replaced.iter().flat_map(key_rows));
        let how = "and from there back: each version holds the digest of the one before";
        rows.push(row(["verified", "", "", &format!("by a certificate for block {height}, {how}")]));
        rows
    })
}

/// All versions, the first one first.
async fn versions(node: &CheckedNode, did: Did, newest: DidRecord) -> anyhow::Result<Vec<DidRecord>> {
    let mut versions = vec![newest];
    while let Some(record) = versions.last().filter(|record| record.version > 1) {
        let former = before(node, did, record).await?;
        versions.push(former);
    }
    versions.reverse();
    Ok(versions)
}

/// The keys that stood in some version and do not in the newest, in the order in which they came.
async fn replaced(
    node: &mut CheckedNode,
    did: Did,
    versions: &[DidRecord],
) -> anyhow::Result<Vec<ReplacedKey>> {
    let mut keys: Vec<PublicKey> = Vec::new();
    for held in versions.iter().flat_map(|record| &record.keys) {
        let is_held = versions.last().is_some_and(|newest| newest.holds(&held.key.key));
        if !is_held && !keys.contains(&held.key.key) {
            keys.push(held.key.key);
        }
    }
    let mut entries = Vec::new();
    for key in keys {
        let proven = node.entry(&StateKey::ReplacedKey(did, key)).await?;
        let missing = || format!("the ledger has no entry of the key {key}, which stood in an older version");
        entries.push(proven.entry.with_context(missing)?);
    }
    Ok(entries)
}

fn key_view(entry: &ReplacedKey) -> Value {
    let compromised = (entry.compromised != Timestamp(0)).then(|| time::text(entry.compromised));
    json!({
        "key": entry.key.key.to_string(),
        "since": time::text(entry.since.time), "since_height": entry.since.height.0,
        "until": time::text(entry.until.time), "until_height": entry.until.height.0,
        "compromised": compromised,
        "declared": entry.declared.map(|declared| time::text(declared.time)),
    })
}

fn key_rows(entry: &ReplacedKey) -> [Vec<String>; 3] {
    let span = format!("valid from {} until {}", time::text(entry.since.time), time::text(entry.until.time));
    let standing = match (entry.compromised, entry.declared) {
        (Timestamp(0), _) => "what it signed in that time stays valid".to_owned(),
        (since, Some(declared)) => format!(
            "nothing that it signed from {} on counts; that was declared at {}",
            time::text(since),
            time::text(declared.time)
        ),
        (since, None) => format!("nothing that it signed from {} on counts", time::text(since)),
    };
    [
        row(["old key", "", "", &entry.key.key.to_string()]),
        row(["", "", "", &span]),
        row(["", "", "", &standing]),
    ]
}

/// What a version changed, a line for each.
fn version_rows(former: Option<&DidRecord>, record: &DidRecord) -> Vec<Vec<String>> {
    let changes = changes(former, record);
    let line = |(place, change): (usize, &String)| {
        if place > 0 {
            return row(["", "", "", change]);
        }
        let (version, height) = (record.version.to_string(), record.updated.height.to_string());
        row([&version, &time::text(record.updated.time), &height, change])
    };
    changes.iter().enumerate().map(line).collect()
}

fn changes(former: Option<&DidRecord>, record: &DidRecord) -> Vec<String> {
    let Some(former) = former else {
        let keys = record.keys.iter().map(|held| format!("made, with the key {}", held.key.key));
        return keys.collect();
    };
    if record.deactivated {
        return vec!["ended for good".to_owned()];
    }
    let mut changes = Vec::new();
    if former.recovery != record.recovery {
        changes.push("recovered, with a new recovery key".to_owned());
    }
    let added = record.keys.iter().filter(|held| !former.holds(&held.key.key));
    changes.extend(added.map(|held| format!("the key {} came", held.key.key)));
    let gone = former.keys.iter().filter(|held| !record.holds(&held.key.key));
    changes.extend(gone.map(|held| format!("the key {} went", held.key.key)));
    let others = [
        (former.next_key != record.next_key, "another commitment to the next key"),
        (former.services != record.services, "other services"),
        (former.controllers != record.controllers, "other controllers"),
    ];
    changes.extend(others.iter().filter(|(changed, _)| *changed).map(|(_, what)| (*what).to_owned()));
    changes
}
