//! Members that join, change and leave.

use std::collections::BTreeSet;

use realdid_crypto::PublicKey;
use realdid_identity::looks_personal;
use realdid_types::{OrganisationName, PutMember, RemoveMember, Sequence, limits};

use crate::{
    BatchNumbers, FormerMember, MemberEntry, Members, NodeEntry, Refused, StateKey, block::BlockExecution,
};

/// What becomes of a member and its nodes.
pub(super) struct Membership {
    name: OrganisationName,
    /// None if it leaves.
    entry: Option<MemberEntry>,
    add_nodes: Vec<PublicKey>,
    remove_nodes: Vec<PublicKey>,
}

pub(super) fn put(block: &BlockExecution<'_>, put: &PutMember) -> Result<Membership, Refused> {
    if looks_personal(put.name.as_str()) {
        return Err(Refused::PersonalData);
    }
    let known: Option<MemberEntry> = block.draft.get(&StateKey::Member(put.name.clone()));
    if known.is_none() && members(block).names.len() >= limits::MEMBERS_MAX {
        return Err(Refused::TooManyMembers);
    }
    let next_sequence =
        known.as_ref().map_or_else(|| sequence_of(block, &put.name), |known| known.next_sequence);
    let before: BTreeSet<PublicKey> =
        known.as_ref().map_or_else(BTreeSet::new, |known| known.nodes.iter().copied().collect());
    let entry = MemberEntry {
        key: put.key,
        next_sequence,
        roles: Some(put.roles),
        nodes: changed_nodes(block, before, put)?,
    };
    if known.as_ref() == Some(&entry) {
        return Err(Refused::NoChange);
    }
    Ok(Membership {
        name: put.name.clone(),
        entry: Some(entry),
        add_nodes: put.add_nodes.clone(),
        remove_nodes: put.remove_nodes.clone(),
    })
}

fn changed_nodes(
    block: &BlockExecution<'_>,
    mut nodes: BTreeSet<PublicKey>,
    put: &PutMember,
) -> Result<Vec<PublicKey>, Refused> {
    if !put.remove_nodes.iter().all(|node| nodes.remove(node)) {
        return Err(Refused::UnknownNode);
    }
    for node in &put.add_nodes {
        if block.draft.get::<NodeEntry>(&StateKey::Node(*node)).is_some() {
            return Err(Refused::NodeExists);
        }
        nodes.insert(*node);
    }
    if nodes.len() > limits::MEMBER_NODES_MAX {
        Err(Refused::TooManyMembers)
    } else {
        Ok(nodes.into_iter().collect())
    }
}

/// A member that comes back goes on where it was, so that nothing it signed before counts again.
fn sequence_of(block: &BlockExecution<'_>, name: &OrganisationName) -> Sequence {
    let former: Option<FormerMember> = block.draft.get(&StateKey::FormerMember(name.clone()));
    former.map_or(Sequence(0), |former| former.next_sequence)
}

pub(super) fn removed(block: &BlockExecution<'_>, remove: &RemoveMember) -> Result<Membership, Refused> {
    let key = StateKey::Member(remove.name.clone());
    let entry: MemberEntry = block.draft.get(&key).ok_or(Refused::UnknownMember)?;
    let mut validators = block.sets.current.iter().chain(block.sets.next.iter());
    if validators.any(|validator| validator.organisation == remove.name) {
        return Err(Refused::RunsValidators);
    }
    Ok(Membership {
        name: remove.name.clone(),
        entry: None,
        add_nodes: Vec::new(),
        remove_nodes: entry.nodes,
    })
}

pub(super) fn apply(block: &mut BlockExecution<'_>, membership: &Membership) {
    let Membership { name, entry, add_nodes, remove_nodes } = membership;
    remove_nodes.iter().for_each(|node| retire_node(block, *node));
    add_nodes.iter().for_each(|node| admit_node(block, *node, name));
    let (key, former) = (StateKey::Member(name.clone()), StateKey::FormerMember(name.clone()));
    let mut names: BTreeSet<OrganisationName> = members(block).names.into_iter().collect();
    if let Some(entry) = entry {
        // the proposer's own number rises between the check and this
        let present: Option<MemberEntry> = block.draft.get(&key);
        let next_sequence = present.map_or(entry.next_sequence, |present| present.next_sequence);
        block.draft.put(&key, &MemberEntry { next_sequence, ..entry.clone() });
        block.draft.remove(&former);
        names.insert(name.clone());
    } else {
        let present: Option<MemberEntry> = block.draft.get(&key);
        let next_sequence = present.map_or(Sequence(0), |present| present.next_sequence);
        block.draft.put(&former, &FormerMember { next_sequence });
        block.draft.remove(&key);
        names.remove(name);
    }
    block.draft.put(&StateKey::Members, &Members { names: names.into_iter().collect() });
}

fn retire_node(block: &mut BlockExecution<'_>, node: PublicKey) {
    if let Some(entry) = block.draft.get::<NodeEntry>(&StateKey::Node(node)) {
        block.draft.put(&StateKey::FormerNode(node), &entry);
        block.draft.remove(&StateKey::Node(node));
    }
}

/// A node that was one before keeps the numbers of its batches, so that none of them counts twice.
fn admit_node(block: &mut BlockExecution<'_>, node: PublicKey, organisation: &OrganisationName) {
    let former: Option<NodeEntry> = block.draft.get(&StateKey::FormerNode(node));
    let numbers = former.map_or_else(BatchNumbers::default, |former| former.numbers);
    block.draft.put(&StateKey::Node(node), &NodeEntry { organisation: organisation.clone(), numbers });
    block.draft.remove(&StateKey::FormerNode(node));
}

fn members(block: &BlockExecution<'_>) -> Members {
    block.draft.get(&StateKey::Members).unwrap_or_default()
}
