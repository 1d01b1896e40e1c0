//! Making a network: folders, keys, genesis, ports.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use realdid_crypto::{Context, Digest, PublicKey, SecretKey, digest};
use realdid_network::PeerAddress;
use realdid_node::{
    Config, GenesisFile, NodeKeys,
    config::{Interface, Plane, Storage},
    keys::{self, Purpose, Seed},
};
use realdid_storage::{KeyHistory, Store};
use realdid_types::{
    Genesis, Member, NetworkName, OrganisationName, Parameters, Roles, Timestamp, Validator,
};

use crate::{Kind, Network, NodeEntry, Service, now_ms, ports::free_ports};

/// A node's ports: interface, validators' plane, public plane.
const PORTS_PER_NODE: u16 = 3;
/// How long a leader with nothing to do may wait.
const MAX_IDLE_MS: u64 = 5_000;

/// A node that is to be.
struct Planned {
    name: String,
    organisation: String,
    validator: bool,
    ports: [SocketAddr; 3],
    seeds: BTreeMap<&'static str, Seed>,
}

/// What a network is made of.
pub struct Wishes {
    /// How many validators.
    pub validators: usize,
    /// How many nodes of members that are no validators.
    pub gateways: usize,
    /// Draws all keys from this.
    pub seed: Option<u64>,
    /// Whether an authority, a wallet, a bridge and two shops run beside them.
    pub services: bool,
}

/// Makes a network's folders.
///
/// # Errors
/// If there are no ports, or the disk refuses.
pub fn make(folder: &Path, wishes: &Wishes) -> anyhow::Result<Network> {
    let is_taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    anyhow::ensure!(!is_taken, "{} holds something else: name another folder", folder.display());
    let count = wishes.validators + wishes.gateways;
    let of_nodes = count as u16 * PORTS_PER_NODE;
    let kinds: &[Kind] = if wishes.services { &Kind::ALL } else { &[] };
    let first = free_ports(folder, of_nodes + kinds.len() as u16, |_| false)?;
    let service = |(kind, port): (&Kind, u16)| Service {
        kind: *kind,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        pid: None,
    };
    let services = kinds.iter().zip(first + of_nodes..).map(service).collect();
    let nodes: Vec<Planned> = (0..count).map(|place| planned(place, first, wishes)).collect();
    let genesis = genesis(&nodes, wishes)?;
    std::fs::create_dir_all(folder.join("logs"))
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut network = Network { folder: folder.to_owned(), seed: wishes.seed, nodes: Vec::new(), services };
    for node in &nodes {
        let entry = NodeEntry {
            name: node.name.clone(),
            validator: node.validator,
            api: node.ports[0],
            transport_key: node.key(Purpose::Transport).public_key().to_string(),
            pid: None,
        };
        write_node(&network, &entry, node, &nodes, &genesis)?;
        network.nodes.push(entry);
    }
    network.write()?;
    Ok(network)
}

/// Makes the folder of one more node, with the keys of a validator, which is none yet: it follows the chain until the
/// members have decided. `organisation` runs it.
///
/// # Errors
/// If there are no ports, or the disk refuses.
pub fn make_newcomer(network: &mut Network, organisation: &str) -> anyhow::Result<usize> {
    let first = network.nodes.first().context("the network has no nodes")?;
    let genesis = GenesisFile::read(&network.home_of(first).genesis())?.genesis()?;
    let known = network.nodes.iter().map(|node| known(network, node));
    let known = known.collect::<anyhow::Result<Vec<_>>>()?;
    let mut names = (network.nodes.len() + 1..).map(|number| format!("validator-{number}"));
    let name = names.find(|name| !network.has(name)).context("no name is left")?;
    let reserved = |port: u16| {
        let of_node =
            |node: &NodeEntry| (node.api.port()..).take(PORTS_PER_NODE.into()).any(|taken| taken == port);
        network.nodes.iter().any(of_node)
            || network.services.iter().any(|service| service.listen.port() == port)
    };
    let first_port = free_ports(&network.folder, PORTS_PER_NODE, reserved)?;
    let port = |number: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, first_port + number));
    let purposes = [Purpose::Consensus, Purpose::Author, Purpose::Transport];
    let seed = |purpose: &Purpose| (purpose.file(), seed_of(network.seed, &name, purpose.file()));
    let planned = Planned {
        organisation: organisation.to_owned(),
        validator: true,
        ports: [port(0), port(1), port(2)],
        seeds: purposes.iter().map(seed).collect(),
        name,
    };
    let entry = NodeEntry {
        name: planned.name.clone(),
        validator: true,
        api: planned.ports[0],
        transport_key: planned.key(Purpose::Transport).public_key().to_string(),
        pid: None,
    };
    let on_plane = |plane: fn(&Config) -> Option<&Plane>| {
        let address = |(config, key): &(Config, PublicKey)| {
            Some(PeerAddress { key: *key, address: plane(config)?.listen }.to_string())
        };
        known.iter().filter_map(address).collect()
    };
    let config = Config {
        name: planned.name.clone(),
        advertise: Vec::new(),
        api: Interface::plain(planned.ports[0]),
        validators: Some(Plane {
            listen: planned.ports[1],
            peers: on_plane(|config| config.validators.as_ref()),
        }),
        public: Plane { listen: planned.ports[2], peers: on_plane(|config| Some(&config.public)) },
        storage: Storage::default(),
    };
    write_folder(network, &entry, &planned, &purposes, &genesis, &config)?;
    network.nodes.push(entry);
    network.write()?;
    Ok(network.nodes.len() - 1)
}

/// How a node of the network is set up, and its transport key: a newcomer connects to all of them, since those that came
/// before it may be in no genesis either.
fn known(network: &Network, node: &NodeEntry) -> anyhow::Result<(Config, PublicKey)> {
    let home = network.home_of(node);
    Ok((Config::read(&home)?, NodeKeys::load(&home.keys())?.transport_key()))
}

fn planned(place: usize, first: u16, wishes: &Wishes) -> Planned {
    let validator = place < wishes.validators;
    let (name, organisation) = match place.checked_sub(wishes.validators) {
        None => (organisation_name(place), organisation_name(place)),
        // each member in turn has one
        Some(gateway) => {
            (format!("gateway-{}", gateway + 1), organisation_name((gateway + 1) % wishes.validators))
        }
    };
    let purposes = [Purpose::Consensus, Purpose::Author, Purpose::Transport, Purpose::Member];
    let seed = |purpose: &Purpose| (purpose.file(), seed_of(wishes.seed, &name, purpose.file()));
    let seeds = purposes.iter().map(seed).collect();
    let port =
        |number: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, first + place as u16 * PORTS_PER_NODE + number));
    Planned { organisation, validator, ports: [port(0), port(1), port(2)], seeds, name }
}

fn organisation_name(place: usize) -> String {
    if place == 0 { "ministry".to_owned() } else { format!("operator-{place}") }
}

/// A seed that anybody can draw again; only networks for development have such.
pub(crate) fn seed_of(seed: Option<u64>, name: &str, purpose: &str) -> Seed {
    match seed {
        Some(seed) => {
            let text = format!("realdid test network {seed} {name} {purpose}");
            Seed::new(*digest(Context::Random, text.as_bytes()).as_bytes())
        }
        None => keys::random_seed(),
    }
}

impl Planned {
    fn key(&self, purpose: Purpose) -> SecretKey {
        SecretKey::ed25519(self.seed(purpose))
    }

    fn seed(&self, purpose: Purpose) -> &Seed {
        self.seeds.get(purpose.file()).unwrap_or_else(|| unreachable!("all four are drawn"))
    }
}

fn genesis(nodes: &[Planned], wishes: &Wishes) -> anyhow::Result<Genesis> {
    let validators = nodes.iter().filter(|node| node.validator);
    let validators: Vec<Validator> = validators
        .map(|node| {
            Ok(Validator {
                organisation: OrganisationName::new(&node.organisation)?,
                consensus_key: node.key(Purpose::Consensus).public_key(),
                transport_key: node.key(Purpose::Transport).public_key(),
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let alone = nodes.iter().filter(|node| node.validator).count() == 1;
    let mut members: Vec<Member> = nodes
        .iter()
        .filter(|node| node.validator)
        .map(|member| {
            let own = nodes.iter().filter(|node| node.organisation == member.organisation);
            let mut authors: Vec<_> = own.map(|node| node.key(Purpose::Author).public_key()).collect();
            authors.sort();
            let name = OrganisationName::new(&member.organisation)?;
            let attests = member.organisation == nodes[0].organisation;
            let roles = Some(Roles { authority: attests, operator: !attests || alone });
            Ok(Member { name, key: member.key(Purpose::Member).public_key(), nodes: authors, roles })
        })
        .collect::<anyhow::Result<_>>()?;
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let random = seed_of(wishes.seed, "genesis", "random");
    let genesis = Genesis {
        network: NetworkName::new("testnet")?,
        random: Digest::from_bytes(*random),
        time: Timestamp(now_ms()),
        development: true,
        parameters: Parameters {
            max_idle: MAX_IDLE_MS,
            max_expiry: 600_000,
            quota_window: 60_000,
            quota: 100_000_000,
            approvals: (members.len() / 2 + 1) as u32,
            format: 2,
        },
        members,
        validators,
    };
    genesis.check()?;
    Ok(genesis)
}

fn write_node(
    network: &Network,
    entry: &NodeEntry,
    node: &Planned,
    all: &[Planned],
    genesis: &Genesis,
) -> anyhow::Result<()> {
    let peers = |port: usize| {
        let others = all.iter().filter(|other| other.name != node.name && other.validator);
        others
            .map(|other| {
                let key = other.key(Purpose::Transport).public_key();
                PeerAddress { key, address: other.ports[port] }.to_string()
            })
            .collect()
    };
    let config = Config {
        name: node.name.clone(),
        advertise: Vec::new(),
        api: Interface::plain(node.ports[0]),
        validators: node.validator.then(|| Plane { listen: node.ports[1], peers: peers(1) }),
        public: Plane { listen: node.ports[2], peers: peers(2) },
        storage: Storage::default(),
    };
    let purposes: &[Purpose] = match node.validator {
        true => &[Purpose::Consensus, Purpose::Author, Purpose::Transport, Purpose::Member],
        false => &[Purpose::Author, Purpose::Transport],
    };
    write_folder(network, entry, node, purposes, genesis, &config)
}

fn write_folder(
    network: &Network,
    entry: &NodeEntry,
    node: &Planned,
    purposes: &[Purpose],
    genesis: &Genesis,
    config: &Config,
) -> anyhow::Result<()> {
    let home = network.home_of(entry);
    std::fs::create_dir_all(home.keys())?;
    for purpose in purposes {
        keys::store(&home.keys().join(purpose.file()), node.seed(*purpose))?;
    }
    std::fs::write(home.genesis(), serde_json::to_string_pretty(&GenesisFile::from(genesis))?)?;
    config.write(&home)?;
    Store::create(&home.ledger(), genesis, KeyHistory::NeverVoted)?;
    Ok(())
}

/// Where a user's test network lives unless another folder is named.
#[must_use]
pub fn usual_folder() -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
    home.join(".realdid").join("testnet")
}
