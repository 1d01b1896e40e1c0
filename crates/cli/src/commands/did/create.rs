//! `realdid did create`: a DID whose identifier follows from the operation that makes it.

use std::path::Path;

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, Draft};
use realdid_crypto::Digest;
use realdid_identity::{
    commitment,
    create::{check, check_recovery},
};
use realdid_types::{CreateDid, DidKey, Genesis, Purposes, Service};
use serde_json::json;

use super::more::{ControllersWanted, in_order, service};
use crate::{
    commands::{
        delivery::{self, show_fields},
        key::Key,
        means::{Means, PATIENCE},
    },
    output::Format,
};

/// For everything.
const ALL: Purposes = Purposes { authentication: true, invocation: true, assertion: true };

/// The DID that is wanted.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// Where its key is, or is to be kept; a recovery key is kept beside it
    #[arg(long, value_name = "KEY")]
    key: String,
    /// Where its recovery key is, or is to be kept: keep it apart from the other, best on paper; it alone takes the DID
    /// back [default: the key's file with the ending .recovery]
    #[arg(long, value_name = "KEY")]
    recovery: Option<String>,
    /// Commit to this key: no other can be rotated in next
    #[arg(long, value_name = "KEY")]
    next: Option<String>,
    /// Where the DID's holder can be reached; for organisations and sites, not for people
    #[arg(long, value_name = "NAME,KIND,URL", value_parser = service)]
    service: Vec<Service>,
    #[command(flatten)]
    controllers: ControllersWanted,
    #[command(flatten)]
    means: Means,
}

pub(crate) async fn run(create: Create, format: Format) -> anyhow::Result<()> {
    let mut node = create.means.node().await?;
    let (operation, key) = create.operation(node.genesis())?;
    check(&operation)?;
    check_recovery(&operation)?;
    let delivery = &create.means.delivery;
    let expires = delivery.expires(node.genesis());
    let (did, transaction) = Draft::create(node.genesis().digest(), operation, expires);
    let text = did.to_text(&node.genesis().network);
    if exists(&mut node, did).await {
        return show_fields(vec![("did", json!(text)), ("outcome", json!("exists already"))], format);
    }
    eprintln!("making {text}");
    let delivered = delivery.deliver(&mut node, transaction, &[&key]).await?;
    delivery::show(vec![("did", json!(text))], &delivered, format)
}

/// Before the first block nothing is there, and nobody need wait for it.
async fn exists(node: &mut CheckedNode, did: realdid_types::Did) -> bool {
    node.node().newest_block().await.is_ok_and(|block| block.header.height.0 > 0)
        && node.record_now(did, PATIENCE).await.is_ok_and(|proven| proven.record.is_some())
}

impl Create {
    fn operation(&self, genesis: &Genesis) -> anyhow::Result<(CreateDid, Key)> {
        let controllers = self.controllers.read(&genesis.network)?;
        let services = in_order(&self.service)?;
        let recovery = self.recovery()?;
        let (key, recovery) = (Key::named_or_new(&self.key)?, Key::named_or_new(&recovery)?);
        ensure!(
            key.public() != recovery.public(),
            "the recovery key must be another than the key: name another file"
        );
        let next = self.next.as_deref().map(Key::named_or_new).transpose()?;
        let operation = CreateDid {
            keys: vec![DidKey { key: key.public(), purposes: ALL }],
            recovery: commitment(&recovery.public()),
            next_key: next.map_or(Digest::ZERO, |next| commitment(&next.public())),
            controllers,
            services,
        };
        Ok((operation, key))
    }

    /// Which recovery key. The DID depends on both keys: one without the other would make a second DID.
    fn recovery(&self) -> anyhow::Result<String> {
        if let Some(named) = &self.recovery {
            return Ok(named.clone());
        }
        ensure!(
            realdid_node::keys::public_key(&self.key).is_none(),
            "a key that is named by its digits has no file beside it: name --recovery, too"
        );
        let path = Path::new(&self.key).with_extension("recovery");
        ensure!(
            path.exists() || !Path::new(&self.key).exists(),
            "{} is there and {} is not: the DID of a key depends on both; restore it, name another with --recovery, or use \
             another key",
            self.key,
            path.display()
        );
        path.into_os_string().into_string().ok().context("a file's name must be text")
    }
}
