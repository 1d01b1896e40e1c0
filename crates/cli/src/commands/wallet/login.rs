//! `realdid wallet login`: a site asks, the person agrees, the wallet answers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_client::{HandOverError, hand_over};
use realdid_identity::SiteRecord;
use realdid_login::{Challenge, Consent, Registered, Requester, Response, review, subject};
use realdid_types::{Timestamp, Wire};
use realdid_wallet::NotReady;
use serde_json::json;

use super::{
    challenge,
    online::{Online, now, random},
    place::Place,
    store::Store,
};
use crate::{
    commands::{Target, delivery::show_fields, key::confirm},
    exit,
    output::{Format, print_table, row},
};

const CLOSE_TOGETHER: &str = " The last one was made within a day: whoever reads the ledger may guess that the two are one \
                              person's; made on another day, this one stands out less.";

/// A login.
#[derive(clap::Args)]
pub(crate) struct Login {
    /// What the site shows: an address with #challenge=, or what stands behind it
    challenge: String,
    /// The origin of the page on this device that showed it, such as https://books.example; without it, the page is on
    /// another device, and its number is to be compared
    #[arg(long, value_name = "URL")]
    same_origin: Option<String>,
    /// Print the response instead of sending it: for the browser in which the login was begun
    #[arg(long)]
    print: bool,
    /// Agree to everything without being asked
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(login: &Login, format: Format) -> anyhow::Result<()> {
    let challenge = challenge::read(&login.challenge)?;
    let mut store = login.place.open()?;
    let mut asking =
        Asking { login, challenge: &challenge, store: &mut store, asked_node: false, has_looked: false };
    let (site, as_of) = asking.site().await?;
    let requester = login.same_origin.as_deref().map_or(Requester::OtherDevice, Requester::Page);
    let genesis = asking.store.wallet.genesis.digest();
    let registered = Registered { site: site.as_ref(), as_of };
    let consent = review(&challenge, registered, genesis, requester, now());
    let consent = consent.map_err(|why| exit::refused(why.to_string()))?;
    show(&consent);
    confirm("Log in?", login.yes)?;
    if let Some(site) = site {
        asking.join(site, as_of).await?;
    }
    let response = asking.response().await?;
    let asked_node = asking.asked_node;
    store.wallet.note_login(&challenge, now(), asked_node);
    store.save()?;
    finish(login, &store, &consent, &response, asked_node, format).await
}

/// A login under way.
struct Asking<'a> {
    login: &'a Login,
    challenge: &'a Challenge,
    store: &'a mut Store,
    asked_node: bool,
    /// Whether the newest proofs were fetched already.
    has_looked: bool,
}

impl Asking<'_> {
    /// What the ledger says of the site, and as of when: as it was proven lately, if that fits, or as it is proven now.
    async fn site(&mut self) -> anyhow::Result<(Option<SiteRecord>, Timestamp)> {
        let fits = |record: &SiteRecord| {
            record.site.origins.contains(&self.challenge.origin)
                && record.site.return_addresses.contains(&self.challenge.return_address)
        };
        let known = self.store.wallet.identity(self.challenge.site);
        if let Some(known) = known.filter(|known| known.knows_site(now()) && fits(&known.site)) {
            return Ok((Some(known.site.clone()), known.site_of));
        }
        let did = self.challenge.site;
        self.online()?.site(did).await
    }

    /// Makes a DID for the site if there is none.
    async fn join(&mut self, site: SiteRecord, as_of: Timestamp) -> anyhow::Result<()> {
        let (did, name) = (self.challenge.site, site.site.name.clone());
        let wallet = &mut self.store.wallet;
        if wallet.identity(did).is_some_and(|identity| identity.made && identity.pending.is_none()) {
            return Ok(());
        }
        let is_close = !wallet.genesis.development && wallet.made_lately(now());
        let close = if is_close { CLOSE_TOGETHER } else { "" };
        confirm(&format!("You have no DID for {name} yet.{close} Make one?"), self.login.yes)?;
        self.store.wallet.add(site, as_of, now(), &mut random);
        self.has_looked = true;
        self.online()?.make_did(did).await
    }

    /// The response, with proofs that are held, or that are fetched if they do not do.
    async fn response(&mut self) -> anyhow::Result<Response> {
        match self.store.wallet.answer(self.challenge, now()) {
            Err(not_ready) if not_ready.asks_for_proofs() && !self.has_looked => {
                confirm(
                    &format!(
                        "{not_ready}. Look now what the ledger proves? The node that is asked learns that this DID is used \
                         at this moment."
                    ),
                    self.login.yes,
                )?;
                let did = self.challenge.site;
                let is_proven = self.store.wallet.identity(did).is_some_and(|one| one.bundle.is_some());
                if is_proven {
                    self.online()?.fetch_proofs(did).await?;
                } else {
                    // a node listed it when DIDs were looked for, and perhaps it was never made
                    self.online()?.make_did(did).await?;
                }
                // what was fetched may be of use even if it does not do here
                self.store.save()?;
                self.store.wallet.answer(self.challenge, now()).map_err(|why| self.in_words(&why))
            }
            answered => answered.map_err(|why| self.in_words(&why)),
        }
    }

    fn in_words(&self, why: &NotReady) -> anyhow::Error {
        let wallet = &self.store.wallet;
        let site = self.challenge.site.to_text(&wallet.genesis.network);
        let remedy = match why {
            NotReady::NotAttested | NotReady::AttestationExpired(_) | NotReady::LevelTooLow { .. } => {
                format!("let an authority do so with `realdid wallet attest {site}`, and come back")
            }
            NotReady::Stale => {
                "the node is behind or the network stands still: ask another with --node".to_owned()
            }
            NotReady::KeyGone => {
                "take it back with `realdid wallet recover --compromised-since TIME`".to_owned()
            }
            NotReady::NoIdentity | NotReady::EpochsMissing(_) => "tell the site's operator".to_owned(),
        };
        exit::refused(format!("{why}: {remedy}"))
    }

    fn online(&mut self) -> anyhow::Result<Online<'_>> {
        self.asked_node = true;
        Online::new(self.store, &self.login.target)
    }
}

/// What the person is to agree to.
fn show(consent: &Consent) {
    let told = match consent.level {
        0 => "your DID for this site, and nothing about you".to_owned(),
        level => {
            format!("your DID for this site, and that an authority attests you at level {level} or above")
        }
    };
    let mut rows = vec![
        row(["site", &consent.name]),
        row(["page", &consent.origin]),
        row(["answer to", consent.return_address.as_str()]),
        row(["is told", &told]),
    ];
    if let Some(number) = consent.number {
        rows.push(row(["number", &format!("{number}: go on only if the page shows the same")]));
    }
    for line in crate::output::columns(&rows) {
        eprintln!("{line}");
    }
}

/// A site that began the login in a browser on this device takes the answer from that browser alone.
fn in_words(error: HandOverError) -> anyhow::Error {
    match error {
        HandOverError::Unreachable(..) => error.into(),
        HandOverError::Refused { .. } => exit::refused(format!(
            "{error}. Was the login begun in a browser on this device? `--same-origin PAGE --print` gives the answer for it"
        )),
    }
}

async fn finish(
    login: &Login,
    store: &Store,
    consent: &Consent,
    response: &Response,
    asked_node: bool,
    format: Format,
) -> anyhow::Result<()> {
    let text = URL_SAFE_NO_PAD.encode(response.encode());
    let network = &store.wallet.genesis.network;
    let mut fields = vec![
        ("site", json!(consent.name)),
        ("did", json!(response.did.to_text(network))),
        ("subject", json!(subject(response.challenge.site, response.did).to_string())),
        ("asked_node", json!(asked_node)),
    ];
    if !login.print {
        let status = hand_over(&consent.return_address, &text).await.map_err(in_words)?;
        fields.push(("status", json!(status)));
        return show_fields(fields, format);
    }
    let address = format!("{}#response={text}", consent.return_address);
    match format {
        Format::Json => {
            fields.push(("response", json!(text)));
            fields.push(("address", json!(address)));
            show_fields(fields, format)
        }
        Format::Table => {
            print_table(&[row([&address])]);
            Ok(())
        }
    }
}
