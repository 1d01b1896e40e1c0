//! The state before the first block.

use realdid_types::{Epoch, Genesis, GenesisError, Sequence};

use crate::{
    BatchNumbers, Execution, MemberEntry, Members, MemoryStore, NodeEntry, OpenProposals, StateKey,
    ValidatorSets, overlay::Draft,
};

/// What genesis writes into an empty state; its root stands in the header of block 1.
///
/// # Errors
/// If no network can start from this genesis.
pub fn genesis_state(genesis: &Genesis) -> Result<Execution, GenesisError> {
    genesis.check()?;
    let empty = MemoryStore::default();
    let mut draft = Draft::new(&empty);
    let format = genesis.parameters.format;
    draft.put(&StateKey::Parameters, &genesis.parameters);
    if format >= 2 {
        let names = genesis.members.iter().map(|member| member.name.clone()).collect();
        draft.put(&StateKey::Members, &Members { names });
    }
    for member in &genesis.members {
        let listed = if format >= 2 { member.nodes.clone() } else { Vec::new() };
        let entry = MemberEntry {
            key: member.key,
            next_sequence: Sequence(0),
            roles: member.roles.filter(|_| format >= 2),
            nodes: listed,
        };
        draft.put(&StateKey::Member(member.name.clone()), &entry);
        for node in &member.nodes {
            let entry = NodeEntry { organisation: member.name.clone(), numbers: BatchNumbers::default() };
            draft.put(&StateKey::Node(*node), &entry);
        }
    }
    let validators = genesis.validator_set()?;
    let sets = ValidatorSets { epoch: Epoch(0), current: validators.clone(), next: validators };
    draft.put(&StateKey::ValidatorSets, &sets);
    draft.put(&StateKey::OpenProposals, &OpenProposals::default());
    Ok(Execution::seal(&empty, draft, Vec::new(), sets))
}
