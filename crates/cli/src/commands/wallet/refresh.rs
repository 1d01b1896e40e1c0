//! `realdid wallet refresh`: the newest proofs, each at a time of its own.

use std::time::Duration;

use anyhow::{Context, bail};
use realdid_types::{Did, NetworkName, Timestamp};
use realdid_wallet::{Identity, Look, Wallet};
use serde_json::{Value, json};

use super::{
    online::{Online, named, now, random},
    place::Place,
    store::Store,
};
use crate::{
    commands::{Target, time},
    output::{Format, print, row},
};

/// Between two looks at whether other programs changed the wallet.
const PAUSE_MAX_MS: u64 = 10 * 60_000;

/// What is to be fetched.
#[derive(clap::Args)]
pub(crate) struct Refresh {
    /// A site, by its name or its DID
    #[arg(conflicts_with_all = ["all", "watch"])]
    site: Option<String>,
    /// Fetch everything now: the node that is asked learns which DIDs belong together
    #[arg(long, conflicts_with = "watch")]
    all: bool,
    /// Go on for ever, and fetch each when its time has come
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(refresh: &Refresh, format: Format) -> anyhow::Result<()> {
    if refresh.watch {
        return watch(refresh, format).await;
    }
    let mut store = refresh.place.open()?;
    let looks = refresh.looks(&store.wallet)?;
    let mut fetched = Vec::new();
    let mut failed = 0_usize;
    for look in looks {
        match fetch(&mut store, &refresh.target, look).await {
            Ok(shown) => fetched.push(shown),
            Err(error) if !refresh.all => return Err(error),
            Err(error) => {
                eprintln!("{error:#}");
                failed += 1;
            }
        }
    }
    show(&store.wallet, &fetched, format)?;
    if failed > 0 {
        bail!("{failed} could not be fetched, as said above; the others are there: repeat this later");
    }
    Ok(())
}

impl Refresh {
    fn looks(&self, wallet: &Wallet) -> anyhow::Result<Vec<Look>> {
        if let Some(text) = &self.site {
            return Ok(vec![Look::Proofs(named(wallet, text)?)]);
        }
        if self.all {
            let both = |identity: &Identity| {
                let site = identity.site_did();
                [Look::Proofs(site), Look::Site(site)]
            };
            return Ok(wallet.identities.iter().flat_map(both).collect());
        }
        Ok(wallet.next_look().filter(|(at, _)| *at <= now()).map(|(_, look)| look).into_iter().collect())
    }
}

/// Fetches one thing, chooses when to fetch it again, and stores both.
async fn fetch(store: &mut Store, target: &Target, look: Look) -> anyhow::Result<Value> {
    let fetched = match look {
        Look::Proofs(site) => fetch_proofs(store, target, site).await,
        Look::Site(site) => fetch_site(store, target, site).await,
    };
    match &fetched {
        Ok(_) => store.wallet.schedule(look, now(), random()),
        // soon again, and not together with others
        Err(_) => store.wallet.part_overdue(now(), &mut random),
    }
    store.save()?;
    fetched
}

async fn fetch_proofs(store: &mut Store, target: &Target, site: Did) -> anyhow::Result<Value> {
    let mut online = Online::new(store, target)?;
    online.settle(site).await?;
    let name = label(&online.store.wallet, site);
    let found = online.fetch_proofs(site).await.with_context(|| name.clone())?;
    found.with_context(|| format!("{name}: the node knows no such DID: log in to the site to make it"))?;
    warn_if_changed(&store.wallet, site, &name);
    Ok(json!({ "site": name, "fetched": "proofs" }))
}

async fn fetch_site(store: &mut Store, target: &Target, site: Did) -> anyhow::Result<Value> {
    let name = label(&store.wallet, site);
    let (found, _) = Online::new(store, target)?.site(site).await.with_context(|| name.clone())?;
    found.with_context(|| format!("{name}: the ledger knows no such site any more"))?;
    Ok(json!({ "site": name, "fetched": "site" }))
}

fn warn_if_changed(wallet: &Wallet, site: Did, name: &str) {
    let Some((identity, bundle)) = wallet.identity(site).and_then(|one| Some((one, one.bundle.as_ref()?)))
    else {
        return;
    };
    if !wallet.branch(site).is_intact(&bundle.record, identity.place) {
        eprintln!(
            "{name}: the DID was changed by somebody who has a key of it and is not this wallet; take it back with \
             `realdid wallet recover --compromised-since TIME`"
        );
    }
}

fn label(wallet: &Wallet, site: Did) -> String {
    let network: &NetworkName = &wallet.genesis.network;
    wallet.identity(site).map_or_else(|| site.to_text(network), |one| one.site.site.name.to_string())
}

fn show(wallet: &Wallet, fetched: &[Value], format: Format) -> anyhow::Result<()> {
    let next = wallet.next_look().map(|(at, _)| time::text(at));
    let shown = json!({ "fetched": fetched, "next": next });
    print(format, &shown, |_| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = fetched.iter().map(|one| row(["fetched", &text(&one["fetched"]), &text(&one["site"])]));
        let next = next.iter().map(|at| row(["next", at]));
        rows.chain(next).collect()
    })
}

async fn watch(refresh: &Refresh, format: Format) -> anyhow::Result<()> {
    let file = refresh.place.file();
    Store::check(&file)?;
    let password = refresh.place.password()?;
    let mut store = Store::open(&file, &password)?;
    store.wallet.part_overdue(now(), &mut random);
    store.save()?;
    loop {
        let next = store.wallet.next_look();
        if let Some((_, look)) = next.filter(|(at, _)| *at <= now()) {
            match fetch(&mut store, &refresh.target, look).await {
                Ok(fetched) => show(&store.wallet, &[fetched], format)?,
                Err(error) => eprintln!("{error:#}"),
            }
        }
        let pause = pause(store.wallet.next_look().map(|(at, _)| at));
        // others may use the wallet meanwhile
        drop(store);
        tokio::time::sleep(pause).await;
        store = Store::open(&file, &password)?;
    }
}

fn pause(next: Option<Timestamp>) -> Duration {
    let until = next.map_or(PAUSE_MAX_MS, |at| at.0.saturating_sub(now().0));
    Duration::from_millis(until.min(PAUSE_MAX_MS))
}
