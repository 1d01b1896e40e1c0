//! Finding a person's DIDs by the recovery code alone.
//!
//! Which DID the person would have is derived for every site, and then looked for without naming it: the node is asked
//! for all DIDs that begin alike. Sites at which the person has none are asked for just the same.

use std::collections::BTreeSet;

use anyhow::Context;
use realdid_client::NodeClient;
use realdid_identity::SiteRecord;
use realdid_types::{Did, Timestamp};
use realdid_wallet::Bucket;

use super::online::{Online, now, random};

/// Adds every site to the wallet for which the node lists the person's DID; how many it added.
///
/// # Errors
/// If the node does not answer.
pub(crate) async fn find(online: &mut Online<'_>) -> anyhow::Result<usize> {
    let sites = online.node.node().sites().await?;
    let wallet = &online.store.wallet;
    let mut wanted: Vec<(Did, SiteRecord)> =
        sites.into_iter().map(|site| (wallet.branch(site.site.did).did(), site)).collect();
    // the order of the questions tells nothing of the sites
    wanted.sort_by_key(|(did, _)| *did);
    let network = wallet.genesis.network.clone();
    let mut asked = Buckets::default();
    let mut added = 0;
    for (did, site) in wanted {
        let text = did.to_text(&network);
        let is_known = online.store.wallet.identity(site.site.did).is_some_and(|one| one.made);
        if is_known || !asked.holds(online.node.node(), did, &text).await? {
            continue;
        }
        let site_did = site.site.did;
        // the node's word, until the site's entry is fetched at its own time
        online.store.wallet.add(site, Timestamp(0), now(), &mut random);
        if let Some(identity) = online.store.wallet.identity_mut(site_did) {
            identity.made = true;
            added += 1;
        }
    }
    Ok(added)
}

/// What was asked for so far.
#[derive(Default)]
struct Buckets {
    answered: Vec<(Bucket, BTreeSet<String>)>,
    too_full: BTreeSet<Bucket>,
}

impl Buckets {
    /// Whether a DID is on the ledger, by the largest bucket that the node answers with.
    async fn holds(&mut self, node: &NodeClient, did: Did, text: &str) -> anyhow::Result<bool> {
        let mut bucket = Bucket::all();
        loop {
            if let Some((_, dids)) = self.answered.iter().find(|(known, _)| *known == bucket) {
                return Ok(dids.contains(text));
            }
            if !self.too_full.contains(&bucket) {
                match node.dids(bucket.digits()).await? {
                    Some(dids) => {
                        self.answered.push((bucket.clone(), dids.into_iter().collect()));
                        continue;
                    }
                    None => drop(self.too_full.insert(bucket.clone())),
                }
            }
            bucket = bucket.narrowed(did).context("the node lists no DIDs, however few are asked for")?;
        }
    }
}
