//! `realdid wallet attest`: an authority attests the DID for a site.

use std::time::{Duration, Instant};

use anyhow::Context;
use realdid_types::Did;
use realdid_wallet::Purpose;

use super::{
    online::{Online, named, now},
    place::Place,
};
use crate::{
    commands::{
        Target,
        attestation::ask::{Service, show_one},
        key::confirm,
        time,
    },
    output::Format,
};

/// How long the ledger is asked for what an authority for development attests at once, and how often.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

/// Which DID, and who is behind it.
#[derive(clap::Args)]
pub(crate) struct Attest {
    /// A site, by its name or its DID
    site: String,
    /// Ask now, although the DID was made lately
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(attest: &Attest, format: Format) -> anyhow::Result<()> {
    let mut store = attest.place.open()?;
    let site = named(&store.wallet, &attest.site)?;
    let at_once = attest.service.is_development().await?;
    let identity = store.wallet.identity(site).context("there is no DID for this site")?;
    if !at_once && now() < identity.attest_after {
        let after = time::text(identity.attest_after);
        confirm(
            &format!(
                "Whoever is attested soon after making a DID shows when it asked. Better ask after {after}. Ask now?"
            ),
            attest.yes,
        )?;
    }
    let mut online = Online::new(&mut store, &attest.target)?;
    online.make_did(site).await?;
    let wallet = &online.store.wallet;
    let identity = wallet.identity(site).context("there is no DID for this site")?;
    let key = wallet.branch(site).key(Purpose::Authentication, identity.place.generation);
    let (did, genesis) = (identity.did.to_text(&wallet.genesis.network), wallet.genesis.digest());
    let mut standing = attest.service.attest(&did, &key, Some(genesis)).await?;
    if at_once {
        wait(&mut online, site).await?;
        standing = attest.service.attest(&did, &key, Some(genesis)).await?;
    }
    show_one(&standing, format)
}

/// Until the wallet holds the proof.
async fn wait(online: &mut Online<'_>, site: Did) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        online.fetch_proofs(site).await?;
        online.store.save()?;
        let identity = online.store.wallet.identity(site);
        let bundle = identity.and_then(|identity| identity.bundle.as_ref());
        if bundle.is_some_and(|bundle| bundle.attested.is_some()) || Instant::now() >= until {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
