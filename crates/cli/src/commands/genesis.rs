//! `realdid genesis`: what a network agrees on before its first block.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use realdid_node::{
    GenesisFile,
    genesis_file::{MemberFile, ParametersFile, RoleName, ValidatorFile},
    keys::random_seed,
};
use realdid_testnet::now_ms;
use realdid_types::NetworkName;
use serde_json::json;

use super::card::Card;
use crate::output::{Format, print, row};

/// What to do with a genesis.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Begin a genesis; validators are added next
    New(New),
    /// Add an operator with its validator, from the card that its `realdid node init` printed
    AddValidator {
        /// The genesis
        #[arg(long, default_value = "genesis.json", value_name = "FILE")]
        genesis: PathBuf,
        /// The operator's card
        #[arg(value_name = "CARD", required = true)]
        cards: Vec<PathBuf>,
        /// These members attest people, instead of registering sites
        #[arg(long)]
        authority: bool,
    },
    /// Check that a network can start from it
    Validate {
        /// The genesis
        #[arg(default_value = "genesis.json")]
        genesis: PathBuf,
    },
    /// Print its digest, to be compared by all operators before they start
    Hash {
        /// The genesis
        #[arg(default_value = "genesis.json")]
        genesis: PathBuf,
    },
}

/// The first values of a network.
#[derive(clap::Args)]
pub(crate) struct New {
    /// The name in its DIDs: 1 to 20 of a-z, 0-9 and -
    #[arg(long)]
    network: String,
    /// The file to write
    #[arg(long, default_value = "genesis.json", value_name = "FILE")]
    genesis: PathBuf,
    /// How many members must approve a change of validators
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    approvals: u32,
    /// How long a leader with nothing to propose may wait
    #[arg(long, default_value_t = 5_000)]
    max_idle_ms: u64,
    /// How far ahead a transaction may expire
    #[arg(long, default_value_t = 600_000)]
    max_expiry_ms: u64,
    /// Window in which quotas are counted
    #[arg(long, default_value_t = 60_000)]
    quota_window_ms: u64,
    /// What each organisation may spend in a window
    #[arg(long, default_value_t = 1_000_000)]
    quota: u64,
    /// Allow what exists for development only: partitions by order, keys from a seed
    #[arg(long)]
    development: bool,
}

pub(crate) fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::New(new) => begin(&new),
        Command::AddValidator { genesis, cards, authority } => {
            add(&genesis, &cards, if authority { RoleName::Authority } else { RoleName::Operator })
        }
        Command::Validate { genesis } => {
            let checked = GenesisFile::read(&genesis)?.genesis()?;
            let quorum = checked.validator_set()?.quorum();
            let shown = json!({
                "digest": checked.digest().to_string(), "members": checked.members.len(),
                "validators": quorum.n, "faulty": quorum.faulty(), "quorum": quorum.size(),
            });
            print(format, &shown, |_| {
                let stands = match quorum.faulty() {
                    0 => "tolerates no faulty validator: add some until there are four".to_owned(),
                    faulty => {
                        format!("{} of {} must agree; {faulty} may fail in any way", quorum.size(), quorum.n)
                    }
                };
                vec![row(["digest", &checked.digest().to_string()]), row(["validators", &stands])]
            })
        }
        Command::Hash { genesis } => {
            let digest = GenesisFile::read(&genesis)?.genesis()?.digest().to_string();
            print(format, &json!({ "digest": digest }), |_| vec![row([&digest])])
        }
    }
}

fn begin(new: &New) -> anyhow::Result<()> {
    ensure!(!new.genesis.exists(), "{} is there already: move it away to begin anew", new.genesis.display());
    NetworkName::new(&new.network).with_context(|| format!("--network {:?}", new.network))?;
    let file = GenesisFile {
        network: new.network.clone(),
        random: realdid_crypto::Digest::from_bytes(*random_seed()).to_string(),
        time_ms: now_ms(),
        development: new.development,
        parameters: ParametersFile {
            max_idle_ms: new.max_idle_ms,
            max_expiry_ms: new.max_expiry_ms,
            quota_window_ms: new.quota_window_ms,
            quota: new.quota,
            approvals: new.approvals,
            format: 2,
        },
        members: Vec::new(),
        validators: Vec::new(),
    };
    write(&new.genesis, &file)?;
    println!("{} is begun: add validators with `realdid genesis add-validator`", new.genesis.display());
    Ok(())
}

fn add(path: &Path, cards: &[PathBuf], role: RoleName) -> anyhow::Result<()> {
    let mut file = GenesisFile::read(path)?;
    for card in cards {
        let text = std::fs::read_to_string(card).with_context(|| format!("{}", card.display()))?;
        let card: Card = serde_json::from_str(&text)
            .with_context(|| format!("{} is no card: `realdid node init` prints one", card.display()))?;
        add_card(&mut file, card, role)?;
    }
    write(path, &file)?;
    println!(
        "{} validators; `realdid genesis validate` says whether that is a network",
        file.validators.len()
    );
    Ok(())
}

fn add_card(file: &mut GenesisFile, card: Card, role: RoleName) -> anyhow::Result<()> {
    let known = file.members.iter().position(|member| member.name == card.organisation);
    let place = match (known, card.member_key) {
        (Some(place), _) => {
            if role == RoleName::Authority && !file.members[place].roles.contains(&role) {
                eprintln!(
                    "note: {} is a member already and keeps its roles: --authority gives it none; edit `roles` in the genesis",
                    card.organisation
                );
            }
            place
        }
        (None, Some(key)) => {
            file.members.push(MemberFile {
                name: card.organisation.clone(),
                key,
                nodes: Vec::new(),
                roles: vec![role],
            });
            file.members.sort_by(|a, b| a.name.cmp(&b.name));
            file.members.iter().position(|member| member.name == card.organisation).unwrap_or_default()
        }
        (None, None) => {
            anyhow::bail!("{} is no member yet: add the card of its validator first", card.organisation)
        }
    };
    let nodes = &mut file.members[place].nodes;
    ensure!(!nodes.contains(&card.author_key), "the node {} is in the genesis already", card.name);
    nodes.push(card.author_key);
    nodes.sort();
    if let Some(consensus_key) = card.consensus_key {
        file.validators.push(ValidatorFile {
            organisation: card.organisation,
            consensus_key,
            transport_key: card.transport_key,
        });
    }
    Ok(())
}

fn write(path: &Path, file: &GenesisFile) -> anyhow::Result<()> {
    std::fs::write(path, serde_json::to_string_pretty(file)? + "\n")
        .with_context(|| format!("{} cannot be written", path.display()))
}
