//! `realdid members`: who belongs to the consortium, and how members decide who is to.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use realdid_client::CheckedNode;
use realdid_crypto::PublicKey;
use realdid_node::keys;
use realdid_state::{MemberEntry, StateKey};
use realdid_types::{Change, OrganisationName, PutMember, RemoveMember, Roles};
use serde_json::{Value, json};

use super::{
    Target, Trust,
    card::Card,
    ledger::plain,
    means::{PATIENCE, node},
    member::{Acting, Signing},
    proposals::proposal_rows,
};
use crate::output::{Format, print, row};

/// What to do with members.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Who they are, and what they are deciding on
    List {
        #[command(flatten)]
        target: Target,
    },
    /// What the ledger proves of one
    Show {
        /// Its name
        name: String,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        target: Target,
    },
    /// Propose that a member join, change or leave; that is your own approval too
    #[command(subcommand)]
    Propose(Box<Propose>),
}

/// A change of the members.
#[derive(clap::Subcommand)]
pub(crate) enum Propose {
    /// Let a member join, or give one another key, other roles, more or fewer nodes
    #[command(after_help = "What is not named stays as it is.

Examples:
  realdid members propose put --card operator-4.card --role operator --key member.key
  realdid members propose put operator-2 --role operator --role authority --key member.key
  realdid members propose put operator-2 --add-node 5a1e… --key member.key")]
    Put(Put),
    /// Let a member leave; its validators must have left before
    #[command(after_help = "Example:
  realdid members propose remove operator-4 --key member.key")]
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        signing: Signing,
    },
}

/// A member as it is to be.
#[derive(clap::Args)]
pub(crate) struct Put {
    /// Its name
    #[arg(required_unless_present = "card")]
    name: Option<String>,
    /// The card of a node of its own, printed by `realdid node init`: names the member and the node, and of a member that
    /// is to join the key, too
    #[arg(long, value_name = "CARD", conflicts_with = "name")]
    card: Option<PathBuf>,
    /// Its key: 64 hexadecimal digits
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    member_key: Option<PublicKey>,
    /// What it may do besides proposing and approving; replaces the roles that it had
    #[arg(long, value_enum)]
    role: Vec<RoleName>,
    /// It has no roles any more
    #[arg(long, conflicts_with = "role")]
    no_roles: bool,
    /// A node that may author batches from now on: the `author_key` of its card
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    add_node: Vec<PublicKey>,
    /// A node that may not any more
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    remove_node: Vec<PublicKey>,
    #[command(flatten)]
    signing: Signing,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum RoleName {
    /// Attest people
    Authority,
    /// Register sites
    Operator,
}

fn digits(text: &str) -> Result<PublicKey, String> {
    keys::public_key(text).ok_or_else(|| "a public key is 64 hexadecimal digits".to_owned())
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::List { target } => list(&target, format).await,
        Command::Show { name, trust, target } => show(&name, node(&target, &trust).await?, format).await,
        Command::Propose(change) => propose(*change, format).await,
    }
}

async fn propose(change: Propose, format: Format) -> anyhow::Result<()> {
    match change {
        Propose::Put(put) => {
            let mut acting = Acting::new(&put.signing).await?;
            match put.change(&mut acting.node).await? {
                Some(change) => acting.propose(Change::PutMember(change), format).await,
                None => acting.is_so_already("the member is as it should be", format),
            }
        }
        Propose::Remove { name, signing } => {
            let mut acting = Acting::new(&signing).await?;
            let name = OrganisationName::new(&name)?;
            match entry(&mut acting.node, &name).await? {
                Some(_) => acting.propose(Change::RemoveMember(RemoveMember { name }), format).await,
                None => acting.is_so_already(&format!("{name} is no member"), format),
            }
        }
    }
}

async fn entry(node: &mut CheckedNode, name: &OrganisationName) -> anyhow::Result<Option<MemberEntry>> {
    Ok(node.entry_now(&StateKey::Member(name.clone()), PATIENCE).await?.entry)
}

impl Put {
    /// The member as it is to be; none if it is so already.
    async fn change(&self, node: &mut CheckedNode) -> anyhow::Result<Option<PutMember>> {
        let card = self.card.as_deref().map(Card::read).transpose()?;
        let name = card.as_ref().map(|card| card.organisation.clone()).or_else(|| self.name.clone());
        let name = OrganisationName::new(&name.context("name the member, or its card with --card")?)?;
        let present = entry(node, &name).await?;
        let put = self.put(name, card.as_ref(), present.as_ref())?;
        let is_so = present.is_some_and(|present| {
            present.key == put.key
                && present.roles == Some(put.roles)
                && put.add_nodes.is_empty()
                && put.remove_nodes.is_empty()
        });
        Ok((!is_so).then_some(put))
    }

    fn put(
        &self,
        name: OrganisationName,
        card: Option<&Card>,
        present: Option<&MemberEntry>,
    ) -> anyhow::Result<PutMember> {
        // only the first node of a member has its key: a later one's card names another
        let of_card = || card.and_then(|card| card.member_key.as_deref()).and_then(keys::public_key);
        let named = self.member_key.or(present.map(|present| present.key));
        let key = named.or_else(of_card).with_context(|| {
            format!("{name} is no member yet: name its key with --member-key, or the card of its first node with --card")
        })?;
        let author = card.map(|card| digits(&card.author_key)).transpose().map_err(anyhow::Error::msg)?;
        let nodes: &[PublicKey] = present.map_or(&[], |present| &present.nodes);
        let in_order = |keys: &mut Vec<PublicKey>| {
            keys.sort_unstable();
            keys.dedup();
        };
        let mut add_nodes: Vec<PublicKey> = self.add_node.iter().copied().chain(author).collect();
        add_nodes.retain(|node| !nodes.contains(node));
        in_order(&mut add_nodes);
        let mut remove_nodes = self.remove_node.clone();
        if let Some(stranger) = remove_nodes.iter().find(|node| !nodes.contains(node)) {
            let known: Vec<String> = nodes.iter().map(ToString::to_string).collect();
            anyhow::bail!("{stranger} is no node of {name}: there are {}", known.join(", "));
        }
        in_order(&mut remove_nodes);
        ensure!(
            !add_nodes.iter().any(|node| remove_nodes.contains(node)),
            "a node is to be added and removed"
        );
        Ok(PutMember { name, key, roles: self.roles(present), add_nodes, remove_nodes })
    }

    fn roles(&self, present: Option<&MemberEntry>) -> Roles {
        if self.role.is_empty() && !self.no_roles {
            return present.and_then(|present| present.roles).unwrap_or_default();
        }
        let has = |role| self.role.contains(&role);
        Roles { authority: has(RoleName::Authority), operator: has(RoleName::Operator) }
    }
}

async fn list(target: &Target, format: Format) -> anyhow::Result<()> {
    let client = target.client()?;
    let members: Value = client.get("/v1/members").await?;
    let proposals: Value = client.get("/v1/proposals").await?;
    let shown = json!({ "members": members, "proposals": proposals });
    print(format, &shown, |_| {
        let mut rows = vec![row(["member", "key", "roles"])];
        for member in members.as_array().into_iter().flatten() {
            let roles: Vec<String> = member["roles"].as_array().into_iter().flatten().map(plain).collect();
            rows.push(row([&plain(&member["name"]), &plain(&member["key"]), &roles.join(", ")]));
        }
        rows.extend(proposals.as_array().into_iter().flatten().flat_map(proposal_rows));
        rows
    })
}

async fn show(name: &str, mut node: CheckedNode, format: Format) -> anyhow::Result<()> {
    let name = OrganisationName::new(name)?;
    let proven = node.entry_now::<MemberEntry>(&StateKey::Member(name.clone()), PATIENCE).await?;
    let height = proven.header.height.0;
    let view = proven.entry.as_ref().map(|entry| {
        json!({
            "key": entry.key.to_string(), "roles": role_names(entry.roles.unwrap_or_default()),
            "nodes": entry.nodes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "next_sequence": entry.next_sequence.0,
        })
    });
    let result = json!({ "name": name.as_str(), "member": view, "verified_at_height": height });
    print(format, &result, |_| {
        let mut rows = vec![row(["name", name.as_str()])];
        match &proven.entry {
            None => rows.push(row(["member", "no"])),
            Some(entry) => {
                rows.push(row(["key", &entry.key.to_string()]));
                rows.push(row(["roles", &role_names(entry.roles.unwrap_or_default()).join(", ")]));
                rows.extend(entry.nodes.iter().map(|node| row(["node", &node.to_string()])));
            }
        }
        rows.push(row(["verified", &format!("by a certificate for block {height}")]));
        rows
    })
}

fn role_names(roles: Roles) -> Vec<&'static str> {
    let named = [(roles.authority, "authority"), (roles.operator, "operator")];
    named.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
}
