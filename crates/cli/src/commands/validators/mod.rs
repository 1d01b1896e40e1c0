//! `realdid validators`: who they are, and how members decide who is to be one.

mod report;

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use realdid_client::{Member, NodeClient, ProposalView};
use realdid_crypto::{Digest, SecretKey};
use realdid_node::{hex, keys::load};
use realdid_testnet::now_ms;
use realdid_types::{
    Change, Genesis, OrganisationName, ProposalId, RemoveValidator, Sequence, SignedTransaction, Timestamp,
};
use serde_json::{Value, json};

use super::{
    Target, Trust,
    card::{self, Card},
    delivery::{self, Delivery},
    ledger::plain,
};
use crate::output::{Format, print, row, say};

/// The fewest digits that name a proposal: an empty variable in a script must not.
const DIGITS_MIN: usize = 4;

/// What to do with validators.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Who validates now, and from the next epoch on
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Propose that a validator join or leave; that is your own approval too
    #[command(subcommand)]
    Propose(Propose),
    /// Approve a proposal of another member; with enough approvals it takes effect with the next epoch
    #[command(after_help = "Example:
  realdid members list
  realdid validators approve 3f5a --key member.key --node http://127.0.0.1:8080")]
    Approve {
        /// The proposal, as in `realdid members list`; its first digits are enough
        proposal: String,
        #[command(flatten)]
        signing: Signing,
    },
    /// Put on record that a validator contradicted itself; it removes nobody by itself
    #[command(after_help = "Example: with what a node kept in its folder
  realdid validators report /var/lib/realdid/evidence/epoch-0-validator-2 --key member.key --node http://127.0.0.1:8080")]
    Report {
        /// The evidence, as a node wrote it
        evidence: PathBuf,
        #[command(flatten)]
        signing: Signing,
    },
}

/// A change of the validators.
#[derive(clap::Subcommand)]
pub(crate) enum Propose {
    /// Let a validator join
    #[command(
        after_help = "Example: on the new node, and then with the member's key, before 256 more blocks are final
  realdid node card --home /var/lib/realdid --node http://192.0.2.10:8080 > new.card
  realdid validators propose add new.card --key member.key --node http://192.0.2.10:8080"
    )]
    Add {
        /// The new node's card, printed by `realdid node card`
        #[arg(required_unless_present = "home")]
        card: Option<PathBuf>,
        /// The new node's folder instead, if it is on this machine
        #[arg(long, value_name = "FOLDER", conflicts_with = "card")]
        home: Option<PathBuf>,
        #[command(flatten)]
        signing: Signing,
    },
    /// Let a validator leave
    #[command(after_help = "Example:
  realdid validators propose remove operator-3 --key member.key --node http://127.0.0.1:8080")]
    Remove {
        /// Its organisation, or its consensus key if the organisation has several
        validator: String,
        #[command(flatten)]
        signing: Signing,
    },
}

/// Who signs, and where that goes.
#[derive(clap::Args)]
pub(crate) struct Signing {
    /// The file of the member's key: `keys/member.key` of its first node
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    delivery: Delivery,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    target: Target,
}

pub(crate) async fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::List { target } => list(&target, format).await,
        Command::Propose(Propose::Add { card, home, signing }) => {
            let acting = Acting::new(&signing).await?;
            let card = match (card, home) {
                (Some(path), _) => Card::read(&path)?,
                (None, Some(home)) => card::proven(&home, &acting.client, &acting.genesis).await?,
                (None, None) => bail!("name the new node's card"),
            };
            acting.propose(Change::AddValidator(card.validator()?), format).await
        }
        Command::Propose(Propose::Remove { validator, signing }) => {
            let acting = Acting::new(&signing).await?;
            match acting.leaving(&validator).await? {
                Some(change) => acting.propose(change, format).await,
                None => acting.is_out_already(&validator, format).await,
            }
        }
        Command::Approve { proposal, signing } => {
            Acting::new(&signing).await?.approve(&proposal, format).await
        }
        Command::Report { evidence, signing } => Acting::new(&signing).await?.report(&evidence, format).await,
    }
}

async fn list(target: &Target, format: Format) -> anyhow::Result<()> {
    let shown: Value = target.client()?.get("/v1/validators").await?;
    print(format, &shown, |shown| {
        let mut rows = vec![row(["organisation", "consensus key", "connected"])];
        let names = ["organisation", "consensus_key", "connected"];
        let line = |validator: &Value| names.iter().map(|name| plain(&validator[*name])).collect();
        rows.extend(shown["validators"].as_array().into_iter().flatten().map(line));
        if let Some(next) = shown["next"].as_array() {
            rows.push(row(["from the next epoch on:"]));
            rows.extend(next.iter().map(line));
        }
        rows
    })
}

/// A member that decides.
struct Acting<'a> {
    client: NodeClient,
    genesis: Genesis,
    key: SecretKey,
    name: String,
    sequence: Sequence,
    delivery: &'a Delivery,
}

impl<'a> Acting<'a> {
    async fn new(signing: &'a Signing) -> anyhow::Result<Self> {
        let key = SecretKey::ed25519(&*load(&signing.key)?);
        let client = signing.target.client()?;
        let genesis = signing.trust.genesis(&client).await?;
        let public = key.public_key().to_string();
        let members = client.members().await?;
        let member = members.into_iter().find(|member| member.key == public).with_context(|| {
            format!(
                "the key in {} is no member's of the network {}: each member's `member.key` was made by the \
                 `realdid node init` of its first node",
                signing.key.display(),
                genesis.network
            )
        })?;
        let sequence = Sequence(member.next_sequence);
        Ok(Self { client, genesis, key, name: member.name, sequence, delivery: &signing.delivery })
    }

    fn member(&self) -> anyhow::Result<Member<'_>> {
        Ok(Member {
            genesis: self.genesis.digest(),
            name: OrganisationName::new(&self.name)?,
            key: &self.key,
            sequence: self.sequence,
            // others need time to approve
            expires: Timestamp(now_ms().saturating_add(delivery::longest_ms(&self.genesis))),
        })
    }

    async fn propose(&self, change: Change, format: Format) -> anyhow::Result<()> {
        let (kind, key) = match &change {
            Change::AddValidator(add) => ("add_validator", add.consensus_key.to_string()),
            Change::RemoveValidator(remove) => ("remove_validator", remove.consensus_key.to_string()),
            other => bail!("{other}: that is no change of validators"),
        };
        let validators = self.client.validators().await?;
        let is_validator = validators.newest().iter().any(|validator| validator.consensus_key == key);
        if kind == "add_validator" && is_validator {
            return self.is_so_already(&format!("{key} is a validator"), format);
        }
        let open = self.client.proposals().await?;
        if let Some(same) =
            open.iter().find(|open| open.change == kind && open.consensus_key.as_ref() == Some(&key))
        {
            ensure!(
                same.approvals.contains(&self.name),
                "this is proposed already: `realdid validators approve {}` says yes to it",
                same.id
            );
            return self.tell(&same.id, same.approvals.len(), same.needed, None, format);
        }
        let (id, signed) = self.member()?.propose(change);
        self.deliver(&id.to_string(), 1, self.genesis.parameters.approvals, signed, format).await
    }

    async fn approve(&self, wanted: &str, format: Format) -> anyhow::Result<()> {
        let is_digits = wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(
            is_digits && wanted.len() >= DIGITS_MIN,
            "{wanted:?} names no proposal: at least the first {DIGITS_MIN} of its digits, as in `realdid members list`"
        );
        let open = self.client.proposals().await?;
        let found: Vec<&ProposalView> = open.iter().filter(|open| open.id.starts_with(wanted)).collect();
        let proposal = match found[..] {
            [only] => only,
            [] => bail!(
                "no proposal {wanted} is open: it took effect, its time is over, or it never was; `realdid members list` \
                 shows those that are open, `realdid validators list` who validates"
            ),
            _ => bail!("{wanted} is the beginning of {} proposals: give more digits", found.len()),
        };
        eprintln!("to be approved: {}", self.in_words(proposal).await?);
        if proposal.approvals.contains(&self.name) {
            return self.tell(&proposal.id, proposal.approvals.len(), proposal.needed, None, format);
        }
        let id =
            hex::decode(&proposal.id).context("the node names a proposal by something else than a digest")?;
        let signed = self.member()?.approve(ProposalId(Digest::from_bytes(id)));
        let approvals = proposal.approvals.len().saturating_add(1);
        self.deliver(&proposal.id, approvals, proposal.needed, signed, format).await
    }

    /// What a proposal is about.
    async fn in_words(&self, proposal: &ProposalView) -> anyhow::Result<String> {
        let Some(key) = proposal.consensus_key.as_ref().filter(|_| proposal.organisation.is_none()) else {
            return Ok(proposal.text.clone());
        };
        let set = self.client.validators().await?;
        let leaving = set.newest().iter().find(|validator| validator.consensus_key == *key);
        let whose = leaving.map_or("nobody", |validator| validator.organisation.as_str());
        Ok(format!("the validator of {whose} leaves, with the key {key}"))
    }

    /// The change by which a validator leaves; none if there is no such.
    async fn leaving(&self, wanted: &str) -> anyhow::Result<Option<Change>> {
        let validators = self.client.validators().await?;
        let named = |validator: &&realdid_client::ValidatorView| {
            validator.organisation == wanted || validator.consensus_key == wanted
        };
        let keys: Vec<&str> =
            validators.newest().iter().filter(named).map(|found| found.consensus_key.as_str()).collect();
        let key = match keys[..] {
            [] => return Ok(None),
            [only] => only,
            _ => bail!("{wanted} runs {} validators, name one by its key: {}", keys.len(), keys.join(", ")),
        };
        let consensus_key =
            realdid_node::keys::public_key(key).context("the node names a key that is none")?;
        Ok(Some(Change::RemoveValidator(RemoveValidator { consensus_key })))
    }

    /// A member without a validator, or a key of none, needs no vote; anything else is a slip.
    async fn is_out_already(&self, wanted: &str, format: Format) -> anyhow::Result<()> {
        let members = self.client.members().await?;
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let is_known = names.contains(&wanted) || hex::decode(wanted).is_some();
        ensure!(is_known, "there is no member {wanted:?}: there are {}", names.join(", "));
        self.is_so_already(&format!("{wanted} is no validator"), format)
    }

    async fn deliver(
        &self,
        proposal: &str,
        approvals: usize,
        needed: u32,
        signed: SignedTransaction,
        format: Format,
    ) -> anyhow::Result<()> {
        if let Some(path) = &self.delivery.write {
            delivery::write(path, &signed)?;
            let result =
                json!({ "proposal": proposal, "file": path, "transaction": signed.id().to_string() });
            return say(format, &result, &format!("what {} signed is in {}", self.name, path.display()));
        }
        let done = delivery::hand_in(&self.client, signed).await?;
        self.tell(proposal, approvals, needed, done.height, format)
    }

    fn tell(
        &self,
        proposal: &str,
        approvals: usize,
        needed: u32,
        height: Option<u64>,
        format: Format,
    ) -> anyhow::Result<()> {
        let is_decided = approvals as u64 >= u64::from(needed);
        let result = json!({
            "proposal": proposal, "member": self.name, "approvals": approvals, "needed": needed,
            "decided": is_decided, "height": height,
        });
        let next = match is_decided {
            true => "it takes effect with the next epoch".to_owned(),
            false => format!("the others say yes with `realdid validators approve {proposal}`"),
        };
        print(format, &result, |_| {
            vec![
                row(["proposal", proposal]),
                row(["approvals", &format!("{approvals} of {needed}, {} among them", self.name)]),
                row(["next", &next]),
            ]
        })
    }

    fn is_so_already(&self, what: &str, format: Format) -> anyhow::Result<()> {
        say(format, &json!({ "unchanged": what }), &format!("{what}: nothing is to change"))
    }
}
