//! `realdid node`: one node.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, ensure};
use realdid_crypto::{PublicKey, SecretKey};
use realdid_network::PeerAddress;
use realdid_node::{
    Config, GenesisFile, Node, NodeKeys,
    config::{Home, Interface, Plane, Storage},
    keys::{self, Purpose, load, random_seed},
};
use realdid_storage::{KeyHistory, Store};
use realdid_types::OrganisationName;
use serde_json::json;

use super::{
    card::{self, Card},
    clear_alarm,
    service::Service,
};
use crate::output::{Format, say};

/// What to do with a node.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a node's folder with fresh keys, and print its card for the genesis
    #[command(after_help = "Example:
  realdid node init --home /var/lib/realdid --organisation operator-1 > operator-1.card")]
    Init(Init),
    /// Give a node the genesis of its network and the addresses of others
    Join(Join),
    /// Run the node in a folder until it is told to end
    Start(Start),
    /// Print a node's card anew, with the proof that it holds its consensus key: for joining a network that runs
    #[command(after_help = "Example:
  realdid node card --home /var/lib/realdid --node http://192.0.2.10:8080 > new.card")]
    Card(card::Print),
    /// Show why voting stopped, and let it go on at the next start. The node must not be running
    #[command(after_help = "Example:
  realdid node clear-alarm --home /var/lib/realdid          shows the alarm
  realdid node clear-alarm --home /var/lib/realdid --yes    clears it")]
    ClearAlarm(clear_alarm::ClearAlarm),
}

/// A node that is to be.
#[derive(clap::Args)]
pub struct Init {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    /// Who runs it: 1 to 32 of a-z, 0-9 and -
    #[arg(long)]
    organisation: String,
    /// What its operator calls it
    #[arg(long)]
    name: Option<String>,
    /// A member's node that is no validator: it takes transactions and answers questions
    #[arg(long)]
    gateway: bool,
    /// Where its interface listens: a loopback address
    #[arg(long, default_value = "127.0.0.1:8080")]
    api_listen: SocketAddr,
    /// Where it meets other validators
    #[arg(long, default_value = "0.0.0.0:9000")]
    validators_listen: SocketAddr,
    /// Where it meets everybody
    #[arg(long, default_value = "0.0.0.0:9001")]
    public_listen: SocketAddr,
    /// Where other validators reach it, if not where it listens: 192.0.2.7:9000
    #[arg(long, value_name = "ADDRESS")]
    advertise: Vec<SocketAddr>,
}

/// A network that is to be joined.
#[derive(clap::Args)]
pub struct Join {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    /// The network's genesis
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Other validators: /ip4/192.0.2.7/tcp/9000/p2p/12D3Koo…; without any, those in node.toml stay
    #[arg(long = "validator", value_name = "ADDRESS")]
    validators: Vec<PeerAddress>,
    /// Peers of the public plane: /ip4/192.0.2.7/tcp/9001/p2p/12D3Koo…; without any, those in node.toml stay
    #[arg(long = "peer", value_name = "ADDRESS")]
    peers: Vec<PeerAddress>,
    /// Where other validators reach this one: 192.0.2.7:9000; without any, what node.toml says stays
    #[arg(long, value_name = "ADDRESS")]
    advertise: Vec<SocketAddr>,
    /// This consensus key never voted anywhere, though it was not made here; if that is wrong, the ledger can fork
    #[arg(long)]
    key_never_used: bool,
}

/// How to run it.
#[derive(clap::Args)]
pub struct Start {
    /// The node's folder
    #[arg(long, env = "REALDID_HOME", default_value = ".")]
    home: PathBuf,
    #[command(flatten)]
    service: Service,
}

/// Does it.
///
/// # Errors
/// Says why the node does not start or ended.
pub async fn run(command: Command) -> anyhow::Result<()> {
    run_in(command, Format::default()).await
}

/// Does it, and says so in a format.
pub(crate) async fn run_in(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Init(init) => init_node(&init),
        Command::Join(join) => join_network(&join, format),
        Command::Start(start) => start_node(start).await,
        Command::Card(print) => card::print(&print).await,
        Command::ClearAlarm(clear) => clear_alarm::run(&clear, format),
    }
}

/// A file that says that the consensus key was made here and has never been used. It is not among the keys: a backup of
/// those that was made early must not say so of a key that has voted since.
fn unused_mark(home: &Home) -> PathBuf {
    home.path().join("consensus.unused")
}

fn init_node(init: &Init) -> anyhow::Result<()> {
    OrganisationName::new(&init.organisation)
        .with_context(|| format!("--organisation {:?}", init.organisation))?;
    let home = Home::new(&init.home);
    ensure!(
        !home.config().exists(),
        "{} is there already: a node is made once; remove the folder to begin anew",
        home.config().display()
    );
    std::fs::create_dir_all(home.keys()).with_context(|| format!("{}", home.keys().display()))?;
    let purposes: &[Purpose] = if init.gateway {
        &[Purpose::Author, Purpose::Transport]
    } else {
        &[Purpose::Author, Purpose::Transport, Purpose::Consensus, Purpose::Member]
    };
    for purpose in purposes {
        keys::store(&home.keys().join(purpose.file()), &random_seed())?;
    }
    if !init.gateway {
        std::fs::write(unused_mark(&home), "")?;
    }
    let name = init.name.clone().unwrap_or_else(|| init.organisation.clone());
    let config = Config {
        name: name.clone(),
        advertise: init.advertise.clone(),
        api: Interface::plain(init.api_listen),
        validators: (!init.gateway).then(|| Plane { listen: init.validators_listen, peers: Vec::new() }),
        public: Plane { listen: init.public_listen, peers: Vec::new() },
        storage: Storage::default(),
    };
    config.write(&home)?;
    let public = |purpose: Purpose| -> anyhow::Result<PublicKey> {
        Ok(SecretKey::ed25519(&*load(&home.keys().join(purpose.file()))?).public_key())
    };
    let of_validator = |purpose| match init.gateway {
        true => anyhow::Ok(None),
        false => Ok(Some(public(purpose)?.to_string())),
    };
    let card = Card {
        organisation: init.organisation.clone(),
        name,
        member_key: of_validator(Purpose::Member)?,
        consensus_key: of_validator(Purpose::Consensus)?,
        transport_key: public(Purpose::Transport)?.to_string(),
        author_key: public(Purpose::Author)?.to_string(),
        possession: None,
    };
    let text = serde_json::to_string_pretty(&card)?;
    let file = Card::file(&init.home);
    std::fs::write(&file, format!("{text}\n"))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    println!("{text}");
    Ok(())
}

fn join_network(join: &Join, format: Format) -> anyhow::Result<()> {
    let home = Home::new(&join.home);
    let mut config = Config::read(&home)?;
    let genesis = GenesisFile::read(&join.genesis)?.genesis()?;
    let keys = NodeKeys::load(&home.keys())?;
    let author = keys.author.public_key();
    if !genesis.members.iter().any(|member| member.nodes.contains(&author)) {
        eprintln!(
            "note: this node's author key is in no member of the genesis: its batches will not be taken"
        );
    }
    if let Some(plane) = &mut config.validators {
        replace_unless_empty(&mut plane.peers, &join.validators);
    }
    replace_unless_empty(&mut config.public.peers, &join.peers);
    if !join.advertise.is_empty() {
        config.advertise.clone_from(&join.advertise);
    }
    let is_unused = join.key_never_used || unused_mark(&home).exists();
    let history = if is_unused { KeyHistory::NeverVoted } else { KeyHistory::Unknown };
    Store::create(&home.ledger(), &genesis, history)?;
    if unused_mark(&home).exists() {
        std::fs::remove_file(unused_mark(&home))?;
    }
    let text = serde_json::to_string_pretty(&GenesisFile::from(&genesis))? + "\n";
    std::fs::write(home.genesis(), text)?;
    config.write(&home)?;
    let network = genesis.network.to_string();
    let result = json!({ "network": network, "genesis": genesis.digest().to_string(), "home": join.home });
    let sentence = format!(
        "joined {network} ({}); start it with `realdid node start --home {}`",
        genesis.digest(),
        join.home.display()
    );
    say(format, &result, &sentence)
}

/// Whoever joins again after its disk was lost has a node.toml that names the others already.
fn replace_unless_empty(peers: &mut Vec<String>, named: &[PeerAddress]) {
    if !named.is_empty() {
        *peers = named.iter().map(ToString::to_string).collect();
    }
}

async fn start_node(start: Start) -> anyhow::Result<()> {
    let ending = start.service.begin()?;
    let node = Node::start(&Home::new(&start.home), start.service.identity()).await?;
    tracing::info!(api = %node.api, home = %start.home.display(), "the node runs");
    node.run_until(async move {
        ending.wait().await;
        tracing::info!("the node ends");
    })
    .await?;
    Ok(())
}
