//! The signatures that a client sends back.

use std::collections::BTreeMap;

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use realdid_crypto::{Ed25519Verifier, Signature, verify_one};
use realdid_identity::{
    DidRecord, Signers, create, deactivate,
    document::{from_multibase, to_multibase},
    update,
};
use realdid_types::{Did, KeySignature, Operation, SignedTransaction, Transaction, limits};

use super::{failure::Failure, request::SigningResponse};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// The transaction with the signatures that were asked for, if they are enough and hold.
///
/// # Errors
/// Which one does not, or what is missing. Nothing of that is left to the ledger, which says nothing of a transaction
/// that the wrong people signed.
pub(crate) fn signed(
    transaction: Transaction,
    responses: &BTreeMap<String, SigningResponse>,
    record_of: &dyn Fn(Did) -> Option<DidRecord>,
) -> Result<SignedTransaction, Failure> {
    if responses.is_empty() || responses.len() > limits::TRANSACTION_SIGNATURES_MAX {
        return Err(Failure::invalid("secret.signingResponse holds 1 to 16 signatures"));
    }
    let id = transaction.id();
    let verifier = Ed25519Verifier::default();
    let mut signatures = Vec::with_capacity(responses.len());
    for (name, response) in responses {
        let signature = signature(name, response)?;
        if !verify_one(&verifier, &signature.key, id.0.as_bytes(), &signature.signature) {
            let key = to_multibase(&signature.key);
            return Err(Failure::named(
                "signatureInvalid",
                format!(
                    "the signature of {key} does not hold: sign the 32 bytes of serializedPayload themselves with Ed25519"
                ),
            ));
        }
        signatures.push(signature);
    }
    signatures.sort();
    let signed = SignedTransaction { transaction, signatures };
    check(&signed, record_of)?;
    Ok(signed)
}

fn signature(name: &str, response: &SigningResponse) -> Result<KeySignature, Failure> {
    let key = from_multibase(name).map_err(|_| {
        Failure::invalid("secret.signingResponse has the names of signingRequest, which are keys: z6Mk…")
    })?;
    if response.alg.as_deref().is_some_and(|alg| alg != "EdDSA" && alg != "Ed25519") {
        return Err(Failure::invalid("alg is EdDSA"));
    }
    let alphabet = if response.signature.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let mut bytes = [0; 64];
    let length = GeneralPurpose::new(alphabet, LENIENT).decode_slice(&response.signature, &mut bytes);
    if length != Ok(bytes.len()) {
        return Err(Failure::invalid(format!("the signature of {name} is not base64 of 64 bytes")));
    }
    Ok(KeySignature { key, signature: Signature::ed25519(bytes) })
}

fn check(signed: &SignedTransaction, record_of: &dyn Fn(Did) -> Option<DidRecord>) -> Result<(), Failure> {
    let missing = |who: &str| Err(Failure::named("signatureMissing", format!("{who} must sign, too")));
    let signers_of = |did| {
        let gone = || Failure::named("notFound", "the ledger holds no such DID");
        record_of(did).map(|record| Signers::of(&record, signed, record_of)).ok_or_else(gone)
    };
    match &signed.transaction.operation {
        Operation::CreateDid(operation) if !create::is_authorised(operation, signed) => {
            missing("each key of the document")
        }
        Operation::UpdateDid(operation) if !update::is_possessed(operation, signed) => {
            missing("each key that is added")
        }
        Operation::UpdateDid(operation) if !update::is_authorised(operation, signers_of(operation.did)?) => {
            missing("a key of the DID with the purpose capabilityInvocation")
        }
        Operation::DeactivateDid(operation) if !deactivate::is_authorised(signers_of(operation.did)?) => {
            missing("the DID's recovery key")
        }
        _ => Ok(()),
    }
}
