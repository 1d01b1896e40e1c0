//! `realdid did resolve`: a record, now or as it was.

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, NodeClient, ProvenRecord, Resolved};
use realdid_identity::DidRecord;
use realdid_types::{Did, Genesis, Timestamp};
use serde_json::{Value, json};

use super::change::view;
use crate::{
    commands::{
        Target, Trust,
        ledger::plain,
        means::{PATIENCE, node},
        time,
    },
    output::{Format, print, row},
};

/// Which DID, and as of when.
#[derive(clap::Args)]
pub(crate) struct Resolve {
    /// The DID
    did: String,
    /// As it was in this version; 1 is the one that was created
    #[arg(long, conflicts_with = "time", value_parser = clap::value_parser!(u64).range(1..))]
    version: Option<u64>,
    /// As it was at this time, such as 2026-09-30T12:00:00Z
    #[arg(long, value_parser = time::parse)]
    time: Option<Timestamp>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(resolve: &Resolve, format: Format) -> anyhow::Result<()> {
    let mut node = node(&resolve.target, &resolve.trust).await?;
    let did = Did::from_text(&resolve.did, &node.genesis().network)?;
    let ProvenRecord { record, header } = node.record_now(did, PATIENCE).await?;
    let newest = record.as_ref().map_or(0, |record| record.version);
    // what was verified, not what the node says beside it
    let record = match record {
        Some(record) => Some(resolve.as_wanted(&node, did, record).await?),
        None => {
            ensure!(
                resolve.version.is_none() && resolve.time.is_none(),
                "there is no {}, and so no version of it: `realdid did create` makes one",
                resolve.did
            );
            None
        }
    };
    let shown = record.as_ref().map(|record| view(record, &node.genesis().network)).transpose()?;
    let height = header.height.0;
    let result = json!({
        "did": resolve.did, "record": shown, "newest_version": newest, "verified_at_height": height,
    });
    print(format, &result, |result| rows(&resolve.did, &result["record"], newest, height))
}

impl Resolve {
    /// The version that is asked for, back from the newest: each holds the digest of the one before.
    async fn as_wanted(&self, node: &CheckedNode, did: Did, newest: DidRecord) -> anyhow::Result<DidRecord> {
        if let Some(version) = self.version {
            ensure!(
                version <= newest.version,
                "{} has no version {version}: the newest is {}",
                self.did,
                newest.version
            );
        }
        if let Some(time) = self.time {
            ensure!(
                newest.created.time <= time,
                "there was no {} at {}: it was made at {}",
                self.did,
                time::text(time),
                time::text(newest.created.time)
            );
        }
        let is_wanted = |record: &DidRecord| match (self.version, self.time) {
            (Some(version), _) => record.version == version,
            (None, Some(time)) => record.updated.time <= time,
            (None, None) => true,
        };
        let mut record = newest;
        while !is_wanted(&record) {
            record = before(node, did, &record).await?;
        }
        Ok(record)
    }
}

/// The version before one.
pub(super) async fn before(node: &CheckedNode, did: Did, newer: &DidRecord) -> anyhow::Result<DidRecord> {
    newer.previous.with_context(|| {
        format!(
            "version {} does not say what was before it: this network is of format 1, where older versions cannot be proven",
            newer.version
        )
    })?;
    Ok(node.version_before(did, newer).await?)
}

fn rows(did: &str, record: &Value, newest: u64, height: u64) -> Vec<Vec<String>> {
    let mut rows = vec![row(["did", did])];
    if record.is_null() {
        rows.push(row(["record", "there is none"]));
    } else {
        rows.extend(record_rows(record, newest));
    }
    rows.push(row(["verified", &format!("by a certificate for block {height}")]));
    rows
}

fn record_rows(record: &Value, newest: u64) -> Vec<Vec<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    if record["deactivated"] == true {
        rows.push(row(["ended", "for good: none of its keys counts any more"]));
    }
    for key in list(&record["keys"]) {
        let purposes: Vec<String> = list(&key["purposes"]).iter().map(plain).collect();
        rows.push(row(["key", &plain(&key["key"]), &purposes.join(", ")]));
    }
    for service in list(&record["services"]) {
        let what = format!("{}, {}", plain(&service["name"]), plain(&service["kind"]));
        rows.push(row(["service", &plain(&service["endpoint"]), &what]));
    }
    let controllers = list(&record["controllers"]["dids"]);
    for controller in &controllers {
        let needed = format!("{} of {} must sign", record["controllers"]["threshold"], controllers.len());
        rows.push(row(["controller", &plain(controller), &needed]));
    }
    if let Some(next) = record["next_key"].as_str() {
        rows.push(row(["next key", "only the one that is committed to may come next", next]));
    }
    let version = plain(&record["version"]);
    let version = if record["version"] == newest { version } else { format!("{version} of {newest}") };
    rows.push(row(["version", &version]));
    rows.push(row(["since", &plain(&record["updated_at"])]));
    rows
}

/// Checks a resolution from the genesis on; the record that it proves, and the header that vouches for it.
pub(crate) async fn verify(
    client: &NodeClient,
    genesis: &Genesis,
    did: Did,
    resolved: &Resolved,
) -> anyhow::Result<ProvenRecord> {
    let mut node = CheckedNode::new(client.clone(), genesis)?;
    Ok(node.check_record(did, &resolved.proof).await?)
}
