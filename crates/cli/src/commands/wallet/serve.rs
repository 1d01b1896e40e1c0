//! `realdid wallet serve`: the wallet as pages.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail, ensure};
use realdid_api::serve_router;
use realdid_client::NodeClient;
use realdid_web::{Authority, Files, Nodes, WebWallet, router};

use crate::commands::service::Service;

/// What the pages need.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Where the pages are
    #[arg(long, default_value = "127.0.0.1:7480")]
    listen: SocketAddr,
    /// A node's interface; with several, separated by commas, the next is asked when one does not answer
    #[arg(long, env = "REALDID_NODE", value_name = "URL", value_delimiter = ',', required = true)]
    node: Vec<String>,
    /// Certificates in PEM to which that of an https node must lead; without it, those that this machine trusts
    #[arg(long, env = "REALDID_CA_CERT", value_name = "FILE")]
    ca_cert: Option<PathBuf>,
    /// The digest of the network's genesis, which the pages trust: `realdid genesis hash` prints it
    #[arg(long, value_name = "DIGEST")]
    genesis: String,
    /// Where the authority is that attests people; without it, the pages cannot ask for an attestation
    #[arg(long, value_name = "URL")]
    authority: Option<String>,
    /// Serve the files of this folder, js/ of the source, instead of those in the program
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    #[command(flatten)]
    service: Service,
}

pub(crate) async fn run(serve: Serve) -> anyhow::Result<()> {
    let ending = serve.service.begin()?;
    let wallet = serve.wallet().await?;
    let identity = serve.service.identity();
    let scheme = if identity.is_some() { "https" } else { "http" };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let over = async {
        let _ = ended.await;
    };
    let address = serve_router(serve.listen, identity.as_ref(), router(wallet), over).await?;
    println!("{scheme}://{address}/");
    ending.wait().await;
    drop(end);
    Ok(())
}

impl Serve {
    async fn wallet(&self) -> anyhow::Result<WebWallet> {
        let genesis = self.genesis.to_ascii_lowercase();
        ensure!(
            genesis.len() == 64 && genesis.bytes().all(|digit| digit.is_ascii_hexdigit()),
            "--genesis takes 64 hexadecimal digits, as `realdid genesis hash FILE` prints them"
        );
        let files = match &self.files {
            Some(folder) => Files::of_folder(folder),
            None => Files::embedded(),
        }?;
        let roots =
            self.ca_cert.as_ref().map(|path| std::fs::read(path).with_context(|| path.display().to_string()));
        let roots = roots.transpose()?;
        let nodes = Nodes::new(&self.node, roots.as_deref())?;
        self.check_network(&genesis, roots.as_deref()).await?;
        let authority = self.authority.as_deref().map(Authority::at).transpose()?;
        Ok(WebWallet { files, nodes, genesis, authority })
    }

    /// Whether the nodes are of that network. One that does not answer now may do so later.
    async fn check_network(&self, genesis: &str, roots: Option<&[u8]>) -> anyhow::Result<()> {
        for url in &self.node {
            let client = match roots {
                Some(pem) => NodeClient::trusting(url, pem)?,
                None => NodeClient::new(url),
            };
            match client.genesis().await {
                Ok(told) if told.digest().to_string() != genesis => {
                    bail!("{url} is of the network {} ({}), not of {genesis}", told.network, told.digest())
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, url, "the node cannot be asked now"),
            }
        }
        Ok(())
    }
}
