//! `attest`: an authority says of DIDs that real people stand behind them.

use realdid_identity::{DidRecord, attestation};
use realdid_types::{Action, Attest, Did, OrganisationName};

use crate::{Refused, StateKey, block::BlockExecution};

pub(crate) fn run(
    block: &mut BlockExecution<'_>,
    authority: &OrganisationName,
    operation: &Attest,
) -> Result<(), Refused> {
    if !block.is_in_role(authority, block.rule(Action::Attest).role) {
        return Err(Refused::NotInRole);
    }
    let now = block.now();
    attestation::check(operation, now)?;
    let attestation = attestation::apply(operation, now);
    for did in &operation.dids {
        // one that ended meanwhile must not cost all the others their attestation
        if is_active(block, *did) {
            block.draft.put(&StateKey::Attestation(*did, authority.clone()), &attestation);
        }
    }
    Ok(())
}

pub(super) fn is_active(block: &BlockExecution<'_>, did: Did) -> bool {
    block.draft.get::<DidRecord>(&StateKey::Record(did)).is_some_and(|record| !record.deactivated)
}
