//! A node's card: what others need to know of it. Nothing in it is secret.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_client::{NodeClient, possession};
use realdid_crypto::{PublicKey, SecretKey, Signature};
use realdid_node::{
    config::Home,
    keys::{self, Purpose, load},
};
use realdid_types::{AddValidator, Genesis, Height, OrganisationName, ProofOfPossession};
use serde::{Deserialize, Serialize};

use super::{Target, Trust};

/// What others need to know of a node.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    /// Who runs it.
    pub(crate) organisation: String,
    /// What its operator calls it.
    pub(crate) name: String,
    /// Signs its organisation's proposals and approvals; none on a gateway.
    pub(crate) member_key: Option<String>,
    /// Signs votes; none on a gateway.
    pub(crate) consensus_key: Option<String>,
    /// Names it on the networks.
    pub(crate) transport_key: String,
    /// Signs batches.
    pub(crate) author_key: String,
    /// Shows that whoever made the card holds the consensus key; needed to join a network that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) possession: Option<Possession>,
}

/// The consensus key's signature over a recent header.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Possession {
    /// The header's height.
    height: u64,
    /// In base64.
    signature: String,
}

/// Whose card to print.
#[derive(clap::Args)]
pub struct Print {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

/// Prints a node's card with the proof that it holds its consensus key, over the newest header of a network that runs.
///
/// # Errors
/// If the folder has no card, the node is no validator's, or the network does not answer.
pub(crate) async fn print(print: &Print) -> anyhow::Result<()> {
    let client = print.target.client()?;
    let genesis = print.trust.genesis(&client).await?;
    let card = proven(&print.home, &client, &genesis).await?;
    println!("{}", serde_json::to_string_pretty(&card)?);
    Ok(())
}

/// The card of a folder, with a fresh proof.
pub(crate) async fn proven(home: &Path, client: &NodeClient, genesis: &Genesis) -> anyhow::Result<Card> {
    let mut card = Card::read(&Card::file(home))?;
    let key = Home::new(home).keys().join(Purpose::Consensus.file());
    let key = SecretKey::ed25519(&*load(&key)?);
    let header = client.newest_block().await?.header;
    let proof = possession(genesis.digest(), &key, header.height, header.digest());
    let signature = STANDARD.encode(proof.signature.as_bytes());
    card.possession = Some(Possession { height: proof.height.0, signature });
    Ok(card)
}

impl Card {
    /// Where a node's folder keeps its card.
    pub(crate) fn file(home: &Path) -> PathBuf {
        home.join("card.json")
    }

    /// Reads one.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("{} cannot be read: `realdid node init` makes a node with its card", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is no card", path.display()))
    }

    /// The validator that the card asks to let in.
    pub(crate) fn validator(&self) -> anyhow::Result<AddValidator> {
        let consensus_key = self.consensus_key.as_deref();
        let consensus_key =
            consensus_key.context("the card is that of a gateway, which has no consensus key")?;
        let possession = self.possession.as_ref().context(
            "the card does not prove that its node holds the consensus key: on the node, print it anew with \
             `realdid node card --home … --node …`",
        )?;
        let bytes = STANDARD.decode(&possession.signature).ok();
        let signature: Option<[u8; 64]> = bytes.and_then(|bytes| bytes.try_into().ok());
        Ok(AddValidator {
            organisation: OrganisationName::new(&self.organisation)?,
            consensus_key: public("consensus_key", consensus_key)?,
            transport_key: public("transport_key", &self.transport_key)?,
            proof: ProofOfPossession {
                height: Height(possession.height),
                signature: Signature::ed25519(signature.context("the card's signature is none")?),
            },
        })
    }
}

fn public(field: &str, text: &str) -> anyhow::Result<PublicKey> {
    keys::public_key(text)
        .with_context(|| format!("the card's {field} is {text:?}: 64 hexadecimal digits are expected"))
}
