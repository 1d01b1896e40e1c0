//! `realdid wallet recover`: everything again, from the code.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_crypto::PublicKey;
use realdid_identity::{DidRecord, ReplacedKey};
use realdid_state::StateKey;
use realdid_types::{Did, Timestamp, limits};
use realdid_wallet::{Identity, Purpose, RecoveryCode, Wallet};
use serde_json::json;

use super::{
    finding::find,
    online::{Online, now},
    password,
    place::Place,
    store::Store,
    terminal,
};
use crate::{
    commands::{Target, Trust, time},
    output::{Format, print, row},
};

/// How to find everything again.
#[derive(clap::Args)]
pub(crate) struct Recover {
    /// A file whose first line is the recovery code; without it, the terminal is asked
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
    /// Somebody else may have the keys since then: every DID gets new keys and a new recovery key, and nothing counts
    /// that the present ones signed from this time on. All DIDs change together, which shows that they belong together
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    compromised_since: Option<Timestamp>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(recover: &Recover, format: Format) -> anyhow::Result<()> {
    if let Some(since) = recover.compromised_since {
        ensure!(
            since <= now(),
            "--compromised-since {} is still to come: nobody knows what will be compromised",
            time::text(since)
        );
    }
    let mut store = recover.store().await?;
    let mut online = Online::new(&mut store, &recover.target)?;
    let added = find(&mut online).await?;
    online.store.save()?;
    let mut taken_back = 0_usize;
    if let Some(since) = recover.compromised_since {
        let made = online.store.wallet.identities.iter().filter(|one| one.made);
        for site in made.map(Identity::site_did).collect::<Vec<_>>() {
            taken_back += usize::from(take_back(&mut online, site, since).await?);
        }
    }
    show(&store, added, taken_back, format)
}

impl Recover {
    /// The wallet that is there, or a new one of the code.
    async fn store(&self) -> anyhow::Result<Store> {
        let file = self.place.file();
        if file.exists() {
            let store = self.place.open()?;
            if let Some(path) = &self.code_file {
                ensure!(
                    RecoveryCode::parse(&password::in_file(path)?)? == store.wallet.code,
                    "{} is a wallet of another recovery code: name another file with --wallet",
                    file.display()
                );
            }
            return Ok(store);
        }
        let code = match &self.code_file {
            Some(path) => password::in_file(path)?,
            None => terminal::hidden("Recovery code", "name a file that holds it with --code-file")?,
        };
        let code = RecoveryCode::parse(&code)?;
        let genesis = self.trust.genesis(&self.target.client()?).await?;
        let password = self.place.new_password()?;
        Store::create(&file, &password, Wallet::new(code, genesis), false)
    }
}

/// Gives a DID new keys by its recovery key; whether that was still to be done.
async fn take_back(online: &mut Online<'_>, site: Did, since: Timestamp) -> anyhow::Result<bool> {
    online.settle(site).await?;
    online.fetch_proofs(site).await?.context("the node knows no such DID any more: ask another node")?;
    let identity = online.store.wallet.identity(site).context("there is no DID for this site")?.clone();
    let record = identity.bundle.context("there are no proofs of the DID")?.record;
    let branch = online.store.wallet.branch(site);
    if let Some(before) = identity.place.generation.checked_sub(1) {
        let key = branch.key(Purpose::Invocation, before).public_key();
        if replaced(online, identity.did, key).await?.is_some_and(|entry| is_declared(&entry, since)) {
            return Ok(false);
        }
    }
    let doubted = doubted(online, site, &record, since).await?;
    let asked = branch.ask_recover(&record, identity.place, doubted, online.expires())?;
    online.ask(site, asked).await?;
    Ok(true)
}

/// The keys that the DID has or had since then: nobody knows which of them was stolen.
async fn doubted(
    online: &mut Online<'_>,
    site: Did,
    record: &DidRecord,
    since: Timestamp,
) -> anyhow::Result<Vec<(PublicKey, Timestamp)>> {
    let branch = online.store.wallet.branch(site);
    let (did, generation) =
        (branch.did(), online.store.wallet.identity(site).map_or(0, |one| one.place.generation));
    let mut keys: Vec<PublicKey> = record.keys.iter().map(|held| held.key.key).collect();
    'generations: for generation in (0..generation).rev() {
        for purpose in [Purpose::Invocation, Purpose::Authentication] {
            let key = branch.key(purpose, generation).public_key();
            match replaced(online, did, key).await? {
                Some(entry) if entry.until.time > since && keys.len() < limits::DID_KEYS_MAX => {
                    keys.push(key)
                }
                Some(_) => break 'generations,
                // taken away by somebody else, or never there
                None => {}
            }
        }
    }
    Ok(keys.into_iter().map(|key| (key, since)).collect())
}

async fn replaced(online: &mut Online<'_>, did: Did, key: PublicKey) -> anyhow::Result<Option<ReplacedKey>> {
    Ok(online.node.entry(&StateKey::ReplacedKey(did, key)).await?.entry)
}

fn is_declared(entry: &ReplacedKey, since: Timestamp) -> bool {
    entry.compromised != Timestamp(0) && entry.compromised <= since.max(Timestamp(1))
}

fn show(store: &Store, added: usize, taken_back: usize, format: Format) -> anyhow::Result<()> {
    let wallet = &store.wallet;
    let network = &wallet.genesis.network;
    let sites: Vec<_> = wallet.identities.iter().filter(|one| one.made).collect();
    let view = |one: &&Identity| {
        json!({
            "name": one.site.site.name.as_str(),
            "site": one.site_did().to_text(network),
            "did": one.did.to_text(network),
            "generation": one.place.generation,
            "recoveries": one.place.recoveries,
        })
    };
    let shown = json!({
        "wallet": store.file(), "found_now": added, "taken_back": taken_back,
        "sites": sites.iter().map(view).collect::<Vec<_>>(),
    });
    print(format, &shown, |_| {
        let mut rows: Vec<_> =
            sites.iter().map(|one| row([one.site.site.name.as_str(), &one.did.to_text(network)])).collect();
        rows.push(row(["found now", &added.to_string()]));
        rows.push(row(["taken back", &taken_back.to_string()]));
        rows
    })
}
