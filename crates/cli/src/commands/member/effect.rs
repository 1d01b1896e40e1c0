//! Whether a change has taken effect: that is read off the proven state, and not counted.

use anyhow::Context;
use realdid_client::CheckedNode;
use realdid_state::{MemberEntry, Policy, StateKey, ValidatorSets};
use realdid_types::{Change, Header, Height, Parameters, PutMember};

use super::{Acting, PATIENCE};
use crate::commands::delivery::Delivered;

/// What became of a member's vote.
pub(super) struct Fate {
    /// Of the transaction.
    pub(super) delivered: Delivered,
    /// As of which block the ledger proves that the change was made; none if it was not, or the transaction is in a file.
    pub(super) effective: Option<Height>,
}

impl Acting<'_> {
    /// What became of a vote for a change.
    ///
    /// # Errors
    /// If the node does not answer, or what it says does not hold.
    pub(super) async fn fate(&mut self, change: &Change, delivered: Delivered) -> anyhow::Result<Fate> {
        let effective = match &delivered {
            Delivered::Applied(_) => {
                let (is_so, header) = is_effective(&mut self.node, change).await?;
                is_so.then_some(header.height)
            }
            Delivered::Left { .. } => None,
        };
        Ok(Fate { delivered, effective })
    }
}

/// Whether the state is as the change wants it; validators as from the next epoch on.
async fn is_effective(node: &mut CheckedNode, change: &Change) -> anyhow::Result<(bool, Header)> {
    match change {
        Change::AddValidator(_) | Change::RemoveValidator(_) => {
            let proven = node.entry_now::<ValidatorSets>(&StateKey::ValidatorSets, PATIENCE).await?;
            let next = proven.entry.context("the ledger has no validators")?.next;
            let is_there = |key| next.iter().any(|validator| validator.consensus_key == key);
            let is_so = match change {
                Change::AddValidator(add) => is_there(add.consensus_key),
                Change::RemoveValidator(remove) => !is_there(remove.consensus_key),
                _ => false,
            };
            Ok((is_so, proven.header))
        }
        Change::PutMember(put) => {
            let proven = node.entry_now::<MemberEntry>(&StateKey::Member(put.name.clone()), PATIENCE).await?;
            Ok((proven.entry.is_some_and(|entry| is_as_put(&entry, put)), proven.header))
        }
        Change::RemoveMember(remove) => {
            let key = StateKey::Member(remove.name.clone());
            let proven = node.entry_now::<MemberEntry>(&key, PATIENCE).await?;
            Ok((proven.entry.is_none(), proven.header))
        }
        Change::SetParameters(set) => {
            let proven = node.entry_now::<Parameters>(&StateKey::Parameters, PATIENCE).await?;
            Ok((proven.entry.is_some_and(|parameters| parameters == set.parameters), proven.header))
        }
        Change::SetRule(set) => {
            let proven = node.entry_now::<Policy>(&StateKey::Policy, PATIENCE).await?;
            Ok((proven.entry.is_some_and(|policy| policy.rules.contains(&set.rule)), proven.header))
        }
    }
}

fn is_as_put(entry: &MemberEntry, put: &PutMember) -> bool {
    entry.key == put.key
        && entry.roles == Some(put.roles)
        && put.add_nodes.iter().all(|node| entry.nodes.contains(node))
        && !put.remove_nodes.iter().any(|node| entry.nodes.contains(node))
}

#[cfg(test)]
mod tests {
    use realdid_crypto::PublicKey;
    use realdid_types::{OrganisationName, Roles, Sequence};

    use super::*;

    fn key(number: u8) -> PublicKey {
        PublicKey::ed25519([number; 32])
    }

    #[test]
    fn a_member_is_as_it_was_put_only_with_that_key_those_roles_and_nodes() {
        let roles = Roles { authority: true, operator: false };
        let put = PutMember {
            name: OrganisationName::new("board").unwrap(),
            key: key(1),
            roles,
            add_nodes: vec![key(2)],
            remove_nodes: vec![key(3)],
        };
        let entry = MemberEntry {
            key: key(1),
            next_sequence: Sequence(0),
            roles: Some(roles),
            nodes: vec![key(2), key(4)],
        };
        assert!(is_as_put(&entry, &put));
        for other in [
            MemberEntry { key: key(9), ..entry.clone() },
            MemberEntry { roles: Some(Roles::default()), ..entry.clone() },
            MemberEntry { nodes: vec![key(4)], ..entry.clone() },
            MemberEntry { nodes: vec![key(2), key(3)], ..entry.clone() },
        ] {
            assert!(!is_as_put(&other, &put), "{other:?}");
        }
    }
}
