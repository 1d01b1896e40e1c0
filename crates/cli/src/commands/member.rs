//! A member that acts: proposes, approves, attests, registers sites.

mod approval;
mod effect;
mod proposal;
mod vote;

pub(crate) use approval::Approving;
pub(crate) use proposal::{Proposal, find, in_words};

use std::time::Duration;

use anyhow::{Context, ensure};
use realdid_client::{CheckedNode, Draft, NodeClient, ProposalView};
use realdid_state::{MemberEntry, ProposalEntry, StateKey};
use realdid_testnet::now_ms;
use realdid_types::{Change, Genesis, Operation, OrganisationName, Sender, Sequence, Timestamp, Transaction};
use serde_json::json;

use self::{
    proposal::id_of,
    vote::{Vote, approve_command},
};
use super::{
    delivery::{self, Delivered, Delivery},
    key::Key,
    means::Means,
};
use crate::{
    exit,
    output::{Format, say},
};

/// How long the block may take that shows what was changed just before.
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
    /// The member whose key it is: which that may be the node says, and the genesis or the ledger shows.
    ///
    /// # Errors
    /// If it is nobody's, or another's than the node says.
    pub(crate) async fn new(signing: &'a Signing) -> anyhow::Result<Self> {
        let key = Key::named(&signing.key)?;
        let mut node = signing.means.node().await?;
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
        let name = OrganisationName::new(&member.name)?;
        check_key(&mut node, &name, &key).await?;
        let sequence = Sequence(member.next_sequence);
        Ok(Self { node, name, key, sequence, delivery: &signing.means.delivery })
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
    pub(crate) async fn act(&mut self, operation: Operation, others: &[Key]) -> anyhow::Result<Delivered> {
        let transaction = self.draft(self.delivery.expires(self.genesis())).asking(operation);
        self.deliver(transaction, others).await
    }

    async fn deliver(&mut self, transaction: Transaction, others: &[Key]) -> anyhow::Result<Delivered> {
        let keys: Vec<&Key> = std::iter::once(&self.key).chain(others).collect();
        self.delivery.deliver(&mut self.node, transaction, &keys).await
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
        let id = transaction.id().to_string();
        let delivered = self.deliver(transaction, &[]).await?;
        let fate = self.fate(&change, delivered).await?;
        Vote { id: &id, approvals: 1, needed }.tell(&change, &self.name, Some(&fate), format)
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
        let entry = self.node.entry::<ProposalEntry>(&StateKey::Proposal(id_of(&open.id)?)).await?.entry;
        Ok(entry.is_none_or(|entry| entry.change == *change))
    }

    /// Says that nothing is to change.
    pub(crate) fn is_so_already(&self, what: &str, format: Format) -> anyhow::Result<()> {
        say(format, &json!({ "unchanged": what }), &format!("{what}: nothing is to change"))
    }
}

/// Whether that is the member's key: by the genesis, or else as the ledger proves.
async fn check_key(node: &mut CheckedNode, name: &OrganisationName, key: &Key) -> anyhow::Result<()> {
    let key = key.public();
    if node.genesis().members.iter().any(|member| member.name == *name && member.key == key) {
        return Ok(());
    }
    let proven = node.entry_now::<MemberEntry>(&StateKey::Member(name.clone()), PATIENCE).await?;
    if proven.entry.is_some_and(|entry| entry.key == key) {
        return Ok(());
    }
    Err(exit::unverified(format!(
        "as of block {} the key {key} is not that of {name}, though the node says so: ask another node",
        proven.header.height
    )))
}
