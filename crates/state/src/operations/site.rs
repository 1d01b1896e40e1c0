//! `register_site` and `update_site`: an operator and the site itself say what people may log in to.

use realdid_identity::{DidRecord, SiteRecord, site};
use realdid_types::{Action, Operation, OrganisationName, SignedTransaction, Site};

use super::attest::is_active;
use crate::{Refused, Skipped, StateKey, block::BlockExecution};

/// An invocation key of the site's DID must have signed beside the operator, if there is one.
pub(crate) fn check_signers(block: &BlockExecution<'_>, signed: &SignedTransaction) -> Result<(), Skipped> {
    let did = match &signed.transaction.operation {
        Operation::RegisterSite(operation) => operation.site.did,
        Operation::UpdateSite(operation) => operation.site.did,
        _ => return Ok(()),
    };
    let Some(record) = block.draft.get::<DidRecord>(&StateKey::Record(did)) else { return Ok(()) };
    if record.deactivated || signed.signatures.iter().any(|by| record.may_invoke(&by.key)) {
        Ok(())
    } else {
        Err(Skipped::NotPossessed)
    }
}

pub(crate) fn register(
    block: &mut BlockExecution<'_>,
    operator: &OrganisationName,
    site: &Site,
) -> Result<(), Refused> {
    check(block, operator, site)?;
    if known(block, site).is_some() {
        return Err(Refused::SiteExists);
    }
    put(block, operator, site);
    Ok(())
}

/// Any operator may answer for a site from now on, if the site wants it so.
pub(crate) fn update(
    block: &mut BlockExecution<'_>,
    operator: &OrganisationName,
    site: &Site,
) -> Result<(), Refused> {
    check(block, operator, site)?;
    let before = known(block, site).ok_or(Refused::UnknownSite)?;
    if before.site == *site && before.operator == *operator {
        return Err(Refused::NoChange);
    }
    put(block, operator, site);
    Ok(())
}

fn known(block: &BlockExecution<'_>, site: &Site) -> Option<SiteRecord> {
    block.draft.get(&StateKey::Site(site.did))
}

fn check(block: &BlockExecution<'_>, operator: &OrganisationName, site: &Site) -> Result<(), Refused> {
    if !block.is_in_role(operator, block.rule(Action::RegisterSites).role) {
        return Err(Refused::NotInRole);
    }
    if !is_active(block, site.did) {
        return Err(Refused::UnknownDid);
    }
    Ok(site::check(site)?)
}

fn put(block: &mut BlockExecution<'_>, operator: &OrganisationName, site: &Site) {
    let record = site::apply(site, operator, known(block, site).as_ref(), block.now());
    block.draft.put(&StateKey::Site(site.did), &record);
}
