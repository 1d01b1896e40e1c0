//! A wallet on the command line, for tests of whatever people log in to.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_client::NodeClient;
use realdid_login::{Bundle, Challenge, EpochStep, Response};
use realdid_types::{Did, Epoch, Wire};

use crate::{
    commands::{Target, key::secret},
    exit,
};

/// What to answer, and as whom.
#[derive(clap::Args)]
pub(crate) struct Answer {
    /// The challenge, as it stands behind `#challenge=`
    challenge: String,
    /// Who answers
    #[arg(long)]
    did: String,
    /// The file of one of the DID's keys for authentication
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// Prints the response. Nothing is checked that a wallet checks: neither the site nor who brought the challenge.
pub(crate) async fn run(answer: &Answer) -> anyhow::Result<()> {
    let node = answer.target.client()?;
    let genesis = node.genesis().await?;
    if !genesis.development {
        return Err(exit::refused("this answers without asking anybody: only for networks for development"));
    }
    let key = secret(&answer.key)?;
    let did = Did::from_text(&answer.did, &genesis.network)?;
    let bytes = URL_SAFE_NO_PAD.decode(&answer.challenge).context("the challenge is no base64url")?;
    let challenge = Challenge::decode(&bytes).context("the challenge is none")?;
    ensure!(challenge.genesis == genesis.digest(), "the challenge is of another network");
    let mut bundle = Bundle::decode(&node.bundle(&answer.did).await?)?;
    if challenge.level == 0 {
        bundle.attested = None;
    }
    let epochs = steps(&node, challenge.epoch, bundle.certificate.statement.at.epoch).await?;
    let response = Response::sign(challenge, did, &key, bundle, epochs);
    println!("{}", URL_SAFE_NO_PAD.encode(response.encode()));
    Ok(())
}

async fn steps(node: &NodeClient, mut from: Epoch, to: Epoch) -> anyhow::Result<Vec<EpochStep>> {
    let mut steps = Vec::new();
    while from < to {
        let (end, next) = node.epoch_end(from).await?;
        steps.push(EpochStep { end, next });
        from = from.next();
    }
    Ok(steps)
}
