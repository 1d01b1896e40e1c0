//! What must hold of every state, and of every step from one to the next; asked by tests and by the simulator.

use std::collections::{BTreeMap, BTreeSet};

use realdid_crypto::PublicKey;
use realdid_identity::{Attestation, DidRecord, ReplacedKey, SiteRecord, attestation};
use realdid_types::{OrganisationName, Parameters, Sender, SignedBatch, StateRoot, Wire, limits};

use crate::{
    BlockReceipts, Evidenced, Execution, FormerMember, Layered, MemberEntry, Members, MemoryStore, NodeEntry,
    OpenProposals, ProposalEntry, QuotaEntry, Receipt, RecentHeader, StateKey, StateRead, ValidatorSets,
    entries::{OPEN_PROPOSALS_MAX, RECENT_HEADERS},
    naive,
    operations::{changes_max, difference},
    read,
};

/// Checks a whole state.
///
/// # Errors
/// Says which invariant does not hold.
pub fn check(state: &MemoryStore) -> Result<(), String> {
    check_root(state)?;
    check_records(state)?;
    check_replaced_keys(state)?;
    check_members(state)?;
    check_quotas(state)?;
    check_validators(state)?;
    check_proposals(state)?;
    check_recent_headers(state)?;
    check_evidence(state)?;
    check_attestations(state)?;
    check_sites(state)?;
    check_listed_members(state)
}

/// Checks an execution against the state before it: one receipt for each transaction, nobody overspent, and each
/// sender's number rises by one with every decided one, from the number that this one had.
///
/// # Errors
/// Says what does not hold.
pub fn check_execution(
    before: &dyn StateRead,
    batches: &[&SignedBatch],
    execution: &Execution,
) -> Result<(), String> {
    let transactions: Vec<_> = batches.iter().flat_map(|batch| &batch.batch.transactions).collect();
    let ids = transactions.iter().map(|signed| signed.id());
    if !ids.eq(execution.receipts.iter().map(|receipt| receipt.transaction)) {
        return Err("the receipts are not those of the transactions in order".to_owned());
    }
    check_spending(before, execution)?;
    let after = Layered::new(before, vec![execution.clone().into()]);
    let listed: Option<BlockReceipts> = read(&after, &StateKey::Receipts);
    if listed.map(|listed| listed.receipts) != Some(Receipt::digest_all(&execution.receipts)) {
        return Err("the receipts are not those under the root".to_owned());
    }
    let mut expected: BTreeMap<&Sender, u64> = BTreeMap::new();
    for (signed, receipt) in transactions.iter().zip(&execution.receipts) {
        let sender = &signed.transaction.sender;
        let next = expected.entry(sender).or_insert_with(|| next_sequence(before, sender));
        if receipt.outcome.is_decided() {
            if signed.transaction.sequence.0 != *next {
                return Err(format!("{sender} had number {next} next: {receipt:?} of {signed:?}"));
            }
            *next = next.saturating_add(1);
        }
    }
    let wrong = expected.iter().find(|(sender, next)| next_sequence(&after, sender) != **next);
    wrong.map_or(Ok(()), |(sender, next)| Err(format!("{sender} should have number {next} next")))
}

fn next_sequence(state: &dyn StateRead, sender: &Sender) -> u64 {
    let next = match sender {
        Sender::Did(did) => {
            read::<DidRecord>(state, &StateKey::Record(*did)).map(|record| record.next_sequence)
        }
        Sender::Organisation(name) => {
            let member: Option<MemberEntry> = read(state, &StateKey::Member(name.clone()));
            let former: Option<FormerMember> = read(state, &StateKey::FormerMember(name.clone()));
            member.map(|member| member.next_sequence).or(former.map(|former| former.next_sequence))
        }
    };
    next.map_or(0, |next| next.0)
}

/// The tree's root is that of the values alone, and no page is left over.
fn check_root(state: &MemoryStore) -> Result<(), String> {
    let (root, naive) = (StateRoot(realdid_merkle::root_of(state)), naive::root(state.values()));
    if root != naive {
        return Err(format!("the root is {root}, the values make {naive}"));
    }
    let rebuilt = MemoryStore::with_values(state.values());
    if rebuilt != *state {
        let (stored, needed) = (state.page_count(), rebuilt.page_count());
        return Err(format!("{stored} pages are stored where the tree has {needed}, or others"));
    }
    Ok(())
}

/// The entries under keys with this number, by the rest of the key.
fn entries<T: Wire>(state: &MemoryStore, number: u8) -> Result<Vec<(&[u8], T)>, String> {
    let of_kind = state.values().range(vec![number]..vec![number.saturating_add(1)]);
    of_kind
        .map(|(key, value)| {
            let entry = T::decode(value).map_err(|error| format!("under {key:02x?}: {error}"))?;
            Ok((key.get(1..).unwrap_or_default(), entry))
        })
        .collect()
}

fn holds(condition: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(what()) }
}

fn check_records(state: &MemoryStore) -> Result<(), String> {
    for (did, record) in entries::<DidRecord>(state, 1)? {
        let keys_fit = record.keys.len() <= limits::DID_KEYS_MAX
            && record.keys.is_sorted_by(|a, b| a.key.key < b.key.key);
        let changeable = record.keys.iter().any(|held| held.key.purposes.invocation) != record.deactivated;
        let counted = record.version >= 1 && record.version <= record.next_sequence.0;
        let dated = record.keys.iter().all(|held| (record.created..=record.updated).contains(&held.since));
        let consistent = keys_fit && changeable && counted && dated && record.created <= record.updated;
        holds(consistent, || format!("record {did:02x?} is not consistent: {record:?}"))?;
    }
    Ok(())
}

fn check_replaced_keys(state: &MemoryStore) -> Result<(), String> {
    for (key, entry) in entries::<ReplacedKey>(state, 2)? {
        let record_key: Vec<u8> = [1].iter().chain(key.iter().take(32)).copied().collect();
        let record = state.values().get(&record_key).and_then(|value| DidRecord::decode(value).ok());
        let returned = record.as_ref().is_none_or(|record| record.holds(&entry.key.key));
        let dated = record.is_some_and(|record| entry.since <= entry.until && entry.until <= record.updated);
        holds(!returned && dated, || format!("{entry:?} does not fit its record"))?;
    }
    Ok(())
}

fn is_member(state: &MemoryStore, name: &OrganisationName) -> bool {
    state.values().contains_key(&StateKey::Member(name.clone()).to_bytes())
}

fn was_member(state: &MemoryStore, name: &OrganisationName) -> bool {
    is_member(state, name) || state.values().contains_key(&StateKey::FormerMember(name.clone()).to_bytes())
}

fn check_members(state: &MemoryStore) -> Result<(), String> {
    entries::<MemberEntry>(state, 3)?;
    for (key, node) in entries::<NodeEntry>(state, 4)? {
        holds(is_member(state, &node.organisation), || format!("node {key:02x?} belongs to no member"))?;
    }
    Ok(())
}

fn check_quotas(state: &MemoryStore) -> Result<(), String> {
    for (name, entry) in entries::<QuotaEntry>(state, 5)? {
        let of_member = std::str::from_utf8(name).ok().and_then(|name| OrganisationName::new(name).ok());
        let sound = of_member.is_some_and(|name| was_member(state, &name));
        holds(sound, || format!("quota {name:02x?} is nobody's: {entry:?}"))?;
    }
    Ok(())
}

/// Nobody spends more than its quota; a block that changes the quota is charged by the one before and the one after.
fn check_spending(before: &dyn StateRead, execution: &Execution) -> Result<(), String> {
    if execution.values.contains_key(&StateKey::Parameters.to_bytes()) {
        return Ok(());
    }
    let parameters: Parameters = read(before, &StateKey::Parameters).ok_or("no parameters")?;
    let accounts = execution.values.iter().filter(|(key, _)| key.first() == Some(&5));
    for (name, value) in accounts.filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        let entry = QuotaEntry::decode(value).map_err(|error| error.to_string())?;
        holds(entry.spent <= parameters.quota, || format!("quota {name:02x?} is overspent: {entry:?}"))?;
    }
    Ok(())
}

fn check_validators(state: &MemoryStore) -> Result<(), String> {
    let sets: ValidatorSets = read(state, &StateKey::ValidatorSets).ok_or("no validator sets")?;
    let stranger = sets.next.iter().find(|validator| !is_member(state, &validator.organisation));
    holds(stranger.is_none(), || format!("{stranger:?} belongs to no member"))?;
    let changes = difference(&sets.current, &sets.next);
    holds(changes <= changes_max(&sets.current), || format!("{changes} validators change in one epoch"))
}

fn check_proposals(state: &MemoryStore) -> Result<(), String> {
    let open: OpenProposals = read(state, &StateKey::OpenProposals).ok_or("no list of proposals")?;
    let listed: BTreeSet<&[u8]> = open.proposals.iter().map(|id| id.0.as_bytes().as_slice()).collect();
    let stored = entries::<ProposalEntry>(state, 8)?;
    let ids: BTreeSet<&[u8]> = stored.iter().map(|(id, _)| *id).collect();
    holds(ids == listed && stored.len() <= OPEN_PROPOSALS_MAX, || {
        format!("{} proposals are stored, {} are listed", ids.len(), listed.len())
    })?;
    for (id, entry) in stored {
        let approvals = &entry.approvals;
        let by_members = approvals.is_sorted_by(|a, b| a < b)
            && !approvals.is_empty()
            && approvals.iter().all(|name| was_member(state, name));
        holds(by_members, || format!("proposal {id:02x?} has approvals that do not fit: {entry:?}"))?;
    }
    Ok(())
}

fn check_recent_headers(state: &MemoryStore) -> Result<(), String> {
    for (slot, entry) in entries::<RecentHeader>(state, 10)? {
        let in_place = slot == [(entry.height.0 % RECENT_HEADERS) as u8];
        holds(in_place, || format!("{entry:?} stands in slot {slot:?}"))?;
    }
    Ok(())
}

fn check_evidence(state: &MemoryStore) -> Result<(), String> {
    entries::<Evidenced>(state, 12).map(|_| ())
}

/// Every attestation is of a DID that there is, by somebody who is or was a member.
fn check_attestations(state: &MemoryStore) -> Result<(), String> {
    for (key, entry) in entries::<Attestation>(state, 13)? {
        let (did, name) = key.split_at_checked(32).ok_or("a short key of an attestation")?;
        let name = std::str::from_utf8(name).ok().and_then(|name| OrganisationName::new(name).ok());
        let sound = record_of(state, did).is_some()
            && name.is_some_and(|name| was_member(state, &name))
            && attestation::LEVELS.contains(&entry.level)
            && entry.since.time < entry.expires;
        holds(sound, || format!("attestation {key:02x?} does not fit: {entry:?}"))?;
    }
    Ok(())
}

fn check_sites(state: &MemoryStore) -> Result<(), String> {
    for (key, entry) in entries::<SiteRecord>(state, 14)? {
        let sound = key == entry.site.did.0.as_bytes().as_slice()
            && record_of(state, key).is_some()
            && was_member(state, &entry.operator)
            && entry.registered <= entry.updated;
        holds(sound, || format!("site {key:02x?} does not fit: {entry:?}"))?;
    }
    Ok(())
}

fn record_of(state: &MemoryStore, did: &[u8]) -> Option<DidRecord> {
    let key: Vec<u8> = [1].iter().chain(did).copied().collect();
    state.values().get(&key).and_then(|value| DidRecord::decode(value).ok())
}

/// The list of members and the members are the same, and so are their nodes; on networks of format 1 there is none.
fn check_listed_members(state: &MemoryStore) -> Result<(), String> {
    let Some(listed) = read::<Members>(state, &StateKey::Members) else { return Ok(()) };
    let members = entries::<MemberEntry>(state, 3)?;
    let names: Vec<&[u8]> = listed.names.iter().map(|name| name.as_str().as_bytes()).collect();
    let same = members.iter().map(|(name, _)| *name).eq(names);
    holds(same, || format!("{} members are listed, {} are there", listed.names.len(), members.len()))?;
    let nodes: BTreeSet<PublicKey> = members.iter().flat_map(|(_, member)| member.nodes.clone()).collect();
    let stored = entries::<NodeEntry>(state, 4)?;
    holds(nodes.len() == stored.len(), || "members' nodes are not those that may author batches".to_owned())
}
