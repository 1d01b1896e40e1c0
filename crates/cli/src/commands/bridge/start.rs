//! Running a bridge.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, ensure};
use realdid_bridge::{Bridge, Settings, router};
use realdid_node::GenesisFile;

use super::Folder;
use crate::commands::{Target, service::Service};

/// How to run it.
#[derive(clap::Args)]
pub(crate) struct Start {
    #[command(flatten)]
    folder: Folder,
    /// Where it listens; without a certificate a loopback address, to which a proxy with TLS speaks
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The wallet to which people are sent, such as https://wallet.example/
    #[arg(long, env = "REALDID_WALLET_URL", value_name = "URL")]
    wallet_url: String,
    /// Show a picture of each challenge for wallets on other devices. Nobody can tell then if a phisher shows the picture:
    /// see docs/login.md
    #[arg(long)]
    other_device: bool,
    /// How long somebody who logged in is not asked again at the same site
    #[arg(long, default_value_t = 3_600, value_name = "SECONDS")]
    session: u64,
    /// How old a wallet's proofs may be: how long a revocation may go unnoticed
    #[arg(long, default_value_t = 24 * 3_600, value_name = "SECONDS")]
    proof_age: u64,
    /// A proxy in front of it names each client in X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    service: Service,
}

pub(crate) async fn run(start: Start) -> anyhow::Result<()> {
    check_wallet(&start.wallet_url)?;
    let ending = start.service.begin()?;
    let home = start.folder.home();
    let issuer = home.issuer()?;
    let genesis = GenesisFile::read(&home.genesis())?.genesis()?;
    let settings = Settings {
        wallet: start.wallet_url,
        other_device: start.other_device,
        session: start.session,
        proof_age: start.proof_age.saturating_mul(1_000),
        behind_proxy: start.behind_proxy,
    };
    let bridge = Arc::new(Bridge::open(&home, &genesis, start.target.client()?, settings)?);
    let tending = tokio::spawn(bridge.clone().tend());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let done = async {
        // a sender that is dropped says the same
        drop(ended.await);
    };
    let identity = start.service.identity();
    let listens = realdid_api::serve_router(start.listen, identity.as_ref(), router(bridge), done).await?;
    tracing::info!(%listens, %issuer, "the bridge runs");
    ending.wait().await;
    tracing::info!("the bridge ends");
    tending.abort();
    drop(end);
    Ok(())
}

/// The challenge goes behind a `#`, which servers never see, so that no log of the wallet's holds it.
fn check_wallet(url: &str) -> anyhow::Result<()> {
    let is_address = url.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    ensure!(is_address, "--wallet-url {url:?} is no address: one is like https://wallet.example/");
    ensure!(!url.contains('#'), "--wallet-url {url:?} has a fragment already: the challenge goes there");
    let scheme = url.split(':').next().context("a scheme")?.to_ascii_lowercase();
    ensure!(scheme != "javascript" && scheme != "data", "--wallet-url {url:?} is no wallet's");
    Ok(())
}
