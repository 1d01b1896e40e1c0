//! Whether a site's origins are linked to its DID.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::{DomainLinks, LinkedDomain, did_configuration};
use realdid_crypto::{Ed25519Verifier, PublicKey};
use realdid_identity::DidRecord;
use realdid_testnet::now_ms;
use realdid_types::{Did, Origin};
use serde_json::json;

use super::{entry, parse, pem};
use crate::{
    commands::{Target, Trust, means::node},
    output::{Format, print, row},
};

/// Which origins.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// The site's DID
    did: String,
    /// An origin, such as https://shop.example; without one, those that the ledger has of the site
    #[arg(long, value_parser = parse(Origin::new))]
    origin: Vec<Origin>,
    #[command(flatten)]
    certificates: Certificates,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

/// Whose certificates are trusted for a site's pages.
#[derive(clap::Args)]
pub(crate) struct Certificates {
    /// Certificates in PEM to which that of the site must lead; without it, those that this machine trusts
    #[arg(long, value_name = "FILE")]
    site_ca_cert: Option<PathBuf>,
}

impl Certificates {
    /// Those that are named.
    pub(super) fn read(&self) -> anyhow::Result<Option<Vec<u8>>> {
        pem(self.site_ca_cert.as_ref())
    }
}

pub(crate) async fn run(check: &Check, format: Format) -> anyhow::Result<()> {
    let mut node = node(&check.target, &check.trust).await?;
    let did = Did::from_text(&check.did, &node.genesis().network)?;
    let record = crate::commands::did::present(&mut node, did).await?;
    let mut origins = check.origin.clone();
    if origins.is_empty() {
        let known = entry(&mut node, did).await?;
        let known = known.with_context(|| {
            format!("{} has no site on the ledger: name the origins with --origin", check.did)
        })?;
        origins = known.site.origins;
    }
    let certificates = check.certificates.read()?;
    let mut results = Vec::new();
    for origin in &origins {
        let linked = is_linked(&record, &check.did, origin, certificates.as_deref()).await;
        results.push((origin, linked.map_err(|error| format!("{error:#}"))));
    }
    let view = |(origin, linked): &(&Origin, Result<(), String>)| json!({ "origin": origin.as_str(), "linked": linked.is_ok(), "why": linked.as_ref().err() });
    let result = json!({ "did": check.did, "origins": results.iter().map(view).collect::<Vec<_>>() });
    print(format, &result, |_| {
        let words = |linked: &Result<(), String>| match linked {
            Ok(()) => "linked: shows a credential that a key of the DID signed".to_owned(),
            Err(why) => format!("not linked: {why}"),
        };
        let line = |(origin, linked): &(&Origin, _)| row([origin.as_str(), &words(linked)]);
        [vec![row(["did", &check.did])], results.iter().map(line).collect()].concat()
    })?;
    let bad = results.iter().filter(|(_, linked)| linked.is_err()).count();
    ensure!(
        bad == 0,
        "{bad} of {} origins are not linked to {}: `realdid site link` writes what each must show",
        results.len(),
        check.did
    );
    Ok(())
}

/// Whether all origins are linked to a DID with this record.
///
/// # Errors
/// Names the first that is not, and why.
pub(super) async fn all_linked(
    record: &DidRecord,
    did: &str,
    origins: &[Origin],
    certificates: Option<&[u8]>,
) -> anyhow::Result<()> {
    for origin in origins {
        let linked = is_linked(record, did, origin, certificates).await;
        linked.with_context(|| format!("{origin} is not linked to {did}"))?;
        eprintln!("{origin} is linked to {did}");
    }
    Ok(())
}

async fn is_linked(
    record: &DidRecord,
    did: &str,
    origin: &Origin,
    certificates: Option<&[u8]>,
) -> anyhow::Result<()> {
    let keys: Vec<PublicKey> =
        record.keys.iter().filter(|held| held.key.purposes.assertion).map(|held| held.key.key).collect();
    let resource = did_configuration(origin, certificates).await?;
    let wanted = LinkedDomain { did, origin: origin.as_str(), now: now_ms() / 1_000 };
    Ok(DomainLinks::read(&resource)?.check(wanted, &keys, &Ed25519Verifier::default())?)
}
