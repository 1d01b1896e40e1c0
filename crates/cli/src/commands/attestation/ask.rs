//! What a citizen asks of an authority's service.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use realdid_client::{CHALLENGE_BYTES, ClientError, Control, NodeClient};
use realdid_crypto::{Digest, SecretKey};
use realdid_node::hex;
use realdid_types::{Did, GenesisDigest, NetworkName, OrganisationName};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    commands::{Target, key::secret, ledger::plain},
    exit,
    output::{Format, print, row},
};

/// Which service.
#[derive(clap::Args)]
pub(crate) struct Service {
    /// The service's address
    #[arg(long, env = "REALDID_AUTHORITY", value_name = "URL")]
    authority: String,
    /// Certificates in PEM to which that of the service must lead; without it, those that this machine trusts
    #[arg(long, env = "REALDID_CA_CERT", value_name = "FILE")]
    ca_cert: Option<PathBuf>,
    /// A file with your name, number and code, for you alone
    #[arg(long, value_name = "FILE")]
    person: PathBuf,
}

/// A DID that is to be attested.
#[derive(clap::Args)]
pub(crate) struct Ask {
    /// The DID
    did: String,
    /// The file of one of its keys for logging in
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    service: Service,
}

/// What was attested.
#[derive(clap::Args)]
pub(crate) struct Mine {
    #[command(flatten)]
    service: Service,
}

/// What is not wanted any more.
#[derive(clap::Args)]
pub(crate) struct GiveUp {
    /// The DID
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    did: Option<String>,
    /// All that were attested in your name
    #[arg(long, conflicts_with = "urgent")]
    all: bool,
    /// Take it off the ledger, at a random time within days; everybody sees that
    #[arg(long)]
    urgent: bool,
    #[command(flatten)]
    service: Service,
}

#[derive(Deserialize)]
struct Challenge {
    challenge: String,
    authority: String,
    genesis: String,
}

pub(crate) async fn ask(ask: &Ask, format: Format) -> anyhow::Result<()> {
    let key = secret(&ask.key)?;
    let standing = ask.service.attest(&ask.did, &key, None).await?;
    show_one(&standing, format)
}

/// Prints how an attestation stands.
pub(crate) fn show_one(standing: &Value, format: Format) -> anyhow::Result<()> {
    print(format, standing, |standing| {
        let names = ["did", "status", "not_before", "not_after", "expires"];
        let told = names.iter().filter(|name| !standing[**name].is_null());
        told.map(|name| row([&name.replace('_', " "), &plain(&standing[*name])])).collect()
    })
}

pub(crate) async fn mine(mine: &Mine, format: Format) -> anyhow::Result<()> {
    let (client, person) = mine.service.read()?;
    let standings: Vec<Value> =
        client.ask("/v1/mine", &json!({ "person": person })).await.map_err(in_words)?;
    show(&standings, format)
}

pub(crate) async fn give_up(give_up: &GiveUp, format: Format) -> anyhow::Result<()> {
    let (client, person) = give_up.service.read()?;
    let mut body = json!({ "person": person, "urgent": give_up.urgent });
    match &give_up.did {
        Some(did) => body["did"] = json!(did),
        None => body["all"] = json!(true),
    }
    let standings: Vec<Value> = client.ask("/v1/withdrawals", &body).await.map_err(in_words)?;
    show(&standings, format)
}

/// The digits of what the key signs for this challenge.
fn prove(text: &str, given: &Challenge, key: &SecretKey) -> anyhow::Result<String> {
    let strange = || exit::unverified("the service gives something else than a challenge");
    let challenge: [u8; CHALLENGE_BYTES] = hex::decode(&given.challenge).ok_or_else(strange)?;
    let genesis = hex::decode(&given.genesis).ok_or_else(strange)?;
    let control = Control {
        genesis: GenesisDigest(Digest::from_bytes(genesis)),
        did: check_did(text)?,
        authority: &OrganisationName::new(&given.authority).map_err(|_| strange())?,
        challenge,
    };
    Ok(control.sign(key).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Service {
    /// Asks to attest a DID, of which `key` is one to log in with; how that stands. With `network`, the authority must be of
    /// it.
    ///
    /// # Errors
    /// If the service refuses, or does not answer as one.
    pub(crate) async fn attest(
        &self,
        did: &str,
        key: &SecretKey,
        network: Option<GenesisDigest>,
    ) -> anyhow::Result<Value> {
        let (client, person) = self.read()?;
        check_did(did)?;
        let given: Challenge =
            client.ask("/v1/challenges", &json!({ "did": did })).await.map_err(in_words)?;
        if let Some(network) = network {
            ensure!(given.genesis == network.to_string(), "the authority is of another network");
        }
        let body = json!({
            "person": person, "did": did, "challenge": given.challenge,
            "key": key.public_key().to_string(), "signature": prove(did, &given, key)?,
        });
        client.ask("/v1/attestations", &body).await.map_err(in_words)
    }

    /// Whether it attests invented people, at once.
    ///
    /// # Errors
    /// As [`Self::attest`].
    pub(crate) async fn is_development(&self) -> anyhow::Result<bool> {
        let (client, _) = self.read()?;
        let about: Value = client.get("/v1/about").await.map_err(in_words)?;
        Ok(about["development"] == true)
    }

    fn read(&self) -> anyhow::Result<(NodeClient, Value)> {
        let is_safe = ["https://", "http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        ensure!(
            is_safe.iter().any(|start| self.authority.starts_with(start)),
            "{:?}: who you are goes over https:// alone, or to this machine",
            self.authority
        );
        let target = Target { node: Some(self.authority.clone()), ca_cert: self.ca_cert.clone() };
        Ok((target.client()?, read_person(&self.person)?))
    }
}

/// Who does not answer is no node here.
fn in_words(error: ClientError) -> anyhow::Error {
    match error {
        ClientError::Unreachable(url, _) => {
            exit::unreachable(format!("no authority's service answers at {url}: ask whoever runs it"))
        }
        other => other.into(),
    }
}

fn check_did(text: &str) -> anyhow::Result<Did> {
    let network = NetworkName::new(text.split(':').nth(2).unwrap_or_default());
    let did = network.ok().and_then(|network| Did::from_text(text, &network).ok());
    did.with_context(|| format!("{text:?} is no DID: one is like did:realdid:NETWORK:…"))
}

fn read_person(path: &Path) -> anyhow::Result<Value> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let expected = "a file with {\"name\": …, \"number\": …, \"code\": …} is expected";
    let mode = std::fs::metadata(path).with_context(|| format!("{shown}: {expected}"))?.permissions().mode();
    ensure!(mode & 0o077 == 0, "{shown} may be read by others: run `chmod 600 {shown}`");
    let text = std::fs::read(path).with_context(|| format!("{shown}: {expected}"))?;
    // an error of the parser's could name somebody
    let person: Option<Value> = serde_json::from_slice(&text).ok();
    let person = person.with_context(|| format!("{shown} is no JSON: {expected}"))?;
    let missing: Vec<&str> =
        ["name", "number", "code"].into_iter().filter(|field| !person[*field].is_string()).collect();
    ensure!(missing.is_empty(), "{shown} has no {}: {expected}", missing.join(", no "));
    Ok(person)
}

fn show(standings: &[Value], format: Format) -> anyhow::Result<()> {
    print(format, &standings, |standings| {
        if standings.is_empty() {
            return vec![row(["nothing was attested in your name"])];
        }
        let heads = row(["did", "status", "expires", "not before", "not after"]);
        let cell = |standing: &Value, name: &str| standing[name].as_str().unwrap_or("").to_owned();
        let line = |standing: &Value| {
            ["did", "status", "expires", "not_before", "not_after"].map(|name| cell(standing, name)).to_vec()
        };
        std::iter::once(heads).chain(standings.iter().map(line)).collect()
    })
}
