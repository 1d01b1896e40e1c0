//! The operation that a request asks for, or what is missing to know it.

use realdid_crypto::{Digest, PublicKey};
use realdid_identity::{DidRecord, commitment, create, update};
use realdid_types::{Controllers, CreateDid, DeactivateDid, Did, NetworkName, Operation};

use super::{
    changes::Draft,
    failure::Failure,
    input,
    request::{Document, OneOrMany, Request},
};

/// An operation, with the keys that are to sign it.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) operation: Operation,
    pub(crate) signers: Vec<Signer>,
}

/// A key that is to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) key: PublicKey,
    /// `capabilityInvocation`: one of these is enough; `recovery`; or `possession`: each key to add.
    pub(crate) purpose: &'static str,
}

/// What comes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    Sign(Box<Prepared>),
    /// Keys are to be given, for these purposes.
    Keys(Vec<Vec<&'static str>>),
}

/// Prepares the making of a DID.
///
/// # Errors
/// If the ledger cannot hold what is asked for.
pub(crate) fn create(request: &Request, network: &NetworkName) -> Result<Next, Failure> {
    if request.did_document_operation.is_some() {
        return Err(Failure::invalid("didDocumentOperation belongs to update: leave it out"));
    }
    let options = request.options.clone().unwrap_or_default();
    let secret = request.secret.clone().unwrap_or_default();
    let document = only_document(request)?;
    let own = document.id.as_deref();
    let keys = input::keys(&document, &secret, own)?;
    let recovery = match (&options.recovery_commitment, input::recovery_key(&secret)?) {
        (Some(text), None) => Some(input::commitment("recoveryCommitment", text)?),
        (None, key) => key.map(|key| commitment(&key)),
        (Some(_), Some(_)) => {
            return Err(Failure::invalid(
                "recoveryCommitment and a key with the purpose recovery exclude each other",
            ));
        }
    };
    let mut missing = Vec::new();
    if keys.is_empty() {
        missing.push(vec!["authentication", "assertionMethod", "capabilityInvocation"]);
    }
    let Some(recovery) = recovery.filter(|_| missing.is_empty()) else {
        if recovery.is_none() {
            missing.push(vec!["recovery"]);
        }
        return Ok(Next::Keys(missing));
    };
    if keys.keys().any(|key| commitment(key) == recovery) {
        return Err(Failure::invalid("the recovery key is one that nobody has seen: use another one for it"));
    }
    let operation = CreateDid {
        keys: input::listed(keys),
        recovery,
        next_key: next_key(options.next_key_commitment.as_deref(), Digest::ZERO)?,
        controllers: new_controllers(&document, options.controller_threshold, network)?,
        services: input::services(&document, own)?,
    };
    create::check(&operation)
        .and_then(|_| create::check_recovery(&operation))
        .map_err(|refusal| Failure::invalid(refusal.to_string()))?;
    let signers = operation.keys.iter().map(|key| Signer { key: key.key, purpose: "possession" }).collect();
    Ok(Next::Sign(Box::new(Prepared { operation: Operation::CreateDid(operation), signers })))
}

fn only_document(request: &Request) -> Result<Document, Failure> {
    let mut documents = request.did_document.clone().map(OneOrMany::into_vec).unwrap_or_default();
    if documents.len() > 1 {
        return Err(Failure::invalid("create takes one didDocument"));
    }
    Ok(documents.pop().unwrap_or_default())
}

fn next_key(text: Option<&str>, present: Digest) -> Result<Digest, Failure> {
    text.map_or(Ok(present), |text| input::commitment("nextKeyCommitment", text))
}

fn new_controllers(
    document: &Document,
    threshold: Option<u32>,
    network: &NetworkName,
) -> Result<Option<Controllers>, Failure> {
    let dids = input::controllers(document, document.id.as_deref(), network)?;
    let all = u32::try_from(dids.len()).unwrap_or(u32::MAX);
    let threshold = threshold.unwrap_or(all);
    if dids.is_empty() && threshold == 0 {
        return Ok(None);
    }
    if threshold == 0 || threshold > all {
        return Err(Failure::invalid(format!("options.controllerThreshold is 1 to the {all} controllers")));
    }
    Ok(Some(Controllers { dids, threshold }))
}

/// Prepares the change of a DID with this record.
///
/// # Errors
/// If the ledger cannot make it.
pub(crate) fn change(
    request: &Request,
    did: Did,
    record: &DidRecord,
    network: &NetworkName,
    was_replaced: &dyn Fn(&PublicKey) -> bool,
) -> Result<Next, Failure> {
    let options = request.options.clone().unwrap_or_default();
    if options.recovery_commitment.is_some() || options.controller_threshold.is_some() {
        return Err(Failure::invalid(
            "an update changes neither the recovery key nor the controllers: those sign for it themselves",
        ));
    }
    let documents = request.did_document.clone().map(OneOrMany::into_vec).unwrap_or_default();
    let operations = request.did_document_operation.clone().map(OneOrMany::into_vec);
    let operations = operations.unwrap_or_else(|| vec!["setDidDocument".to_owned()]);
    if documents.len() != operations.len() || documents.is_empty() {
        let (documents, operations) = (documents.len(), operations.len());
        return Err(Failure::invalid(format!(
            "update takes one didDocument for each didDocumentOperation, not {documents} for {operations}"
        )));
    }
    let next_key = next_key(options.next_key_commitment.as_deref(), record.next_key)?;
    let mut draft = Draft::new(did, record, network);
    let mut secret = request.secret.clone().unwrap_or_default();
    if input::recovery_key(&secret)?.is_some() {
        return Err(Failure::invalid(
            "an update does not change the recovery key: only recovering with it does",
        ));
    }
    for (name, document) in operations.iter().zip(&documents) {
        if document.id.as_ref().is_some_and(|id| *id != draft.did()) {
            return Err(Failure::invalid("the didDocument has another id than the DID that is updated"));
        }
        draft.check_controllers(document)?;
        // keys of `secret` go with the first document that adds any
        match name.as_str() {
            "setDidDocument" => draft.set(document, &std::mem::take(&mut secret))?,
            "addToDidDocument" => draft.add(document, &std::mem::take(&mut secret))?,
            "removeFromDidDocument" => draft.remove(document)?,
            other => {
                return Err(Failure::invalid(format!(
                    "didDocumentOperation {other:?}: it takes setDidDocument, addToDidDocument or removeFromDidDocument"
                )));
            }
        }
    }
    if !secret.verification_method.is_empty() {
        return Err(Failure::invalid(
            "secret.verificationMethod holds keys that no didDocument adds: leave it out",
        ));
    }
    let operation = draft.finish(next_key);
    update::check(&operation, did, record, was_replaced)
        .and_then(|_| update::check_recovery(&operation, record))
        .map_err(|refusal| Failure::invalid(refusal.to_string()))?;
    let invoking = record.keys.iter().filter(|held| held.key.purposes.invocation);
    let invoking = invoking.map(|held| Signer { key: held.key.key, purpose: "capabilityInvocation" });
    let adding = operation.add.iter().map(|key| Signer { key: key.key, purpose: "possession" });
    let signers = invoking.chain(adding).collect();
    Ok(Next::Sign(Box::new(Prepared { operation: Operation::UpdateDid(operation), signers })))
}

/// Prepares the end of a DID. The recovery key is shown by it, so the client has to name it.
///
/// # Errors
/// If it is not the recovery key.
pub(crate) fn end(request: &Request, did: Did, record: &DidRecord) -> Result<Next, Failure> {
    if request.did_document.is_some() || request.did_document_operation.is_some() {
        return Err(Failure::invalid("deactivate takes no didDocument"));
    }
    let Some(key) = input::recovery_key(&request.secret.clone().unwrap_or_default())? else {
        return Ok(Next::Keys(vec![vec!["recovery"]]));
    };
    if commitment(&key) != record.recovery {
        return Err(Failure::invalid(
            "that is not this DID's recovery key; only that key ends it, or its controllers (at /v1/transactions)",
        ));
    }
    let operation = Operation::DeactivateDid(DeactivateDid { did, compromised: Vec::new() });
    let signers = vec![Signer { key, purpose: "recovery" }];
    Ok(Next::Sign(Box::new(Prepared { operation, signers })))
}
