//! What must hold of every state; asked by tests and by the simulator, over the whole state.

use realdid_crypto::Digest;
use realdid_identity::DidRecord;
use realdid_types::{Parameters, Wire, limits};

use crate::{MemoryStore, OpenProposals, ProposalEntry, QuotaEntry, StateKey, ValidatorSets, keys, read};

/// Checks a whole state.
///
/// # Errors
/// Says which invariant does not hold.
pub fn check(state: &MemoryStore) -> Result<(), String> {
    check_root(state)?;
    check_records(state)?;
    check_quotas(state)?;
    check_validators(state)?;
    check_proposals(state)
}

/// The tree's root is that of a tree built from the values alone.
fn check_root(state: &MemoryStore) -> Result<(), String> {
    let changes = state
        .values()
        .iter()
        .map(|(key, value)| (keys::hashed(key), Some(keys::value_digest(value))))
        .collect();
    let rebuilt = realdid_merkle::update(&MemoryStore::default(), &changes);
    let root: Digest = realdid_merkle::root_of(state);
    let written = rebuilt.pages.values().flatten().count();
    if rebuilt.root != root {
        Err(format!("the root is {root}, the values make {}", rebuilt.root))
    } else if written != state.page_count() {
        Err(format!("{} pages are stored where the tree has {written}", state.page_count()))
    } else {
        Ok(())
    }
}

fn entries(state: &MemoryStore, number: u8) -> impl Iterator<Item = (&[u8], &[u8])> {
    let of_kind = move |key: &&Vec<u8>| key.first() == Some(&number);
    state
        .values()
        .iter()
        .filter(move |(key, _)| of_kind(key))
        .map(|(key, value)| (key.as_slice(), value.as_slice()))
}

fn check_records(state: &MemoryStore) -> Result<(), String> {
    for (key, value) in entries(state, 1) {
        let record = DidRecord::decode(value).map_err(|error| format!("record {key:02x?}: {error}"))?;
        let changeable = record.keys.iter().any(|key| key.purposes.invocation);
        let versions = record.version >= 1 && record.version <= record.next_sequence.0;
        if !changeable
            || !versions
            || record.keys.len() > limits::DID_KEYS_MAX
            || record.updated < record.created
        {
            return Err(format!("record {key:02x?} is not consistent: {record:?}"));
        }
    }
    Ok(())
}

fn check_quotas(state: &MemoryStore) -> Result<(), String> {
    let parameters: Parameters = read(state, &StateKey::Parameters).ok_or("no parameters")?;
    for (key, value) in entries(state, 5) {
        let entry = QuotaEntry::decode(value).map_err(|error| error.to_string())?;
        if entry.spent > parameters.quota {
            return Err(format!("quota {key:02x?} is overspent: {entry:?}"));
        }
    }
    Ok(())
}

fn check_validators(state: &MemoryStore) -> Result<(), String> {
    let sets: ValidatorSets = read(state, &StateKey::ValidatorSets).ok_or("no validator sets")?;
    let members = sets
        .next
        .iter()
        .all(|one| state.values().contains_key(&StateKey::Member(one.organisation.clone()).to_bytes()));
    if members { Ok(()) } else { Err("a validator belongs to no member".to_owned()) }
}

fn check_proposals(state: &MemoryStore) -> Result<(), String> {
    let open: OpenProposals = read(state, &StateKey::OpenProposals).ok_or("no list of proposals")?;
    let stored = entries(state, 8).count();
    let listed = open
        .proposals
        .iter()
        .filter(|id| read::<ProposalEntry>(state, &StateKey::Proposal(**id)).is_some())
        .count();
    if stored == listed && listed == open.proposals.len() {
        Ok(())
    } else {
        Err(format!("{stored} proposals are stored, {} are listed", open.proposals.len()))
    }
}
