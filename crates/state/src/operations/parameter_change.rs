//! Which parameters can change while a network runs.

use realdid_types::Parameters;

use crate::{Refused, block::BlockExecution};

/// Quotas and approvals are the state's own business. What engines and pools were started with stays.
pub(super) fn check(block: &BlockExecution<'_>, wanted: &Parameters) -> Result<Parameters, Refused> {
    let Parameters { quota_window, quota, approvals, .. } = *wanted;
    let changed = Parameters { quota_window, quota, approvals, ..block.parameters.clone() };
    if *wanted != changed || wanted.check().is_err() {
        return Err(Refused::ParameterFixed);
    }
    if changed == block.parameters { Err(Refused::NoChange) } else { Ok(changed) }
}
