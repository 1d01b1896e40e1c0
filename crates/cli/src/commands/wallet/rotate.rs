//! `realdid wallet rotate`: the next generation of keys.

use anyhow::Context;
use realdid_types::Did;
use realdid_wallet::Identity;
use serde_json::json;

use super::{
    online::{Online, named},
    place::Place,
};
use crate::{
    commands::Target,
    output::{Format, print, row},
};

/// Which keys.
#[derive(clap::Args)]
pub(crate) struct Rotate {
    /// A site, by its name or its DID
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    site: Option<String>,
    /// At every site: the node that is asked, and whoever reads the ledger, sees them change together
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(rotate: &Rotate, format: Format) -> anyhow::Result<()> {
    let mut store = rotate.place.open()?;
    let sites: Vec<Did> = match &rotate.site {
        Some(text) => vec![named(&store.wallet, text)?],
        None => store.wallet.identities.iter().filter(|one| one.made).map(Identity::site_did).collect(),
    };
    let mut online = Online::new(&mut store, &rotate.target)?;
    for site in &sites {
        rotate_one(&mut online, *site).await?;
    }
    let rotated: Vec<&Identity> = sites.iter().filter_map(|site| store.wallet.identity(*site)).collect();
    let view =
        |one: &&Identity| json!({ "site": one.site.site.name.as_str(), "generation": one.place.generation });
    let shown: Vec<_> = rotated.iter().map(view).collect();
    print(format, &shown, |_| {
        let cells = |one: &&Identity| {
            row([one.site.site.name.as_str(), &format!("keys of generation {}", one.place.generation)])
        };
        rotated.iter().map(cells).collect()
    })
}

/// A rotation that was interrupted is brought to its end instead of another one.
async fn rotate_one(online: &mut Online<'_>, site: Did) -> anyhow::Result<()> {
    let wallet = &online.store.wallet;
    let pending = wallet.identity(site).and_then(|one| one.pending.as_ref()).map(|pending| pending.name());
    if pending.is_some() {
        online.settle(site).await?;
    }
    if pending == Some("rotate") {
        return Ok(());
    }
    online.fetch_proofs(site).await?.context("the node knows no such DID: log in to the site to make it")?;
    let wallet = &online.store.wallet;
    let identity = wallet.identity(site).context("there is no DID for this site")?;
    let record = &identity.bundle.as_ref().context("there are no proofs of the DID")?.record;
    let asked = wallet.branch(site).ask_rotate(record, identity.place, online.expires())?;
    online.ask(site, asked).await
}
