//! Whether all have signed: a transaction that lacks a signature is not decided, and keeps its sender's number until it
//! is void, also from itself with all its signatures.

use anyhow::{bail, ensure};
use realdid_client::{CheckedNode, NodeClient, named_signers};
use realdid_types::{Operation, SignedTransaction};

/// Refuses one that the ledger would not decide, as far as that can be known here.
///
/// # Errors
/// Names whose signature is missing.
pub(super) async fn check(client: &NodeClient, signed: &SignedTransaction) -> anyhow::Result<()> {
    let named = named_signers(&signed.transaction.operation);
    if let Some(missing) = named.iter().find(|key| !signed.is_signed_by(key)) {
        bail!(
            "the key {missing} has not signed transaction {}: `realdid tx sign` adds its signature; nothing was handed in",
            signed.id()
        );
    }
    let site = match &signed.transaction.operation {
        Operation::RegisterSite(register) => &register.site,
        Operation::UpdateSite(update) => &update.site,
        _ => return Ok(()),
    };
    let genesis = client.genesis().await?;
    let record = CheckedNode::new(client.clone(), &genesis)?.record(site.did).await?.record;
    let is_signed = |record: realdid_identity::DidRecord| {
        record.deactivated || signed.signatures.iter().any(|by| record.may_invoke(&by.key))
    };
    ensure!(
        record.is_none_or(is_signed),
        "no key that may speak for the site {} has signed transaction {}: `realdid tx sign` adds its signature; nothing was \
         handed in",
        site.did.to_text(&genesis.network),
        signed.id()
    );
    Ok(())
}
