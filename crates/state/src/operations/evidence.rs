//! `report evidence`: a validator's contradiction goes on record, once in an epoch. It removes nobody by itself.

use realdid_types::ReportEvidence;

use crate::{Evidenced, Refused, StateKey, block::BlockExecution};

pub(crate) fn run(block: &mut BlockExecution<'_>, operation: &ReportEvidence) -> Result<(), Refused> {
    check(block, operation)?;
    apply(block, operation);
    Ok(())
}

fn check(block: &BlockExecution<'_>, operation: &ReportEvidence) -> Result<(), Refused> {
    let (epoch, accused) = operation.evidence.accused();
    if epoch != block.sets.epoch {
        return Err(Refused::UnknownEpoch);
    }
    if block.draft.get::<Evidenced>(&StateKey::Evidence(epoch, accused)).is_some() {
        return Err(Refused::EvidenceKnown);
    }
    let verdict = operation.evidence.verify(&block.sets.current, block.inputs.genesis, block.inputs.verifier);
    verdict.map_err(|_| Refused::EvidenceForged)
}

fn apply(block: &mut BlockExecution<'_>, operation: &ReportEvidence) {
    let (epoch, accused) = operation.evidence.accused();
    let entry = Evidenced { evidence: operation.evidence.digest(), reported: block.now() };
    block.draft.put(&StateKey::Evidence(epoch, accused), &entry);
}
