//! What a site shows to link its origins to its DID.

use anyhow::ensure;
use realdid_client::link_credential;
use realdid_testnet::now_ms;
use realdid_types::{Did, Origin, Timestamp};

use super::parse;
use crate::commands::{Target, Trust, key::secret, means::node, time};

/// How long a credential is valid unless something else is said: a year.
const VALID_MS: u64 = 365 * 24 * 3_600 * 1_000;

/// Which origins, and who signs.
#[derive(clap::Args)]
pub(crate) struct Link {
    /// The site's DID
    did: String,
    /// An origin, such as https://shop.example
    #[arg(long, required = true, value_parser = parse(Origin::new))]
    origin: Vec<Origin>,
    /// The file of one of the DID's keys for statements (assertionMethod)
    #[arg(long, value_name = "FILE")]
    key: std::path::PathBuf,
    /// Until when it is valid [default: in a year]
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    expires: Option<Timestamp>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(link: &Link) -> anyhow::Result<()> {
    let mut node = node(&link.target, &link.trust).await?;
    let did = Did::from_text(&link.did, &node.genesis().network)?;
    let key = secret(&link.key)?;
    let record = crate::commands::did::present(&mut node, did).await?;
    let may = record.keys.iter().any(|held| held.key.key == key.public_key() && held.key.purposes.assertion);
    ensure!(
        may,
        "{} does not have the key in {} for statements: name one that has assertionMethod in `realdid did resolve`",
        link.did,
        link.key.display()
    );
    let now = Timestamp(now_ms());
    let expires = link.expires.unwrap_or(now.plus(VALID_MS));
    ensure!(expires > now, "--expires {} is over: name a time that is still to come", time::text(expires));
    let origins: Vec<&str> = link.origin.iter().map(Origin::as_str).collect();
    let shown = link_credential(&link.did, &origins, (now.0 / 1_000, expires.0 / 1_000), &key);
    println!("{shown:#}");
    Ok(())
}
