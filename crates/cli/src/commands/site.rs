//! `realdid site`: websites that people log in to.

mod check;
mod link;

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use realdid_client::CheckedNode;
use realdid_identity::{SiteRecord, site};
use realdid_state::StateKey;
use realdid_types::{
    Did, Operation, Origin, RegisterSite, ReturnAddress, Site, SiteName, UpdateSite, limits,
};
use serde_json::{Value, json};

use super::{
    Target, Trust, delivery,
    key::Key,
    means::{PATIENCE, node},
    member::{Acting, Signing},
    time,
};
use crate::output::{Format, print, row};

/// What to do with sites.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Write what links a site's origins to its DID, to be put at /.well-known/did-configuration.json of each
    #[command(
        after_help = "The file is a DID configuration of the Decentralized Identity Foundation, with one credential for each \
                            origin, signed by a key that the DID has for statements.

Example:
  realdid site link did:realdid:… --origin https://shop.example --key shop.key > did-configuration.json"
    )]
    Link(link::Link),
    /// Say whether origins are linked to a DID: fetch what each shows, and verify it
    #[command(
        after_help = "Fetched is https://<origin>/.well-known/did-configuration.json, without following redirections. Verified \
                            is that a credential there is a JWT with an EdDSA signature by a key that the DID has on the ledger for \
                            statements, that it is of this DID and for this origin, and that it is valid now. Credentials in \
                            another form are passed over. So whoever controls the origin's pages, and whoever holds the DID's key, \
                            say of each other that they are one; who that is, nobody says.

Examples:
  realdid site check did:realdid:…
  realdid site check did:realdid:… --origin https://shop.example"
    )]
    Check(check::Check),
    /// Put a site on the ledger, after checking its origins; for members with the role operator
    #[command(
        after_help = "Both the operator and the site sign. Where their keys are not on one machine: --unsigned-out, and \
                            `realdid tx sign` by each.

Example:
  realdid site register did:realdid:… --name 'Example Books' --origin https://shop.example \\
    --return-address https://shop.example/login/return --site-key shop.key --key member.key"
    )]
    Register(Register),
    /// Change what the ledger says of a site, after checking its origins
    #[command(after_help = "What is not named stays as it is.

Examples:
  realdid site update did:realdid:… --name 'Example Books' --site-key shop.key --key member.key
  realdid site update did:realdid:… --closed true --site-key shop.key --key member.key")]
    Update(Update),
    /// What the ledger proves of a site
    Show {
        /// The site's DID
        did: String,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
}

/// What is said of a site.
#[derive(clap::Args)]
pub(crate) struct Said {
    /// What wallets show
    #[arg(long, value_parser = parse(SiteName::new))]
    name: Option<SiteName>,
    /// Where its pages are, such as https://shop.example; up to 8
    #[arg(long, value_parser = parse(Origin::new))]
    origin: Vec<Origin>,
    /// Where responses may go, on one of its origins; up to 16
    #[arg(long, value_name = "URL", value_parser = parse(ReturnAddress::new))]
    return_address: Vec<ReturnAddress>,
    /// Whether it may ask if somebody is a real, attested person
    #[arg(long, value_name = "BOOL")]
    may_ask_real_name: Option<bool>,
}

/// How origins are checked, and who signs.
#[derive(clap::Args)]
pub(crate) struct Answering {
    /// A key that may change the site's DID
    #[arg(long, value_name = "KEY")]
    site_key: String,
    /// Do not check the origins: you have done so in another way, and answer for it
    #[arg(long)]
    unchecked: bool,
    #[command(flatten)]
    certificates: check::Certificates,
    #[command(flatten)]
    signing: Signing,
}

/// A site that is to come.
#[derive(clap::Args)]
pub(crate) struct Register {
    /// The site's DID
    did: String,
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    answering: Answering,
}

/// A site that is to change.
#[derive(clap::Args)]
pub(crate) struct Update {
    /// The site's DID
    did: String,
    #[command(flatten)]
    said: Said,
    /// Whether nobody logs in to it any more
    #[arg(long, value_name = "BOOL")]
    closed: Option<bool>,
    #[command(flatten)]
    answering: Answering,
}

/// A parser that clap takes, out of a constructor.
fn parse<T, E: std::fmt::Display>(
    new: impl Fn(&str) -> Result<T, E> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| new(text).map_err(|error| error.to_string())
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Link(link) => link::run(&link).await,
        Command::Check(check) => check::run(&check, format).await,
        Command::Register(register) => register.run(format).await,
        Command::Update(update) => update.run(format).await,
        Command::Show { did, trust, target } => show(node(&target, &trust).await?, &did, format).await,
    }
}

impl Register {
    async fn run(self, format: Format) -> anyhow::Result<()> {
        let mut acting = Acting::new(&self.answering.signing).await?;
        let did = Did::from_text(&self.did, &acting.genesis().network)?;
        let name = self.said.name.clone().context("name the site with --name")?;
        ensure!(!self.said.origin.is_empty(), "name the site's origins with --origin");
        ensure!(!self.said.return_address.is_empty(), "name where responses may go with --return-address");
        let wanted = Site {
            did,
            name,
            origins: self.said.origins(Vec::new())?,
            return_addresses: self.said.return_addresses(Vec::new())?,
            may_ask_real_name: self.said.may_ask_real_name.unwrap_or(false),
            closed: false,
        };
        match entry(&mut acting.node, did).await? {
            Some(known) if known.site == wanted => {
                return acting.is_so_already(&format!("{} is registered", self.did), format);
            }
            Some(_) => bail!("{} has a site already: `realdid site update` changes it", self.did),
            None => {}
        }
        let operation = Operation::RegisterSite(RegisterSite { site: wanted.clone() });
        self.answering.sign_for(acting, &self.did, &wanted, operation, format).await
    }
}

impl Update {
    async fn run(self, format: Format) -> anyhow::Result<()> {
        let mut acting = Acting::new(&self.answering.signing).await?;
        let did = Did::from_text(&self.did, &acting.genesis().network)?;
        let known = entry(&mut acting.node, did).await?;
        let known = known.with_context(|| {
            format!("{} has no site on the ledger: `realdid site register` puts one there", self.did)
        })?;
        let present = known.site;
        let wanted = Site {
            did,
            name: self.said.name.clone().unwrap_or(present.name.clone()),
            origins: self.said.origins(present.origins.clone())?,
            return_addresses: self.said.return_addresses(present.return_addresses.clone())?,
            may_ask_real_name: self.said.may_ask_real_name.unwrap_or(present.may_ask_real_name),
            closed: self.closed.unwrap_or(present.closed),
        };
        if wanted == present && known.operator == acting.name {
            return acting.is_so_already(&format!("{} is registered so", self.did), format);
        }
        let operation = Operation::UpdateSite(UpdateSite { site: wanted.clone() });
        self.answering.sign_for(acting, &self.did, &wanted, operation, format).await
    }
}

impl Said {
    /// Those that are named, or else those that there are.
    fn origins(&self, present: Vec<Origin>) -> anyhow::Result<Vec<Origin>> {
        in_order(&self.origin, present, limits::SITE_ORIGINS_MAX, "--origin")
    }

    /// As [`Self::origins`].
    fn return_addresses(&self, present: Vec<ReturnAddress>) -> anyhow::Result<Vec<ReturnAddress>> {
        in_order(&self.return_address, present, limits::SITE_RETURNS_MAX, "--return-address")
    }
}

fn in_order<T: Clone + Ord>(
    named: &[T],
    present: Vec<T>,
    most: usize,
    option: &str,
) -> anyhow::Result<Vec<T>> {
    if named.is_empty() {
        return Ok(present);
    }
    let mut named = named.to_vec();
    named.sort();
    named.dedup();
    ensure!(
        named.len() <= most,
        "{option} stands there {} times, and a site has at most {most}",
        named.len()
    );
    Ok(named)
}

impl Answering {
    /// Lets the operator and the site sign, once the origins are checked.
    async fn sign_for(
        &self,
        mut acting: Acting<'_>,
        did: &str,
        wanted: &Site,
        operation: Operation,
        format: Format,
    ) -> anyhow::Result<()> {
        site::check(wanted)?;
        let site_key = Key::named(&self.site_key)?;
        let record = super::did::present(&mut acting.node, wanted.did).await?;
        ensure!(
            record.may_invoke(&site_key.public()),
            "the key in {} may not speak for {did}: name one with --site-key that has capabilityInvocation in \
             `realdid did resolve`",
            self.site_key
        );
        // a site that closes has perhaps no pages any more
        if !self.unchecked && !wanted.closed {
            let certificates = self.certificates.read()?;
            check::all_linked(&record, did, &wanted.origins, certificates.as_deref()).await.context(
                "nothing was signed; `realdid site link` writes what the site must show, and --unchecked goes on without",
            )?;
        }
        let fields = vec![
            ("did", json!(did)),
            ("name", json!(wanted.name.as_str())),
            ("operator", json!(acting.name.as_str())),
        ];
        let delivered = acting.act(operation, &[site_key]).await?;
        delivery::show(fields, &delivered, format)
    }
}

async fn entry(node: &mut CheckedNode, did: Did) -> anyhow::Result<Option<SiteRecord>> {
    Ok(node.entry_now(&StateKey::Site(did), PATIENCE).await?.entry)
}

async fn show(mut node: CheckedNode, text: &str, format: Format) -> anyhow::Result<()> {
    let did = Did::from_text(text, &node.genesis().network)?;
    let proven = node.entry_now::<SiteRecord>(&StateKey::Site(did), PATIENCE).await?;
    let height = proven.header.height.0;
    let result =
        json!({ "did": text, "site": proven.entry.as_ref().map(view), "verified_at_height": height });
    print(format, &result, |_| {
        let mut rows = vec![row(["did", text])];
        match &proven.entry {
            None => rows.push(row(["site", "there is none"])),
            Some(known) => rows.extend(site_rows(known)),
        }
        rows.push(row(["verified", &format!("by a certificate for block {height}")]));
        rows
    })
}

fn view(known: &SiteRecord) -> Value {
    let site = &known.site;
    json!({
        "name": site.name.as_str(), "operator": known.operator.as_str(),
        "origins": site.origins.iter().map(Origin::as_str).collect::<Vec<_>>(),
        "return_addresses": site.return_addresses.iter().map(ReturnAddress::as_str).collect::<Vec<_>>(),
        "may_ask_real_name": site.may_ask_real_name, "closed": site.closed,
        "registered": time::text(known.registered.time), "updated": time::text(known.updated.time),
    })
}

fn site_rows(known: &SiteRecord) -> Vec<Vec<String>> {
    let site = &known.site;
    let mut rows = vec![row(["name", site.name.as_str()])];
    rows.extend(site.origins.iter().map(|origin| row(["origin", origin.as_str()])));
    rows.extend(site.return_addresses.iter().map(|address| row(["return address", address.as_str()])));
    let asks = if site.may_ask_real_name { "yes" } else { "no" };
    rows.push(row(["may ask if real", asks]));
    if site.closed {
        rows.push(row(["closed", "nobody logs in to it any more"]));
    }
    rows.push(row(["operator", known.operator.as_str()]));
    rows.push(row(["registered", &time::text(known.registered.time)]));
    rows.push(row(["updated", &time::text(known.updated.time)]));
    rows
}

/// Certificates that are trusted for origins.
fn pem(path: Option<&PathBuf>) -> anyhow::Result<Option<Vec<u8>>> {
    path.map(|path| std::fs::read(path).with_context(|| format!("{} cannot be read", path.display())))
        .transpose()
}
