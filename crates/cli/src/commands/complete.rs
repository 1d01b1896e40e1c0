//! Whether all have signed: a transaction that lacks a signature is not decided, and keeps its sender's number until it
//! is void.

use std::{collections::BTreeMap, time::Duration};

use anyhow::ensure;
use realdid_client::{CheckError, CheckedNode, named_signers};
use realdid_identity::{DidRecord, Signers, deactivate, recover, update};
use realdid_state::{MemberEntry, StateKey};
use realdid_types::{Did, Operation, OrganisationName, Sender, SignedTransaction};

/// How long the block may take that shows what was changed just before.
const PATIENCE: Duration = Duration::from_secs(3);

/// Refuses a transaction that the ledger would not decide, as far as that can be known here: what an earlier one of its
/// sender's changes that is still on its way, cannot.
///
/// # Errors
/// Says who must still sign; if the node does not answer, or what it says does not hold.
pub(crate) async fn check(node: &mut CheckedNode, signed: &SignedTransaction) -> anyhow::Result<()> {
    let named = named_signers(&signed.transaction.operation);
    let unsigned = named.iter().filter(|key| !signed.is_signed_by(key));
    let mut missing: Vec<String> =
        unsigned.map(|key| format!("the key {key} has not signed transaction {}", signed.id())).collect();
    match &signed.transaction.sender {
        // whoever makes a DID is named in the operation
        Sender::Did(_) if matches!(signed.transaction.operation, Operation::CreateDid(_)) => {}
        Sender::Did(did) => missing.extend(of_did(node, *did, signed).await?),
        Sender::Organisation(name) => missing.extend(of_member(node, name, signed).await?),
    }
    ensure!(
        missing.is_empty(),
        "{}: nothing was handed in. With --unsigned-out FILE a command leaves a transaction in a file, to which \
         `realdid tx sign FILE --key KEY --out SIGNED` adds the signature of each",
        missing.join("; ")
    );
    Ok(())
}

/// Who must still sign for a DID; none if its record may be another by then.
async fn of_did(
    node: &mut CheckedNode,
    did: Did,
    signed: &SignedTransaction,
) -> anyhow::Result<Option<String>> {
    let Some(record) = record(node, did).await? else { return Ok(None) };
    if record.deactivated || record.next_sequence != signed.transaction.sequence {
        return Ok(None);
    }
    let mut controllers = BTreeMap::new();
    for controller in record.controllers.iter().flat_map(|controllers| &controllers.dids) {
        controllers.extend(self::record(node, *controller).await?.map(|record| (*controller, record)));
    }
    let signers = Signers::of(&record, signed, &|did| controllers.get(&did).cloned());
    let is_authorised = match &signed.transaction.operation {
        Operation::UpdateDid(operation) => update::is_authorised(operation, signers),
        Operation::RecoverDid(_) => recover::is_authorised(signers),
        Operation::DeactivateDid(_) => deactivate::is_authorised(signers),
        _ => signers.invocation,
    };
    if is_authorised {
        return Ok(None);
    }
    let text = |did: &Did| did.to_text(&node.genesis().network);
    let has_signed = |did: &Did| {
        let record = controllers.get(did);
        record.is_some_and(|record| signed.signatures.iter().any(|by| record.may_invoke(&by.key)))
    };
    let who = who_may(&signed.transaction.operation, controllers_words(&record, has_signed, text));
    Ok(Some(format!("transaction {} takes signatures for {} by {who}", signed.id(), text(&did))))
}

/// By whom an operation on a DID is to be signed.
fn who_may(operation: &Operation, controllers: Option<String>) -> String {
    let itself = match operation {
        Operation::RecoverDid(_) => return "its recovery key".to_owned(),
        Operation::UpdateDid(update) if update.controllers.is_some() => {
            return controllers.unwrap_or_else(|| {
                "nobody: it has no controllers, and only a recovery gives it some".to_owned()
            });
        }
        Operation::DeactivateDid(_) => "its recovery key",
        _ => "a key of its own with capabilityInvocation",
    };
    std::iter::once(itself.to_owned()).chain(controllers).collect::<Vec<_>>().join(", or by ")
}

fn controllers_words(
    record: &DidRecord,
    has_signed: impl Fn(&Did) -> bool,
    text: impl Fn(&Did) -> String,
) -> Option<String> {
    let controllers = record.controllers.as_ref()?;
    let (signed, missing): (Vec<&Did>, Vec<&Did>) = controllers.dids.iter().partition(|did| has_signed(did));
    let missing: Vec<String> = missing.into_iter().map(text).collect();
    Some(format!(
        "keys of {} of its {} controllers ({} signed; still to sign: {})",
        controllers.threshold,
        controllers.dids.len(),
        signed.len(),
        missing.join(", ")
    ))
}

/// Who must still sign for a member, and for the site that it registers.
async fn of_member(
    node: &mut CheckedNode,
    name: &OrganisationName,
    signed: &SignedTransaction,
) -> anyhow::Result<Vec<String>> {
    let entry = known(node.entry_now::<MemberEntry>(&StateKey::Member(name.clone()), PATIENCE).await)?;
    let entry = entry.and_then(|proven| proven.entry);
    let Some(entry) = entry.filter(|entry| entry.next_sequence == signed.transaction.sequence) else {
        return Ok(Vec::new());
    };
    let mut missing = Vec::new();
    if !signed.is_signed_by(&entry.key) {
        missing.push(format!("the key {} of {name} has not signed transaction {}", entry.key, signed.id()));
    }
    let site = match &signed.transaction.operation {
        Operation::RegisterSite(register) => &register.site,
        Operation::UpdateSite(update) => &update.site,
        _ => return Ok(missing),
    };
    let record = record(node, site.did).await?.filter(|record| !record.deactivated);
    let is_signed = |record: DidRecord| signed.signatures.iter().any(|by| record.may_invoke(&by.key));
    if !record.is_none_or(is_signed) {
        missing.push(format!(
            "no key that may speak for the site {} has signed transaction {}",
            site.did.to_text(&node.genesis().network),
            signed.id()
        ));
    }
    Ok(missing)
}

async fn record(node: &mut CheckedNode, did: Did) -> anyhow::Result<Option<DidRecord>> {
    Ok(known(node.record_now(did, PATIENCE).await)?.and_then(|proven| proven.record))
}

/// None where the node can prove nothing yet.
fn known<T>(proven: Result<T, CheckError>) -> anyhow::Result<Option<T>> {
    match proven {
        Err(error) if error.is_early() => Ok(None),
        proven => Ok(Some(proven?)),
    }
}
