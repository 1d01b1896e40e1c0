//! `withdraw`: an authority takes its own attestations back.

use realdid_identity::Attestation;
use realdid_types::{OrganisationName, Withdraw};

use crate::{Refused, StateKey, block::BlockExecution};

/// Whoever gave an attestation may take it back, even if it may give none any more.
pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    authority: &OrganisationName,
    operation: &Withdraw,
) -> Result<(), Refused> {
    let keys = operation.dids.iter().map(|did| StateKey::Attestation(*did, authority.clone()));
    let given: Vec<StateKey> = keys.filter(|key| block.draft.get::<Attestation>(key).is_some()).collect();
    if given.is_empty() {
        return Err(Refused::NoChange);
    }
    given.iter().for_each(|key| block.draft.remove(key));
    Ok(())
}
