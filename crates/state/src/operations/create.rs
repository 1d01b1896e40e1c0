//! `create`, whose rules stand in the identity crate.

use realdid_identity::{Refusal, create};
use realdid_types::{CreateDid, Did};

use crate::{Skipped, StateKey, block::BlockExecution};

/// A create that cannot be applied has no number to use up: it is skipped.
pub(crate) fn run(block: &mut BlockExecution<'_>, did: Did, operation: &CreateDid) -> Result<(), Skipped> {
    let skipped = |refusal| match refusal {
        Refusal::PersonalData => Skipped::PersonalData,
        _ => Skipped::InvalidCreate,
    };
    let checked = create::check(operation).map_err(skipped)?;
    if block.parameters.format >= 2 {
        create::check_recovery(operation).map_err(skipped)?;
    }
    let record = create::apply(checked, block.now());
    block.draft.put(&StateKey::Record(did), &record);
    Ok(())
}
