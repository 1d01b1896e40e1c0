//! What runs beside the nodes of a test network, so that a person can click through all of it: an authority of invented
//! people, the wallet's pages, a bridge, and two shops.

mod sites;

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use realdid_node::keys::Purpose;
use realdid_testnet::{Kind, Network, Service};
use realdid_types::Genesis;
use serde_json::{Value, json};

use self::sites::Sites;
use super::{program, started::Started};

/// How long a service may take until it answers.
const READY_MAX: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Whether the program holds all that it takes. Otherwise says what is missing.
pub(super) fn is_whole() -> bool {
    match realdid_web::Files::embedded() {
        Ok(_) => true,
        Err(error) => {
            eprintln!("note: the wallet, the authority, the bridge and the shops are left out: {error}");
            false
        }
    }
}

/// Starts what does not run, once the sites are on the ledger; what there is to try, if the network has any.
pub(super) async fn start(
    network: &mut Network,
    genesis: &Genesis,
    started: &mut Started,
) -> anyhow::Result<Option<Value>> {
    if network.services.is_empty() {
        return Ok(None);
    }
    let sites = Sites::of(network, genesis).await?;
    make_folders(network)?;
    for place in 0..network.services.len() {
        let words = words(network, place, genesis, &sites)?;
        started.start_service(network, place, &words)?;
        answers(network, &network.services[place]).await?;
    }
    view(network).map(Some)
}

/// Prints what there is to try.
pub(super) fn tell(demo: &Value) {
    let text = |name: &str| demo[name].as_str().unwrap_or_default();
    let person = &demo["people"][0];
    let field = |name: &str| person[name].as_str().unwrap_or_default();
    println!();
    println!("  bookshop   {}   verifies logins by itself", text("bookshop"));
    println!("  teahouse   {}   asks a bridge, by OpenID Connect", text("teahouse"));
    println!("  wallet     {}", text("wallet"));
    println!("  a person   {}   {}   {}", field("name"), field("number"), field("code"));
    println!("             and more in {}; all are invented", text("register"));
    println!("\nopen a shop, choose \"Log in with RealDID\", make a wallet, and be attested as that person");
}

fn view(network: &Network) -> anyhow::Result<Value> {
    let register = network.home_of_service(Kind::Authority).join("registry.json");
    let text = std::fs::read_to_string(&register).with_context(|| register.display().to_string())?;
    let people: Value = serde_json::from_str(&text).with_context(|| register.display().to_string())?;
    let mut view = json!({ "people": people["people"], "register": register });
    for service in &network.services {
        view[service.kind.to_string()] = format!("{}/", service.origin()).into();
    }
    Ok(view)
}

/// The words that start a service.
fn words(network: &Network, place: usize, genesis: &Genesis, sites: &Sites) -> anyhow::Result<Vec<String>> {
    let service = &network.services[place];
    let origin = |kind| anyhow::Ok(network.service(kind).context("a service is missing")?.origin());
    let home = network.home_of_service(service.kind).display().to_string();
    let urls: Vec<String> = network.nodes.iter().map(|node| node.url()).collect();
    let node = urls.first().context("the network has no nodes")?;
    let of_kind: Vec<String> = match service.kind {
        Kind::Authority => {
            let first = network.nodes.first().context("the network has no nodes")?;
            let key = network.home_of(first).keys().join(Purpose::Member.file()).display().to_string();
            let start = ["authority", "start", "--development", "--folder", &home, "--key", &key];
            let asked = ["--wallet-origin", &origin(Kind::Wallet)?, "--node", node];
            owned(&[&start[..], &asked].concat())
        }
        Kind::Wallet => {
            let (nodes, digest) = (urls.join(","), genesis.digest().to_string());
            let start = ["wallet", "serve", "--node", &nodes, "--genesis", &digest];
            owned(&[&start[..], &["--authority", &origin(Kind::Authority)?]].concat())
        }
        Kind::Bridge => {
            let wallet = format!("{}/", origin(Kind::Wallet)?);
            owned(&["bridge", "start", "--home", &home, "--wallet-url", &wallet, "--node", node])
        }
        Kind::Bookshop => {
            let wallet = format!("{}/", origin(Kind::Wallet)?);
            let start = ["dev", "shop", "--name", sites::BOOKSHOP, "--site", &sites.bookshop];
            owned(&[&start[..], &["--wallet-url", &wallet, "--node", node]].concat())
        }
        Kind::Teahouse => {
            let start = ["dev", "shop", "--name", sites::TEAHOUSE, "--site", &sites.teahouse];
            owned(&[&start[..], &["--bridge", &origin(Kind::Bridge)?, "--node", node]].concat())
        }
    };
    Ok(of_kind.into_iter().chain(["--listen".to_owned(), service.listen.to_string()]).collect())
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Makes the folders of those that have some, by the commands that an operator would take.
fn make_folders(network: &Network) -> anyhow::Result<()> {
    for (kind, words) in [
        (Kind::Authority, vec!["authority", "init", "--development", "--folder"]),
        (Kind::Bridge, vec!["bridge", "init", "--home"]),
    ] {
        let home = network.home_of_service(kind);
        if home.exists() {
            continue;
        }
        let service = network.service(kind).context("a service is missing")?;
        let mut command = Command::new(program()?);
        command.args(words).arg(&home);
        if kind == Kind::Bridge {
            let node = network.nodes.first().context("the network has no nodes")?;
            command.args(["--issuer", &service.origin(), "--node", &node.url()]);
        }
        let done = command.stdin(Stdio::null()).output()?;
        let why = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "the {kind} cannot be set up: {}", why.trim());
    }
    Ok(())
}

async fn answers(network: &Network, service: &Service) -> anyhow::Result<()> {
    let path = match service.kind {
        Kind::Authority => "/readyz",
        Kind::Bridge => "/livez",
        Kind::Wallet | Kind::Bookshop | Kind::Teahouse => "/",
    };
    let client = realdid_client::http_builder().build()?;
    let url = format!("http://{}{path}", service.listen);
    let until = Instant::now() + READY_MAX;
    loop {
        if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        let log = network.log_of_service(service);
        ensure!(service.is_running(), "the {} ended; see {}", service.kind, log.display());
        ensure!(Instant::now() < until, "the {} does not answer; see {}", service.kind, log.display());
        tokio::time::sleep(LOOK).await;
    }
}
