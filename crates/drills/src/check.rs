//! At the end: every transaction that anybody called final is on every node, once, and all chains are one and hold.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_audit::Audit;
use realdid_crypto::Ed25519Verifier;
use realdid_node::GenesisFile;
use realdid_storage::{KeyHistory, Store};
use realdid_types::{Height, TransactionId};

use crate::{
    load::Acknowledged,
    rig::{PATIENCE, Rig},
};

pub struct Checked {
    pub nodes: usize,
    pub height: u64,
}

pub async fn everything(rig: &mut Rig, acknowledged: &[Acknowledged]) -> anyhow::Result<Checked> {
    await_everybody(rig).await?;
    rig.stop().await?;
    let mut tips = BTreeMap::new();
    for node in &rig.network.nodes {
        let home = rig.network.home_of(node);
        let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
        let store = Store::open(&home.ledger(), &genesis)?;
        audit(&store).with_context(|| format!("the chain of {}", node.name))?;
        check_acknowledged(&store, acknowledged).with_context(|| format!("on {}", node.name))?;
        tips.insert(node.name.clone(), store);
    }
    let lowest = tips.values().map(Store::tip).min().context("no nodes")?;
    let digests: BTreeMap<_, Vec<&String>> =
        tips.iter().fold(BTreeMap::new(), |mut digests: BTreeMap<_, Vec<_>>, (name, store)| {
            let block = realdid_audit::Source::block(store, lowest).ok().flatten();
            digests.entry(block.map(|block| block.digest())).or_default().push(name);
            digests
        });
    ensure!(digests.len() == 1, "the nodes have different blocks at height {lowest}: {digests:?}");
    Ok(Checked { nodes: tips.len(), height: lowest.0 })
}

/// Waits until all nodes have what the highest has now.
async fn await_everybody(rig: &Rig) -> anyhow::Result<()> {
    let highest = rig.highest().await;
    let until = Instant::now() + PATIENCE;
    for place in 0..rig.network.nodes.len() {
        while rig.height(place).await.is_none_or(|height| height < highest) {
            let name = &rig.network.nodes[place].name;
            ensure!(Instant::now() < until, "{name} does not catch up to block {highest}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

fn audit(store: &Store) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let own = Store::create(folder.path(), store.genesis(), KeyHistory::Unknown)?;
    Audit::new(&own, store, &Ed25519Verifier::default()).run(|_| {})?;
    ensure!(own.state_root() == store.state_root(), "its state is not what its blocks lead to");
    Ok(())
}

/// Decided in one block only, and in that which the client was told.
fn check_acknowledged(store: &Store, acknowledged: &[Acknowledged]) -> anyhow::Result<()> {
    let mut decided: BTreeMap<TransactionId, Vec<u64>> = BTreeMap::new();
    for height in 0..=store.tip().0 {
        for receipt in store.receipts(Height(height)).unwrap_or_default() {
            if receipt.outcome.is_decided() {
                decided.entry(receipt.transaction).or_default().push(height);
            }
        }
    }
    for one in acknowledged {
        let found = decided.get(&one.id).map_or(&[][..], Vec::as_slice);
        ensure!(
            found == [one.height],
            "transaction {} was final in block {}, and is in {found:?}",
            one.id,
            one.height
        );
    }
    Ok(())
}
