//! `create`, whose rules stand in the identity crate.

use realdid_identity::{Refusal, create};
use realdid_types::{CreateDid, Did};

use crate::{StateKey, block::BlockExecution};

pub(crate) fn run(block: &mut BlockExecution<'_>, did: Did, operation: &CreateDid) -> Result<(), Refusal> {
    let checked = create::check(operation)?;
    let record = create::apply(checked, block.now());
    block.draft.put(&StateKey::Record(did), &record);
    Ok(())
}
