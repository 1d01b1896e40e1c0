//! `realdid dev shop`: a website to try logging in at.

use std::net::SocketAddr;

use anyhow::Context;
use realdid_api::serve_router;
use realdid_client::LightClient;
use realdid_shop::{Asks, Login, Offline, Oidc, Shop, router};
use realdid_types::{Did, Genesis, Origin, ReturnAddress};

use crate::commands::{Target, Trust, means::node, service::Service};

/// Which website.
#[derive(clap::Args)]
#[group(id = "login", required = true, multiple = false, args = ["wallet_url", "bridge"])]
pub(crate) struct Arguments {
    /// What it is called
    #[arg(long)]
    name: String,
    /// Its DID, under which the ledger holds `http://localhost:PORT` of its pages
    #[arg(long, value_name = "DID")]
    site: String,
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Verify logins by itself, and send people to this wallet; answers come back to /login
    #[arg(long, value_name = "URL")]
    wallet_url: Option<String>,
    /// Ask this bridge, by OpenID Connect; browsers come back to /back
    #[arg(long, value_name = "URL")]
    bridge: Option<String>,
    /// The least level of attestation that is asked for, from 0 to 3
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=3))]
    level: u32,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    service: Service,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let ending = arguments.service.begin()?;
    let shop = Shop::new(&arguments.name, arguments.listen.port(), arguments.login().await?);
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let over = async {
        // a sender that is dropped says the same
        drop(ended.await);
    };
    let identity = arguments.service.identity();
    serve_router(arguments.listen, identity.as_ref(), router(shop), over).await?;
    println!("{}/", arguments.origin());
    ending.wait().await;
    drop(end);
    Ok(())
}

impl Arguments {
    fn origin(&self) -> String {
        let scheme = if self.service.identity().is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.listen.port())
    }

    async fn login(&self) -> anyhow::Result<Login> {
        let origin = self.origin();
        if let Some(bridge) = &self.bridge {
            let bridge = bridge.trim_end_matches('/');
            return Ok(Login::Oidc(Oidc::new(bridge, &self.site, &format!("{origin}/back"))?));
        }
        let node = node(&self.target, &self.trust).await?;
        self.offline(node.genesis()).map(Login::Offline)
    }

    fn offline(&self, genesis: &Genesis) -> anyhow::Result<Offline> {
        let origin = self.origin();
        let asks = Asks {
            site: Did::from_text(&self.site, &genesis.network)?,
            back: ReturnAddress::new(&format!("{origin}/login"))?,
            origin: Origin::new(&origin)?,
            wallet: self.wallet_url.clone().context("clap asks for one of the two")?,
            level: self.level,
        };
        Ok(Offline::new(genesis.digest(), LightClient::new(genesis)?, asks))
    }
}
