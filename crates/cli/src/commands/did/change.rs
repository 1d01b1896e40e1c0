//! Changing a DID: what stands on the ledger is proven first, and what was asked for is made of that.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, ClientError, Draft};
use realdid_crypto::Digest;
use realdid_identity::{DidRecord, RecordView};
use realdid_types::{Did, Genesis, NetworkName, Operation, Sender};
use serde_json::{Value, json};

use crate::{
    commands::{
        delivery::{self, Delivered, Delivery},
        key::Key,
        time,
    },
    output::{Format, say},
};

/// A change that was made just before shows with the next block; an idle network takes some seconds for one.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// A change, and the keys that sign for it.
pub(crate) struct Change {
    /// What is asked for.
    pub(crate) operation: Operation,
    /// All whose signatures it takes.
    pub(crate) keys: Vec<Key>,
}

/// Asks for a change of a DID. `plan` makes it of the record as it stands, and is asked again if somebody else's change
/// came between; none if nothing is left to change.
///
/// # Errors
/// If there is no such DID, or it has ended; as `plan`; if the change is not delivered.
pub(crate) async fn carry_out(
    node: &mut CheckedNode,
    text: &str,
    delivery: &Delivery,
    plan: impl Fn(Did, &DidRecord) -> anyhow::Result<Option<Change>>,
    format: Format,
) -> anyhow::Result<()> {
    let did = Did::from_text(text, &node.genesis().network)?;
    let until = Instant::now() + PATIENCE;
    let mut told = Vec::new();
    loop {
        let record = present(node, did).await?;
        let Some(Change { operation, keys }) = plan(did, &record)? else {
            let sentence = format!("{text} is so already: nothing is to change");
            return say(format, &json!({ "did": text, "outcome": "unchanged" }), &sentence);
        };
        let losses = losses(&record, &operation);
        // once, also if it is asked for again
        losses.iter().filter(|loss| !told.contains(*loss)).for_each(|loss| eprintln!("{loss}"));
        told = losses;
        let draft = draft(node.genesis(), did, &record, delivery);
        let keys: Vec<&Key> = keys.iter().collect();
        match delivery.deliver(node, draft.asking(operation), &keys).await {
            Err(error) if is_too_early(&error) && Instant::now() < until => tokio::time::sleep(PAUSE).await,
            delivered => return show(text, &record, &delivered?, format),
        }
    }
}

/// What goes with a change without being named by whoever asks for it, in words.
fn losses(record: &DidRecord, operation: &Operation) -> Vec<String> {
    let (next_key, loses_services) = match operation {
        Operation::UpdateDid(update) => (update.next_key, false),
        Operation::RecoverDid(recover) => (recover.next_key, true),
        _ => return Vec::new(),
    };
    let mut losses = Vec::new();
    if loses_services && !record.services.is_empty() {
        let names: Vec<&str> = record.services.iter().map(|service| service.name.as_str()).collect();
        losses.push(format!(
            "a recovery removes the services of a DID: {} (`realdid did update` adds them again)",
            names.join(", ")
        ));
    }
    if record.next_key != Digest::ZERO && next_key == Digest::ZERO {
        losses.push(
            "the commitment to a next key goes: any key may come next (--next KEY commits to another)"
                .to_owned(),
        );
    }
    losses
}

fn draft(genesis: &Genesis, did: Did, record: &DidRecord, delivery: &Delivery) -> Draft {
    Draft {
        genesis: genesis.digest(),
        sender: Sender::Did(did),
        sequence: record.next_sequence,
        expires: delivery.expires(genesis),
    }
}

fn show(text: &str, before: &DidRecord, delivered: &Delivered, format: Format) -> anyhow::Result<()> {
    let version = before.version.saturating_add(1);
    delivery::show(vec![("did", json!(text)), ("version", json!(version))], delivered, format)
}

/// The record as of now, proven from the genesis on.
///
/// # Errors
/// If there is none, or the DID has ended.
pub(crate) async fn present(node: &mut CheckedNode, did: Did) -> anyhow::Result<DidRecord> {
    let record = node.record_now(did, PATIENCE).await?.record;
    let text = did.to_text(&node.genesis().network);
    let record = record.with_context(|| format!("there is no {text}: `realdid did create` makes one"))?;
    ensure!(
        !record.deactivated,
        "{text} has ended for good in block {}: make another one with `realdid did create`",
        record.updated.height
    );
    Ok(record)
}

/// Whether the record was still that before another change of the same DID.
fn is_too_early(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ClientError::Refused(problem)) if ["sequence_used", "sequence_taken"].contains(&problem.code.as_str())
    )
}

/// A record as programs see it: that of the interface, and what the interface leaves out.
pub(crate) fn view(record: &DidRecord, network: &NetworkName) -> anyhow::Result<Value> {
    let mut view = serde_json::to_value(RecordView::new(record))?;
    let controllers = record.controllers.as_ref().map(|controllers| {
        let dids: Vec<String> = controllers.dids.iter().map(|did| did.to_text(network)).collect();
        json!({ "dids": dids, "threshold": controllers.threshold })
    });
    let services: Vec<Value> = record
        .services
        .iter()
        .map(|service| {
            let (name, kind) = (service.name.as_str(), service.kind.as_str());
            json!({ "name": name, "kind": kind, "endpoint": service.endpoint.as_str() })
        })
        .collect();
    let more = [
        ("deactivated", json!(record.deactivated)),
        ("controllers", json!(controllers)),
        ("services", json!(services)),
        ("recovery", json!(record.recovery.to_string())),
        ("next_key", json!(committed(record))),
        ("updated_at", json!(time::text(record.updated.time))),
    ];
    if let Some(fields) = view.as_object_mut() {
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    Ok(view)
}

/// The commitment to the next key, if there is one.
fn committed(record: &DidRecord) -> Option<String> {
    (record.next_key != Digest::ZERO).then(|| record.next_key.to_string())
}
