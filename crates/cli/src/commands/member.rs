//! A member that acts: proposes, approves, attests, registers sites.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use realdid_client::{CheckedNode, Draft, NodeClient, ProposalView};
use realdid_crypto::Digest;
use realdid_node::hex;
use realdid_state::{ProposalEntry, StateKey};
use realdid_testnet::now_ms;
use realdid_types::{
    Approve, Change, Genesis, Operation, OrganisationName, ProposalId, Sender, Sequence, Timestamp,
    Transaction, WithdrawApproval,
};
use serde_json::json;

use super::{
    delivery::{self, Delivered, Delivery, show_fields},
    key::Key,
    means::Means,
};
use crate::{
    exit,
    output::{Format, say},
};

/// The fewest digits that name a proposal: an empty variable in a script must not.
const DIGITS_MIN: usize = 4;
/// How long the block may take that shows a proposal made just before.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who signs, and where that goes.
#[derive(clap::Args)]
pub(crate) struct Signing {
    /// The file of the member's key: `keys/member.key` of its first node
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) means: Means,
}

/// A member that decides.
pub(crate) struct Acting<'a> {
    pub(crate) node: CheckedNode,
    pub(crate) name: OrganisationName,
    key: Key,
    sequence: Sequence,
    pub(crate) delivery: &'a Delivery,
}

impl<'a> Acting<'a> {
    /// The member whose key it is.
    ///
    /// # Errors
    /// If it is nobody's.
    pub(crate) async fn new(signing: &'a Signing) -> anyhow::Result<Self> {
        let key = Key::named(&signing.key)?;
        let node = signing.means.node().await?;
        let public = key.public().to_string();
        let members = node.node().members().await?;
        let member = members.into_iter().find(|member| member.key == public).with_context(|| {
            format!(
                "the key in {} is no member's of the network {}: each member's `member.key` was made by the \
                 `realdid node init` of its first node",
                signing.key,
                node.genesis().network
            )
        })?;
        Ok(Self {
            node,
            name: OrganisationName::new(&member.name)?,
            key,
            sequence: Sequence(member.next_sequence),
            delivery: &signing.means.delivery,
        })
    }

    pub(crate) fn client(&self) -> &NodeClient {
        self.node.node()
    }

    pub(crate) fn genesis(&self) -> &Genesis {
        self.node.genesis()
    }

    /// All of the member's next transaction but what it asks for.
    fn draft(&self, expires: Timestamp) -> Draft {
        let sender = Sender::Organisation(self.name.clone());
        Draft { genesis: self.genesis().digest(), sender, sequence: self.sequence, expires }
    }

    /// Asks for something that the member does by itself, together with others whose keys sign, too.
    pub(crate) async fn act(self, operation: Operation, others: Vec<Key>) -> anyhow::Result<Delivered> {
        let transaction = self.draft(self.delivery.expires(self.genesis())).asking(operation);
        self.deliver(transaction, others).await
    }

    async fn deliver(self, transaction: Transaction, others: Vec<Key>) -> anyhow::Result<Delivered> {
        let Self { mut node, key, delivery, .. } = self;
        let keys: Vec<&Key> = std::iter::once(&key).chain(&others).collect();
        delivery.deliver(&mut node, transaction, &keys).await
    }

    /// Proposes a change, unless that is done already.
    pub(crate) async fn propose(mut self, change: Change, format: Format) -> anyhow::Result<()> {
        let needed = self.needed(&change).await?;
        if let Some(same) = self.open_like(&change).await? {
            ensure!(
                same.approvals.iter().any(|name| *name == self.name.as_str()),
                "this is proposed already: `{} {}` says yes to it",
                approve_command(&change),
                same.id
            );
            let vote = Vote { id: &same.id, approvals: same.approvals.len(), needed: same.needed };
            return vote.tell(&change, &self.name, None, format);
        }
        eprintln!("proposed: {change}");
        // others need time to approve
        let expires = Timestamp(now_ms().saturating_add(delivery::longest_ms(self.genesis())));
        let transaction = self.draft(expires).propose(change.clone());
        let (id, name) = (transaction.id().to_string(), self.name.clone());
        let delivered = self.deliver(transaction, Vec::new()).await?;
        Vote { id: &id, approvals: 1, needed }.tell(&change, &name, Some(&delivered), format)
    }

    /// How many must agree.
    async fn needed(&self, change: &Change) -> anyhow::Result<u32> {
        let rows = self.client().policy().await?;
        let action = change.action().name();
        let row = rows.iter().find(|row| row.action == action);
        Ok(row.with_context(|| format!("the node says nothing of who may {action}"))?.approvals)
    }

    /// An open proposal of the same change.
    async fn open_like(&mut self, change: &Change) -> anyhow::Result<Option<ProposalView>> {
        let open = self.client().proposals().await?;
        for one in open {
            let key = |key: &realdid_crypto::PublicKey| one.consensus_key == Some(key.to_string());
            let is_like = match change {
                Change::AddValidator(add) => one.change == change.name() && key(&add.consensus_key),
                Change::RemoveValidator(remove) => one.change == change.name() && key(&remove.consensus_key),
                other => one.text == other.to_string() && self.is_same(&one, other).await?,
            };
            if is_like {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }

    /// Words do not tell everything; one that is too new to be proven is taken for the same.
    async fn is_same(&mut self, open: &ProposalView, change: &Change) -> anyhow::Result<bool> {
        let entry = self.node.entry::<ProposalEntry>(&StateKey::Proposal(id_of(open)?)).await?.entry;
        Ok(entry.is_none_or(|entry| entry.change == *change))
    }

    /// Approves a proposal, once it is proven what it is.
    pub(crate) async fn approve(mut self, wanted: &str, format: Format) -> anyhow::Result<()> {
        let proposal = find(self.client(), wanted).await?;
        let change = proven_change(&mut self.node, &proposal).await?;
        eprintln!("to be approved: {}", in_words(self.client(), &change).await?);
        let vote = Vote { id: &proposal.id, approvals: proposal.approvals.len(), needed: proposal.needed };
        let name = self.name.clone();
        if proposal.approvals.iter().any(|by| *by == name.as_str()) {
            return vote.tell(&change, &name, None, format);
        }
        let operation = Operation::Approve(Approve { proposal: id_of(&proposal)? });
        let delivered = self.act(operation, Vec::new()).await?;
        Vote { approvals: vote.approvals.saturating_add(1), ..vote }.tell(
            &change,
            &name,
            Some(&delivered),
            format,
        )
    }

    /// Takes the member's own approval of a proposal back.
    pub(crate) async fn withdraw_approval(mut self, wanted: &str, format: Format) -> anyhow::Result<()> {
        let proposal = find(self.client(), wanted).await?;
        let change = proven_change(&mut self.node, &proposal).await?;
        if !proposal.approvals.iter().any(|by| *by == self.name.as_str()) {
            return self.is_so_already(&format!("{} is not for proposal {}", self.name, proposal.id), format);
        }
        eprintln!("no longer approved: {}", in_words(self.client(), &change).await?);
        let operation = Operation::WithdrawApproval(WithdrawApproval { proposal: id_of(&proposal)? });
        let (name, left) = (self.name.clone(), proposal.approvals.len().saturating_sub(1));
        let delivered = self.act(operation, Vec::new()).await?;
        let next = match left {
            0 => "it is open no more: nobody is for it".to_owned(),
            left => format!("it stays open with {left} of {}", proposal.needed),
        };
        let fields =
            vec![("proposal", json!(proposal.id)), ("member", json!(name.as_str())), ("left", json!(next))];
        delivery::show(fields, &delivered, format)
    }

    /// Says that nothing is to change.
    pub(crate) fn is_so_already(&self, what: &str, format: Format) -> anyhow::Result<()> {
        say(format, &json!({ "unchanged": what }), &format!("{what}: nothing is to change"))
    }
}

/// The open proposal that begins with these digits.
///
/// # Errors
/// If there is none, or more than one.
pub(crate) async fn find(client: &NodeClient, wanted: &str) -> anyhow::Result<ProposalView> {
    let is_digits = wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(
        is_digits && wanted.len() >= DIGITS_MIN,
        "{wanted:?} names no proposal: at least the first {DIGITS_MIN} of its digits, as in `realdid proposals list`"
    );
    let open = client.proposals().await?;
    let mut found = open.into_iter().filter(|open| open.id.starts_with(wanted));
    match (found.next(), found.count()) {
        (Some(only), 0) => Ok(only),
        (None, _) => bail!(
            "no proposal {wanted} is open: it took effect, its time is over, or it never was; `realdid proposals list` \
             shows those that are open, `realdid validators list` who validates"
        ),
        (Some(_), more) => {
            bail!("{wanted} is the beginning of {} proposals: give more digits", more.saturating_add(1))
        }
    }
}

/// What the ledger proves a proposal to be, whatever the node says of it.
pub(crate) async fn proven_change(node: &mut CheckedNode, proposal: &ProposalView) -> anyhow::Result<Change> {
    let proven = node.entry_now::<ProposalEntry>(&StateKey::Proposal(id_of(proposal)?), PATIENCE).await?;
    let entry = proven.entry.ok_or_else(|| {
        exit::unverified(format!(
            "as of block {} no proposal {} is open, though the node says so: it was decided meanwhile, or ask another node",
            proven.header.height, proposal.id
        ))
    })?;
    Ok(entry.change)
}

fn id_of(proposal: &ProposalView) -> anyhow::Result<ProposalId> {
    let id = hex::decode(&proposal.id);
    let id = id.context("the node names a proposal by something else than a digest")?;
    Ok(ProposalId(Digest::from_bytes(id)))
}

/// What a change is about; of a validator that leaves, whose it is.
pub(crate) async fn in_words(client: &NodeClient, change: &Change) -> anyhow::Result<String> {
    let Change::RemoveValidator(remove) = change else { return Ok(change.to_string()) };
    let key = remove.consensus_key.to_string();
    let set = client.validators().await?;
    let leaving = set.newest().iter().find(|validator| validator.consensus_key == key);
    let whose = leaving.map_or("nobody", |validator| validator.organisation.as_str());
    Ok(format!("the validator of {whose} leaves, with the key {key}"))
}

fn approve_command(change: &Change) -> &'static str {
    match change {
        Change::AddValidator(_) | Change::RemoveValidator(_) => "realdid validators approve",
        _ => "realdid proposals approve",
    }
}

/// How a proposal stands.
struct Vote<'a> {
    id: &'a str,
    approvals: usize,
    needed: u32,
}

impl Vote<'_> {
    fn tell(
        &self,
        change: &Change,
        name: &OrganisationName,
        delivered: Option<&Delivered>,
        format: Format,
    ) -> anyhow::Result<()> {
        let Self { id, approvals, needed } = *self;
        let is_decided = approvals as u64 >= u64::from(needed);
        let of_validators = matches!(change, Change::AddValidator(_) | Change::RemoveValidator(_));
        let next = match (delivered, is_decided) {
            (Some(Delivered::Left { file, unsigned: 0, .. }), _) => {
                format!("`realdid tx submit {}` hands it in", file.display())
            }
            (Some(Delivered::Left { file, .. }), _) => {
                format!("`realdid tx sign {} --key …` signs it, where the key is", file.display())
            }
            (_, true) if of_validators => "it takes effect with the next epoch".to_owned(),
            (_, true) => "it has taken effect".to_owned(),
            (_, false) => format!("the others say yes with `{} {id}`", approve_command(change)),
        };
        let height = match delivered {
            Some(Delivered::Applied(done)) => done.height,
            _ => None,
        };
        if format == Format::Json {
            let fields = vec![
                ("proposal", json!(id)),
                ("member", json!(name.as_str())),
                ("approvals", json!(approvals)),
                ("needed", json!(needed)),
                ("decided", json!(is_decided)),
                ("height", json!(height)),
            ];
            return match delivered {
                Some(left @ Delivered::Left { .. }) => delivery::show(fields, left, format),
                _ => show_fields(fields, format),
            };
        }
        let stand = format!("{approvals} of {needed}, {name} among them");
        show_fields(vec![("proposal", json!(id)), ("approvals", json!(stand)), ("next", json!(next))], format)
    }
}
