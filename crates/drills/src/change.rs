//! A validator is voted in, signs, and is voted out again, while clients go on.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use realdid_client::NodeClient;
use realdid_testnet::{decide, newcomer_change};
use realdid_types::{Change, RemoveValidator};
use serde_json::Value;

use crate::rig::{PATIENCE, Rig};

/// The member whose second validator it is.
const ORGANISATION: &str = "ministry";
/// How often is looked.
const LOOK: Duration = Duration::from_millis(10);

/// Does it; the longest time in milliseconds between two blocks meanwhile.
pub async fn run(rig: &mut Rig) -> anyhow::Result<u64> {
    let client = rig.client(0);
    let tip = client.newest_block().await?.header.height.0;
    let place = rig.newcomer(ORGANISATION)?;
    catch_up(rig, place, tip).await?;

    let change = newcomer_change(&rig.network, place, ORGANISATION, &client).await?;
    let Change::AddValidator(newcomer) = &change else { anyhow::bail!("the change adds nobody") };
    let consensus_key = newcomer.consensus_key;
    let alone = rig.members.clone().write_owned().await;
    decide(&rig.network, &client, change).await?;
    drop(alone);
    let is_in = |status: &Value| status["validator"] == true && status["health"]["ready"] == true;
    until(rig, place, "takes office", is_in).await?;
    until_it_signs(&client, &consensus_key.to_string()).await?;

    let alone = rig.members.clone().write_owned().await;
    decide(&rig.network, &client, Change::RemoveValidator(RemoveValidator { consensus_key })).await?;
    drop(alone);
    until(rig, place, "leaves office", |status| status["validator"] == false && status["voting"] == false)
        .await?;
    longest_pause(&client, tip, client.newest_block().await?.header.height.0).await
}

/// Until a node has this block. How long that takes depends on how much the ledger holds: only standing still is wrong.
async fn catch_up(rig: &Rig, place: usize, tip: u64) -> anyhow::Result<()> {
    let (name, client) = (&rig.network.nodes[place].name, rig.client(place));
    let (mut height, mut moved) = (0, Instant::now());
    while height < tip {
        let now = client.get::<Value>("/v1/status").await.ok().and_then(|status| status["height"].as_u64());
        if let Some(now) = now.filter(|now| *now > height) {
            (height, moved) = (now, Instant::now());
        }
        ensure!(moved.elapsed() < PATIENCE, "{name} stands still at block {height} of {tip}");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

async fn until(rig: &Rig, place: usize, what: &str, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    let (name, client, started) = (&rig.network.nodes[place].name, rig.client(place), Instant::now());
    while !client.get::<Value>("/v1/status").await.is_ok_and(|status| is_so(&status)) {
        ensure!(started.elapsed() < PATIENCE, "{name} never {what}");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Waits until a certificate has its signature.
async fn until_it_signs(client: &NodeClient, key: &str) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        if client.newest_signers().await?.iter().any(|signer| signer.consensus_key == key) {
            return Ok(());
        }
        ensure!(started.elapsed() < PATIENCE, "the newcomer never signs");
        tokio::time::sleep(LOOK).await;
    }
}

/// The longest time between two blocks that followed each other, by their own times.
async fn longest_pause(client: &NodeClient, first: u64, last: u64) -> anyhow::Result<u64> {
    let (mut before, mut longest) = (None, 0);
    for height in first..=last {
        let block: Value = client.get(&format!("/v1/blocks/{height}")).await?;
        let time = block["time"].as_u64().context("a block without a time")?;
        longest = longest.max(before.map_or(0, |before| time.saturating_sub(before)));
        before = Some(time);
    }
    Ok(longest)
}
