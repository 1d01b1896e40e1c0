//! `realdid authority start`: the service itself.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail, ensure};
use realdid_api::serve_router;
use realdid_authority::{
    Authority, Publisher, Settings,
    batching::Parameters,
    registry::{FileRegistry, HttpRegistry, Registry},
    router,
};
use realdid_client::CheckedNode;
use realdid_crypto::{Context as DigestContext, SecretKey, digest};
use realdid_types::{Genesis, OrganisationName, Origin};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::folder::Folder;
use crate::commands::{
    Target, Trust,
    attestation::Level,
    key,
    means::node,
    service::Service,
    time::{self, Span},
};

/// Fewer people hide nobody.
const PEOPLE_MIN: usize = 10;

/// How to run it.
#[derive(clap::Args)]
pub(crate) struct Start {
    /// The service's folder, which `realdid authority init` made
    #[arg(long)]
    folder: PathBuf,
    /// The file of the member's key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    trust: Trust,
    /// Where it listens; without a certificate a loopback address
    #[arg(long, default_value = "127.0.0.1:7490")]
    listen: SocketAddr,
    /// The ministry's register of people, over HTTP
    #[arg(long, value_name = "URL", required_unless_present = "development")]
    registry: Option<String>,
    /// A file with the token that the register wants to see
    #[arg(long, value_name = "FILE", requires = "registry")]
    registry_token: Option<PathBuf>,
    /// Attest the invented people of registry.json, at once and one by one. It hides nobody
    #[arg(long, conflicts_with = "registry")]
    development: bool,
    /// The origin of the wallet's pages, which may ask
    #[arg(long, value_name = "ORIGIN")]
    wallet_origin: Option<String>,
    /// How sure the register makes you
    #[arg(long, value_enum, default_value = "substantial")]
    level: Level,
    /// How many attested DIDs a person may have
    #[arg(long, default_value_t = 20, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=50))]
    dids_per_person: u16,
    /// Requests from one address in a minute; 0 for any number, behind a proxy that counts them
    #[arg(long, default_value_t = 60, value_name = "COUNT")]
    per_address: u32,
    /// So many people make a batch [default: 100, for development 1]
    #[arg(long, value_name = "COUNT")]
    minimum: Option<u16>,
    /// After so long a DID leaves with as few as there are [default: 24h, for development 0s]
    #[arg(long, value_name = "TIME", value_parser = time::span)]
    longest_wait: Option<Span>,
    /// Batches leave at whole multiples of this [default: 1h, for development at once]
    #[arg(long, value_name = "TIME", value_parser = time::span)]
    pace: Option<Span>,
    /// Within this lies the random time of a person's further DIDs [default: 14d, for development 0s]
    #[arg(long, value_name = "TIME", value_parser = time::span)]
    spread: Option<Span>,
    /// Within this lies the random time of an urgent withdrawal [default: 14d, for development 0s]
    #[arg(long, value_name = "TIME", value_parser = time::span)]
    withdrawal_spread: Option<Span>,
    #[command(flatten)]
    service: Service,
}

pub(crate) async fn run(start: Start) -> anyhow::Result<()> {
    let told = start.service.begin()?;
    let (ending, mut ended) = watch::channel(false);

    let key = key::secret(&start.key)?;
    let (for_citizens, for_batches) =
        (node(&start.target, &start.trust).await?, node(&start.target, &start.trust).await?);
    let name = member_of(&for_batches, &key).await?;
    let registry = start.registry(for_batches.genesis())?;
    let settings = start.settings(name)?;
    let owner = owner(for_batches.genesis(), &settings.name);
    let vault = Folder::new(start.folder.clone()).vault(Some(owner))?;
    let authority = Arc::new(Authority::new(settings, vault, registry, for_citizens));
    let mut publisher = Publisher::new(authority.clone(), for_batches, key);
    publisher.check().await?;

    let identity = start.service.identity();
    let mut serving = ended.clone();
    let until = async move { drop(serving.wait_for(|ended| *ended).await) };
    let address = serve_router(start.listen, identity.as_ref(), router(authority.clone()), until).await?;
    let (name, development) = (&authority.settings.name, authority.is_development());
    tracing::info!(%address, authority = %name, development, "the authority's service runs");

    let signalled = tokio::spawn(async move {
        told.wait().await;
        tracing::info!("the authority's service ends");
        ending.send_replace(true);
    });
    publisher.run(async move { drop(ended.wait_for(|ended| *ended).await) }).await;
    Ok(signalled.await?)
}

/// The member whose key it is.
async fn member_of(node: &CheckedNode, key: &SecretKey) -> anyhow::Result<OrganisationName> {
    let public = key.public_key().to_string();
    let members = node.node().members().await?;
    let member = members.into_iter().find(|member| member.key == public).with_context(|| {
        format!("the key is no member's of the network {}: take the member's own", node.genesis().network)
    })?;
    Ok(OrganisationName::new(&member.name)?)
}

/// What binds a vault to one authority of one network.
fn owner(genesis: &Genesis, name: &OrganisationName) -> realdid_crypto::Digest {
    let genesis = genesis.digest();
    digest(DigestContext::VaultKey, &[genesis.0.as_bytes(), name.as_str().as_bytes()].concat())
}

impl Start {
    fn registry(&self, genesis: &Genesis) -> anyhow::Result<Box<dyn Registry>> {
        let Some(url) = &self.registry else {
            ensure!(
                genesis.development,
                "{} is no network for development: invented people are never attested on it; name the ministry's register \
                 with --registry",
                genesis.network
            );
            let file = Folder::new(self.folder.clone()).registry();
            return Ok(Box::new(FileRegistry::read(&file)?));
        };
        let token = self.registry_token.as_deref().map(read_token).transpose()?;
        Ok(Box::new(HttpRegistry::new(url, token)?))
    }

    fn settings(&self, name: OrganisationName) -> anyhow::Result<Settings> {
        if let Some(origin) = &self.wallet_origin {
            Origin::new(origin).with_context(|| format!("--wallet-origin {origin:?}"))?;
        }
        let usual = if self.development { Parameters::DEVELOPMENT } else { Parameters::PRODUCTION };
        let span = |wanted: Option<Span>, usual: u64| wanted.map_or(usual, |span| span.0);
        let parameters = Parameters {
            minimum: self.minimum.map_or(usual.minimum, usize::from),
            longest_wait: span(self.longest_wait, usual.longest_wait),
            pace: span(self.pace, usual.pace).max(1),
            spread: span(self.spread, usual.spread),
            withdrawal_spread: span(self.withdrawal_spread, usual.withdrawal_spread),
        };
        if !self.development && parameters.minimum < PEOPLE_MIN {
            bail!("--minimum {}: fewer than {PEOPLE_MIN} people hide nobody", parameters.minimum);
        }
        Ok(Settings {
            name,
            level: self.level as u32,
            parameters,
            most: self.dids_per_person.into(),
            per_address: self.per_address,
            wallet_origin: self.wallet_origin.clone(),
        })
    }
}

fn read_token(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.with_context(|| format!("{} cannot be read: it is to hold the token", path.display()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}
