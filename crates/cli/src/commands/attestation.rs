//! `realdid attestation`: what authorities say of DIDs.

pub(crate) mod ask;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, in_order};
use realdid_identity::Attestation;
use realdid_state::{MemberEntry, Members, StateKey};
use realdid_testnet::now_ms;
use realdid_types::{Attest, Did, NetworkName, Operation, OrganisationName, Timestamp, Withdraw, limits};
use serde_json::{Value, json};

use super::{
    Target, Trust, delivery,
    means::{PATIENCE, node},
    member::{Acting, Signing},
    time,
};
use crate::output::{Format, print, row};

/// What to do with attestations.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Say of DIDs that real people, whom you know, stand behind them; for members with the role authority
    #[command(
        after_help = "Never attest two DIDs of one person in one command, and round the expiry to the end of a quarter: what \
                            stands together on the ledger can be linked for ever. A DID that has ended, or is not there, is \
                            passed over.

Examples:
  realdid attestation give did:realdid:… did:realdid:… --level high --expires 2027-10-01 --key member.key
  realdid attestation give --from dids.txt --level substantial --expires 2027-10-01 --key member.key"
    )]
    Give {
        #[command(flatten)]
        dids: Dids,
        /// How sure you are
        #[arg(long, value_enum)]
        level: Level,
        /// From when on it does not count any more: at most five years ahead
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        expires: Timestamp,
        #[command(flatten)]
        signing: Signing,
    },
    /// Take your own attestations of DIDs back
    #[command(after_help = "Example:
  realdid attestation withdraw did:realdid:… --key member.key")]
    Withdraw {
        #[command(flatten)]
        dids: Dids,
        #[command(flatten)]
        signing: Signing,
    },
    /// Ask an authority's service to attest a DID of yours; asked again, it tells how that stands
    #[command(
        after_help = "The person's file is JSON, for its owner alone: {\"name\": \"…\", \"number\": \"…\", \"code\": \"…\"}. What goes \
                            over the network is TLS, or stays on this machine. Ask for each DID at another time, best some days \
                            after it was made: who asks for several at once shows that they belong together.

Example:
  realdid attestation ask did:realdid:… --key my.key --person me.json --authority https://attest.example"
    )]
    Ask(ask::Ask),
    /// Every DID that was attested in your name by an authority's service, and how it stands
    #[command(after_help = "Example:
  realdid attestation mine --person me.json --authority https://attest.example")]
    Mine(ask::Mine),
    /// Give an attestation up that was made in your name: it is not renewed. With --urgent it leaves the ledger before
    #[command(after_help = "Examples:
  realdid attestation give-up did:realdid:… --person me.json --authority https://attest.example
  realdid attestation give-up --all --person me.json --authority https://attest.example")]
    GiveUp(ask::GiveUp),
    /// Who attests a DID, as the ledger proves it; also that nobody does
    #[command(after_help = "Examples:
  realdid attestation show did:realdid:…
  realdid attestation show did:realdid:… --authority operator-1")]
    Show {
        /// The DID
        did: String,
        /// Only this member's; it may have left
        #[arg(long, value_name = "NAME")]
        authority: Option<String>,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
}

/// Which DIDs.
#[derive(clap::Args)]
pub(crate) struct Dids {
    /// The DIDs: at most 1,000
    #[arg(value_name = "DID", required_unless_present = "from")]
    dids: Vec<String>,
    /// A file with a DID a line
    #[arg(long, value_name = "FILE", conflicts_with = "dids")]
    from: Option<PathBuf>,
}

/// How sure an authority is.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Level {
    /// 1
    Low = 1,
    /// 2
    Substantial = 2,
    /// 3
    High = 3,
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Give { dids, level, expires, signing } => {
            ensure!(
                expires.0 > now_ms(),
                "--expires {} is over: name a time that is still to come",
                time::text(expires)
            );
            let mut acting = Acting::new(&signing).await?;
            let dids = dids.read(&acting.genesis().network)?;
            let fields = vec![
                ("authority", json!(acting.name.as_str())),
                ("dids", json!(dids.len())),
                ("level", json!(level_name(level as u32))),
                ("until", json!(time::text(expires))),
            ];
            let operation = Operation::Attest(Attest { level: level as u32, expires, dids });
            delivery::show(fields, &acting.act(operation, &[]).await?, format)
        }
        Command::Withdraw { dids, signing } => {
            let mut acting = Acting::new(&signing).await?;
            let dids = dids.read(&acting.genesis().network)?;
            let fields = vec![("authority", json!(acting.name.as_str())), ("dids", json!(dids.len()))];
            let operation = Operation::Withdraw(Withdraw { dids });
            delivery::show(fields, &acting.act(operation, &[]).await?, format)
        }
        Command::Ask(ask) => ask::ask(&ask, format).await,
        Command::Mine(mine) => ask::mine(&mine, format).await,
        Command::GiveUp(give_up) => ask::give_up(&give_up, format).await,
        Command::Show { did, authority, trust, target } => {
            show(node(&target, &trust).await?, &did, authority.as_deref(), format).await
        }
    }
}

impl Dids {
    /// In the ledger's order, each once.
    fn read(&self, network: &NetworkName) -> anyhow::Result<Vec<Did>> {
        let text = match &self.from {
            Some(path) => std::fs::read_to_string(path).with_context(|| {
                format!("{} cannot be read: a file with a DID a line is expected", path.display())
            })?,
            None => self.dids.join("\n"),
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let dids: Vec<Did> = lines.map(|line| Did::from_text(line, network)).collect::<Result<_, _>>()?;
        let dids = in_order(dids);
        let most = limits::ATTESTED_DIDS_MAX;
        ensure!(!dids.is_empty(), "no DID is named");
        ensure!(
            dids.len() <= most,
            "{} DIDs are named, and one transaction takes {most}: split them",
            dids.len()
        );
        Ok(dids)
    }
}

/// What the ledger proves of one authority and a DID.
struct Said {
    authority: OrganisationName,
    attestation: Option<Attestation>,
    /// Whether the member has the role now.
    is_authority: bool,
}

async fn show(
    mut node: CheckedNode,
    text: &str,
    authority: Option<&str>,
    format: Format,
) -> anyhow::Result<()> {
    let did = Did::from_text(text, &node.genesis().network)?;
    let members = node.entry_now::<Members>(&StateKey::Members, PATIENCE).await?;
    let known = members.entry.unwrap_or_default().names;
    let names = match authority {
        Some(name) => vec![OrganisationName::new(name)?],
        None => known.clone(),
    };
    let (mut said, mut header) = (Vec::new(), members.header);
    for name in names {
        let proven = node.entry::<Attestation>(&StateKey::Attestation(did, name.clone())).await?;
        let member = node.entry::<MemberEntry>(&StateKey::Member(name.clone())).await?.entry;
        // what a member attested stands when it has left
        ensure!(
            proven.entry.is_some() || member.is_some() || known.contains(&name),
            "{name} is no member: there are {}",
            joined(&known)
        );
        let roles = member.and_then(|member| member.roles).unwrap_or_default();
        header = proven.header;
        said.push(Said { authority: name, attestation: proven.entry, is_authority: roles.authority });
    }
    let given: Vec<(&Said, &Attestation)> =
        said.iter().filter_map(|said| Some((said, said.attestation.as_ref()?))).collect();
    let view = |(said, attestation): &(&Said, &Attestation)| -> Value {
        json!({
            "authority": said.authority.as_str(), "level": attestation.level,
            "since": time::text(attestation.since.time), "expires": time::text(attestation.expires),
            "expired": attestation.expires <= header.time, "is_authority": said.is_authority,
        })
    };
    let asked: Vec<&str> = said.iter().map(|said| said.authority.as_str()).collect();
    let result = json!({
        "did": text, "attestations": given.iter().map(view).collect::<Vec<_>>(), "asked": asked,
        "verified_at_height": header.height.0,
    });
    print(format, &result, |_| {
        let mut rows = vec![row(["did", text])];
        if given.is_empty() {
            rows.push(row(["attested", &format!("by nobody of {}", asked.join(", "))]));
        }
        rows.extend(given.iter().flat_map(|(said, attestation)| said_rows(said, attestation, header.time)));
        rows.push(row(["verified", &format!("by a certificate for block {}", header.height)]));
        rows
    })
}

fn joined(names: &[OrganisationName]) -> String {
    names.iter().map(OrganisationName::as_str).collect::<Vec<_>>().join(", ")
}

fn said_rows(said: &Said, attestation: &Attestation, now: Timestamp) -> [Vec<String>; 2] {
    let by = if said.is_authority {
        said.authority.to_string()
    } else {
        format!("{}, which is no authority any more", said.authority)
    };
    let over = if attestation.expires <= now { ": that is over" } else { "" };
    let what = format!(
        "{}, since {}, until {}{over}",
        level_name(attestation.level),
        time::text(attestation.since.time),
        time::text(attestation.expires)
    );
    [row(["attested", &format!("by {by}")]), row(["", &what])]
}

const fn level_name(level: u32) -> &'static str {
    match level {
        1 => "low",
        2 => "substantial",
        3 => "high",
        _ => "unknown",
    }
}
