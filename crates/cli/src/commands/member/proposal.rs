//! Proposals by the first of their digits, and what the ledger proves them to be.

use anyhow::{Context, bail, ensure};
use realdid_client::{CheckedNode, NodeClient, ProposalView};
use realdid_crypto::Digest;
use realdid_node::hex;
use realdid_state::{ProposalEntry, StateKey, ValidatorSets};
use realdid_types::{Change, Height, ProposalId};

use super::PATIENCE;
use crate::exit;

/// The fewest digits that name a proposal: an empty variable in a script must not.
const DIGITS_MIN: usize = 4;

/// An open proposal.
pub(crate) struct Proposal {
    /// Names it.
    pub(crate) id: ProposalId,
    /// What it is, and who is for it: that is proven.
    pub(crate) entry: ProposalEntry,
    /// How many must agree, by the node's word.
    pub(crate) needed: u32,
    /// As of which block it is so.
    pub(crate) height: Height,
}

/// The open proposal that begins with these digits.
///
/// # Errors
/// If there is none, or more than one; if the node makes it up.
pub(crate) async fn find(node: &mut CheckedNode, wanted: &str) -> anyhow::Result<Proposal> {
    let ProposalView { id: text, needed, .. } = &named(node.node(), wanted).await?;
    let id = id_of(text)?;
    let proven = node.entry_now::<ProposalEntry>(&StateKey::Proposal(id), PATIENCE).await?;
    let height = proven.header.height;
    let entry = proven.entry.ok_or_else(|| {
        exit::unverified(format!(
            "as of block {height} no proposal {text} is open, though the node says so: it was decided meanwhile, or ask another \
             node"
        ))
    })?;
    Ok(Proposal { id, entry, needed: *needed, height })
}

async fn named(client: &NodeClient, wanted: &str) -> anyhow::Result<ProposalView> {
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

/// # Errors
/// If it is no digest.
pub(super) fn id_of(text: &str) -> anyhow::Result<ProposalId> {
    let id = hex::decode(text);
    let id = id.context("the node names a proposal by something else than a digest")?;
    Ok(ProposalId(Digest::from_bytes(id)))
}

/// What a change is about; of a validator that leaves, whose it is, as the ledger proves.
pub(crate) async fn in_words(node: &mut CheckedNode, change: &Change) -> anyhow::Result<String> {
    let Change::RemoveValidator(remove) = change else { return Ok(change.to_string()) };
    let sets = node.entry_now::<ValidatorSets>(&StateKey::ValidatorSets, PATIENCE).await?.entry;
    let next = sets.context("the ledger has no validators")?.next;
    let leaving = next.iter().find(|validator| validator.consensus_key == remove.consensus_key);
    let whose = leaving.map_or("nobody", |validator| validator.organisation.as_str());
    Ok(format!("the validator of {whose} leaves, with the key {}", remove.consensus_key))
}
